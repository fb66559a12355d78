import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import { onEachEngine } from './harness/on-each-engine.ts'

onEachEngine(
  'cross-origin requests',
  (stage) => {
    const origin = 'https://app.example'
    const send = async (path: string, init: RequestInit = {}): Promise<Response> =>
      await fetch(`${stage.server.url}${path}`, {
        ...init,
        headers: { origin, ...(init.headers as Record<string, string>) },
      })

    test('a preflight request needs no key and allows every origin and header', async () => {
      for (const path of ['/rest/v1/webhook_logs', '/rest/v1/rpc/test_webhook']) {
        const { status, headers } = await send(path, {
          method: 'OPTIONS',
          headers: {
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'apikey,content-type,x-own-header',
          },
        })
        assert.equal(status, 204)
        assert.equal(headers.get('access-control-allow-origin'), '*')
        assert.equal(headers.get('access-control-allow-headers'), 'apikey,content-type,x-own-header')
        assert.match(headers.get('access-control-allow-methods') ?? '', /\bPATCH\b/)
        assert.equal(headers.get('access-control-allow-credentials'), null)
      }
    })

    test('a cross-origin response exposes Content-Range and Proxy-Status, even for an error', async () => {
      const apikey = stage.site.settings['SERVICE_KEY']!
      const counted = await send('/rest/v1/organizations', { headers: { apikey, prefer: 'count=exact' } })
      assert.equal(counted.headers.get('content-range'), '0-0/1')
      const refused = await send('/rest/v1/organizations')
      assert.equal(refused.status, 401)
      for (const { headers } of [counted, refused]) {
        assert.equal(headers.get('access-control-allow-origin'), '*')
        assert.match(
          headers.get('access-control-expose-headers') ?? '',
          /\bContent-Range\b.*\bProxy-Status\b/,
        )
      }
    })

    test('a page of another origin may send an Idempotency-Key and sees if a response is a repeated one', async () => {
      const { headers } = await send('/rest/v1/contacts', {
        method: 'OPTIONS',
        headers: { 'access-control-request-method': 'POST' },
      })
      assert.match(headers.get('access-control-allow-headers') ?? '', /\bIdempotency-Key\b/)
      assert.match(headers.get('access-control-expose-headers') ?? '', /\bIdempotent-Replayed\b/)
    })

    test('a page outside the API allows no other origin', async () => {
      const { headers } = await send('/settings/webhooks')
      assert.equal(headers.get('access-control-allow-origin'), null)
    })

    test('OPTIONS with a key returns the methods of a table', async () => {
      const { status, headers } = await send('/rest/v1/webhook_logs', {
        method: 'OPTIONS',
        headers: { apikey: stage.site.settings['SERVICE_KEY']! },
      })
      assert.deepEqual([status, headers.get('allow')], [200, 'OPTIONS,GET,HEAD'])
    })

    test('a call with GET of a function that changes something gets 405 with the methods that it allows', async () => {
      const { status, headers } = await send('/rest/v1/rpc/test_webhook', {
        headers: { apikey: stage.site.settings['SERVICE_KEY']! },
      })
      assert.deepEqual([status, headers.get('allow')], [405, 'OPTIONS,POST'])
      assert.equal(headers.get('proxy-status'), 'PostgREST; error=PGRST101')
    })
  },
  { engines: [ANY_ENGINE] },
)

onEachEngine(
  'CORS_ORIGINS',
  (stage) => {
    const preflight = async (origin: string): Promise<Response> =>
      await fetch(`${stage.server.url}/rest/v1/webhook_logs`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })

    test('CORS_ORIGINS allows each listed origin by name', async () => {
      const { status, headers } = await preflight('https://app.example.com')
      assert.equal(status, 204)
      assert.equal(headers.get('access-control-allow-origin'), 'https://app.example.com')
      assert.match(headers.get('vary') ?? '', /, Origin$/)
    })

    test('CORS_ORIGINS allows no unlisted origin', async () => {
      for (const origin of ['https://evil.example.com', 'https://app.example.com.evil.example', 'null']) {
        const { headers } = await preflight(origin)
        assert.equal(headers.get('access-control-allow-origin'), null, origin)
      }
    })
  },
  { engines: [ANY_ENGINE], settings: { CORS_ORIGINS: 'https://app.example.com,http://localhost:3000' } },
)
