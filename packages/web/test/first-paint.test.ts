import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { SERVICE_KEY } from '../../server/test/harness/server-process.ts'
import { readBuilt } from './harness/chromium.ts'
import { createWebhook, onStage, pageUrl, rowOf } from './harness/stage.ts'

const MAX_SCRIPTS_OF_LIST = 90_000

const listBuilt = (pattern: RegExp): string[] =>
  readdirSync(new URL('../dist/assets/', import.meta.url)).filter((name) => pattern.test(name))

test('the scripts of the list, with the texts of one language, are smaller than 90 kB when compressed', () => {
  const html = readBuilt('index.html').toString()
  const named = [...html.matchAll(/(?:src|href)="[^"]*\/(assets\/[^"]+\.js)"/g)].map(([, path = '']) => path)
  assert.equal(named.length, 2, 'the first script, and that of the list')
  const [texts = ''] = listBuilt(/^en-.*\.js$/)
  const sizes = [...named, `assets/${texts}`].map((path) => gzipSync(readBuilt(path), { level: 9 }).length)
  const size = sizes.reduce((sum, each) => sum + each, 0)
  assert.ok(size < MAX_SCRIPTS_OF_LIST, `${size} bytes`)
})

test('the first script is small, as all others wait for it', () => {
  const [boot = ''] = listBuilt(/^boot-.*\.js$/)
  const size = gzipSync(readBuilt(`assets/${boot}`)).length
  assert.ok(size < 8_000, `${size} bytes`)
})

/** Holds back the scripts until the returned function is called. */
async function holdScripts(page: Page, pattern: RegExp): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(pattern, async (route) => {
    await promise
    await route.continue().catch(() => undefined)
  })
  return resolve
}

onStage('first paint', (stage) => {
  test('the frame of the page is shown before any script is there', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('/deliveries')
    const release = await holdScripts(page, /\/assets\/.*\.js$/)
    await page.goto(pageUrl(stage, ''), { waitUntil: 'commit' })
    await page.locator('.frame-block').first().waitFor()
    const bar = await page.locator('.frame-bar').boundingBox()
    release()
    await rowOf(page, name).waitFor()
    assert.equal(await page.locator('.frame').count(), 0)
    // Nothing moves when the real bar replaces it.
    const real = await page.getByRole('banner').boundingBox()
    assert.deepEqual([bar?.y, bar?.height], [real?.y, real?.height])
  })

  for (const [who, isRemembered] of [
    ['that the tab remembers', true],
    ['that the session belongs to', false],
  ] as const) {
    test(`the list of the organization ${who} is requested while its script loads, and only once`, async () => {
      const { name } = await createWebhook(stage)
      const key = await createKey()
      const page = isRemembered ? await stage.open('/new') : await stage.open('/new', { key })
      if (!isRemembered) await page.addInitScript('sessionStorage.clear()')
      const paths: string[] = []
      page.on('request', (request) => paths.push(new URL(request.url()).pathname))
      const release = await holdScripts(page, /\/assets\/main-.*\.js$/)
      const requested = page.waitForRequest(/webhook_configurations\?.*webhook_logs/)
      await page.goto(pageUrl(stage, ''), { waitUntil: 'commit' })
      await requested
      release()
      await rowOf(page, name).waitFor()
      for (const path of ['/session', '/rest/v1/webhook_configurations', '/rest/v1/webhook_activity'])
        assert.equal(paths.filter((each) => each === path).length, 1, path)
    })
  }

  test('the texts of the language that was chosen in the menu are loaded before the first script runs', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open()
    await page.getByRole('button', { name: 'Language' }).click()
    await page.getByRole('menuitemradio', { name: 'Deutsch' }).click()
    await page.getByRole('link', { name: 'Webhook anlegen' }).waitFor()
    const release = await holdScripts(page, /\/assets\/boot-.*\.js$/)
    const texts = page.waitForRequest(/\/assets\/de-.*\.js$/)
    const others: string[] = []
    page.on('request', (request) => {
      if (/\/assets\/(en|es|pt-BR|ar)-/.test(request.url())) others.push(request.url())
    })
    await page.goto(pageUrl(stage, ''), { waitUntil: 'commit' })
    await texts
    release()
    await rowOf(page, name).waitFor()
    assert.deepEqual(others, [])
  })

  async function createKey(): Promise<string> {
    const row = { organization_id: stage.organizationId, name: 'first paint', scope: 'admin' }
    const { key } = await stage.api.insert<{ key: string }>('api_keys', row)
    return key
  }

  test('after signing in, the list is read anew: what was requested before was refused', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('', { isStranger: true })
    await page.evaluate(`sessionStorage.setItem('organization', '${stage.organizationId}')`)
    await page.reload()
    await page.getByLabel('Service key or organization key').fill(SERVICE_KEY)
    await page.keyboard.press('Enter')
    await rowOf(page, name).waitFor()
  })

  test('a view whose script cannot be loaded says so and can be loaded again', async () => {
    const page = await stage.open()
    const pattern = '**/assets/create-page-*.js'
    await page.route(pattern, (route) => route.abort())
    await page.goto(pageUrl(stage, '/new'))
    await page.getByRole('alert').getByText('Can’t reach the server').waitFor()
    await page.unroute(pattern)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'Create a webhook' }).waitFor()
  })

  test('the scripts of other views are loaded ahead, so that opening one needs no further script', async () => {
    await createWebhook(stage)
    const page = await stage.open('/new')
    const all = listBuilt(/^(?!(en|de|es|pt-BR|ar)-).*\.js$/).map((file) =>
      page.waitForResponse((response) => response.url().endsWith(file)),
    )
    await page.goto(pageUrl(stage, ''))
    await Promise.all(all)
    await page.route('**/*.js', (route) => route.abort())
    await page.getByRole('link', { name: 'Create Webhook' }).first().click()
    await page.getByRole('heading', { name: 'Create a webhook' }).waitFor()
  })
})
