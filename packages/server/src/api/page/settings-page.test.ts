import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { PortalSettings } from '../../domain/portal/settings.ts'
import { settingsPage } from './settings-page.ts'

const SCRIPT = 'console.log("a page")\n'.repeat(100)

async function open(folder: string, portal: Partial<PortalSettings> = {}): Promise<FastifyInstance> {
  const server = fastify()
  await server.register(settingsPage, { portal: { frame_ancestors: [], ...portal }, folder })
  return server
}

suite('settings page', () => {
  let folder: string
  let server: FastifyInstance
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'connectgain-page-'))
    mkdirSync(join(folder, 'dist/assets'), { recursive: true })
    writeFileSync(join(folder, 'secret.txt'), 'beside the page')
    writeFileSync(join(folder, 'dist/index.html'), '<!doctype html><head><title>Webhooks</title></head>')
    writeFileSync(
      join(folder, 'dist/languages.json'),
      JSON.stringify({ en: 'assets/en-1.js', de: 'assets/de-1.js' }),
    )
    writeFileSync(join(folder, 'dist/favicon.svg'), '<svg/>')
    writeFileSync(join(folder, 'dist/assets/main-1a2b.js'), SCRIPT)
    server = await open(join(folder, 'dist/'))
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const get = async (url: string, headers: Record<string, string> = {}) =>
    await server.inject({ method: 'GET', url, headers })

  test('the server returns the settings page for its path and every path below it', async () => {
    for (const url of [
      '/settings/webhooks',
      '/settings/webhooks/',
      '/settings/webhooks/0190/deliveries?status=failed',
    ]) {
      const { statusCode, body, headers } = await get(url)
      assert.deepEqual([statusCode, headers['content-type']], [200, 'text/html; charset=utf-8'], url)
      assert.match(body, /<title>Webhooks/)
      assert.equal(headers['cache-control'], 'no-cache')
    }
    const root = await get('/')
    assert.deepEqual([root.statusCode, root.headers['location']], [302, '/settings/webhooks'])
    assert.equal((await server.inject({ method: 'POST', url: '/settings/webhooks/x' })).statusCode, 404)
  })

  test('the settings page can only load from and connect to its own server, and cannot be framed', async () => {
    const { headers } = await get('/settings/webhooks')
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-frame-options'], 'DENY')
  })

  for (const [accepted, script] of [
    ['de-CH,en;q=0.5', 'assets/de-1.js'],
    ['fr', 'assets/en-1.js'],
  ] as const) {
    test(`the settings page for ${accepted} names the script of its language, from its own server`, async () => {
      const { body, headers } = await get('/settings/webhooks', { 'accept-language': accepted })
      const preloads = [...body.matchAll(/<link rel="modulepreload" crossorigin href="([^"]+)">/g)]
      assert.deepEqual(
        preloads.map(([, href]) => href),
        [`/settings/webhooks/${script}`],
      )
      assert.equal(headers['vary'], 'accept-language, cookie, accept-encoding')
    })
  }

  test('assets of the settings page are cached permanently', async () => {
    const { body, headers } = await get('/settings/webhooks/assets/main-1a2b.js')
    assert.equal(body, SCRIPT)
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.equal(headers['vary'], 'accept-encoding')
  })

  for (const [accepted, encoding, unpack] of [
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', undefined, (content: Buffer) => content],
  ] as const) {
    test(`assets of the settings page are sent as ${encoding ?? 'they are'} to clients that accept ${accepted}`, async () => {
      const { headers, rawPayload } = await get('/settings/webhooks/assets/main-1a2b.js', {
        'accept-encoding': accepted,
      })
      assert.equal(headers['content-encoding'], encoding)
      assert.equal(unpack(rawPayload).toString(), SCRIPT)
      if (encoding !== undefined) assert.ok(rawPayload.length < SCRIPT.length / 5)
    })
  }

  test('the server returns other files of the settings page, and 404 for an unknown asset', async () => {
    const icon = await get('/settings/webhooks/favicon.svg')
    assert.deepEqual([icon.body, icon.headers['content-type']], ['<svg/>', 'image/svg+xml'])
    assert.equal((await get('/settings/webhooks/assets/old-0000.js')).statusCode, 404)
  })

  test('the server returns no file outside the folder of the settings page', async () => {
    for (const path of ['../secret.txt', '..%2fsecret.txt', 'assets/../../secret.txt', '%2e%2e/secret.txt']) {
      const { body } = await get(`/settings/webhooks/${path}`)
      assert.ok(!body.includes('beside the page'), path)
    }
  })

  test('the settings page can be framed by the origins that the operator names', async () => {
    const framed = await open(join(folder, 'dist/'), {
      frame_ancestors: ['https://crm.example', 'https://*.other.example'],
    })
    const { headers } = await framed.inject('/settings/webhooks')
    assert.match(
      String(headers['content-security-policy']),
      /; frame-ancestors 'self' https:\/\/crm\.example https:\/\/\*\.other\.example$/,
    )
    assert.equal(headers['x-frame-options'], undefined)
    await framed.close()
  })

  test('a theme and the page for signing in are in the document, and need no exception from its policy', async () => {
    const themed = await open(join(folder, 'dist/'), {
      refresh_url: 'https://crm.example/webhooks?from="page"',
      theme: {
        name: '<b>Acme & Co</b>',
        logo: 'https://cdn.example/logo.svg',
        radius: 4,
        colors: { light: { accent: '#0b6a4b' } },
      },
    })
    const { body, headers } = await themed.inject('/settings/webhooks/deliveries')
    assert.match(
      body,
      /<meta name="connectgain-portal" content="[^"<>]*&lt;b&gt;Acme &amp; Co&lt;\/b&gt;[^"<>]*">/,
    )
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /; img-src 'self' data: https:\/\/cdn\.example; /)
    assert.ok(!policy.includes('unsafe'))
    const [, href] = /<link rel="stylesheet" href="([^"]+)">/.exec(body)!
    const stylesheet = await themed.inject(href!)
    assert.equal(stylesheet.headers['content-type'], 'text/css; charset=utf-8')
    assert.match(stylesheet.body, /--r2: 4px;/)
    assert.match(stylesheet.body, /--accent: #0b6a4b;/)
    await themed.close()
  })

  test('the server returns a placeholder if the settings page is not built', async () => {
    const bare = await open(join(folder, 'nowhere/'))
    const { statusCode, body } = await bare.inject('/settings/webhooks')
    assert.equal(statusCode, 200)
    assert.match(body, /The server is running/)
    await bare.close()
  })
})
