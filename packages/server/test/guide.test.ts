import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PAGES } from '../src/api/guide/contents.ts'
import { ANY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { openApi } from './harness/in-process-api.ts'

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url))
const GUIDE = '/docs/guide'

suite('guide', () => {
  let api: InProcessApi
  before(async () => {
    api = await openApi(ANY_ENGINE)
  })
  after(() => api.close())

  test('the guide has every page of docs/', () => {
    const written = readdirSync(DOCS).filter((name) => name.endsWith('.md'))
    assert.deepEqual(PAGES.map((name) => `${name}.md`).sort(), written.sort())
  })

  test('the guide begins with the quick start', async () => {
    const { statusCode, body } = await api.inject('GET', GUIDE)
    assert.equal(statusCode, 200)
    assert.match(body, /<h1 id="quick-start">Quick start<\/h1>/)
  })

  test('a page of the guide needs no key, runs no script and loads nothing from elsewhere', async () => {
    for (const name of PAGES) {
      const { statusCode, headers, body } = await api.inject('GET', `${GUIDE}/${name}`)
      assert.equal(statusCode, 200, name)
      assert.match(
        String(headers['content-security-policy']),
        /^default-src 'none'; style-src 'self'; img-src 'self'/,
      )
      assert.doesNotMatch(body, /<script|<style| style=|<img[^>]+src="(?!\/docs\/guide\/images\/)/, name)
    }
  })

  test('the contents of the guide take their titles from the headings of the pages', async () => {
    const { body } = await api.inject('GET', `${GUIDE}/retrying`)
    assert.match(body, /<title>Retries · /)
    assert.match(body, /<a href="\/docs\/guide\/retrying" aria-current="page">Retries<\/a>/)
    assert.match(body, /Next: <a href="\/docs\/guide\/order">Order<\/a>/)
  })

  test('a page of the guide does not show the comments of its file', async () => {
    for (const name of ['events', 'errors']) {
      const { body } = await api.inject('GET', `${GUIDE}/${name}`)
      assert.doesNotMatch(body, /npm run generate/)
    }
  })

  test('every link in the guide leads to an existing page or heading, and every picture exists', async () => {
    const pages = new Map<string, string>()
    for (const name of PAGES)
      pages.set(`${GUIDE}/${name}`, (await api.inject('GET', `${GUIDE}/${name}`)).body)
    const broken: string[] = []
    for (const [page, body] of pages) {
      for (const [, target = ''] of body.matchAll(/<a href="(\/docs\/guide[^"]*|#[^"]*)"/g)) {
        const [path, anchor] = target.startsWith('#') ? [page, target.slice(1)] : target.split('#')
        const there = path === GUIDE ? '' : pages.get(path ?? '')
        const isMissing = there === undefined || (anchor !== undefined && !there.includes(` id="${anchor}"`))
        if (isMissing && anchor !== 'content' && anchor !== 'contents') broken.push(`${page}: ${target}`)
      }
      for (const [, picture = ''] of body.matchAll(/<img src="([^"]+)"/g)) {
        const { statusCode, headers } = await api.inject('GET', picture)
        if (statusCode !== 200 || !String(headers['content-type']).startsWith('image/'))
          broken.push(`${page}: ${picture}`)
      }
    }
    assert.deepEqual(broken, [])
  })

  test('the guide returns 404 for a path that is not one of its pages', async () => {
    for (const path of [
      'nothing',
      '..%2f..%2fpackage.json',
      'images/..%2fapi.md',
      'images/%2e%2e%2fapi.md',
      'adr',
    ]) {
      assert.equal((await api.inject('GET', `${GUIDE}/${path}`)).statusCode, 404, path)
    }
  })
})
