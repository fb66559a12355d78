import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import { onEachEngine } from './harness/on-each-engine.ts'

/** Headers that every response has. */
const EXPECTED = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

/** Writes to a bare socket; resolves with everything that the server sent, when it has closed the connection. */
function exchange(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString()))
    // A reset while writing is expected: what arrived before counts.
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    socket.write(text)
  })
}

onEachEngine(
  'security of responses',
  (stage) => {
    const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${stage.server.url}${path}`, { headers, redirect: 'manual' })

    test('every response, errors included, has the security headers, and rows are not cached', async () => {
      const apikey = stage.site.settings['SERVICE_KEY']!
      for (const path of ['/rest/v1/webhook_logs', '/health/live', '/nothing', '/receive/x']) {
        for (const headers of [{}, { apikey }]) {
          const answer = await get(path, headers)
          for (const [name, value] of Object.entries(EXPECTED))
            assert.equal(answer.headers.get(name), value, path)
          assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/, path)
          assert.match(answer.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, path)
        }
      }
      assert.equal((await get('/rest/v1/webhook_logs', { apikey })).headers.get('cache-control'), 'no-store')
    })

    test('a response has Strict-Transport-Security only if the request came over https', async () => {
      const plain = await get('/health/live')
      assert.equal(plain.headers.get('strict-transport-security'), null)
      const secure = await get('/health/live', { 'x-forwarded-proto': 'https' })
      assert.match(secure.headers.get('strict-transport-security') ?? '', /^max-age=\d+/)
    })

    test('a response does not name the software that sent it', async () => {
      const { headers } = await get('/rest/v1/webhook_logs')
      for (const name of ['server', 'x-powered-by', 'via']) assert.equal(headers.get(name), null)
    })

    test('a request that is not HTTP gets 400 with a message and no stack trace', async () => {
      const answer = await exchange(stage.server.url, '\u0016\u0003\u0001 hello\r\n\r\n')
      assert.match(answer, /^HTTP\/1\.1 400 /)
      assert.match(answer, /not valid HTTP/)
      assert.doesNotMatch(answer, /node:|\.ts:|    at /)
    })
  },
  { engines: [ANY_ENGINE] },
)

onEachEngine(
  'slow clients',
  (stage) => {
    /** The response to a client that sends this and then falls silent. */
    const waitFor = (beginning: string): Promise<string> => exchange(stage.server.url, beginning)

    test('a client that stalls in its headers gets 408', async () => {
      assert.match(await waitFor('GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: '), /^HTTP\/1\.1 408 /)
    })

    test('a client that stalls in its body gets 408, and nothing is stored', async () => {
      const head = `POST /rest/v1/webhook_events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\napikey: ${stage.site.settings['SERVICE_KEY']!}\r\n`
      const answer = await waitFor(`${head}Content-Length: 1000\r\n\r\n{"event": "deal.created"`)
      assert.match(answer, /^HTTP\/1\.1 408 /)
      assert.deepEqual(await stage.server.api.get('webhook_events?select=id'), [])
    })

    test('two hundred stalled clients do not block another request', async () => {
      const slow = Array.from({ length: 200 }, () => waitFor('GET / HTTP/1.1\r\nHost: '))
      const quick = await fetch(`${stage.server.url}/health/ready`)
      assert.equal(quick.status, 200)
      await Promise.all(slow)
    })
  },
  { engines: [ANY_ENGINE], settings: { CLIENT_TIMEOUT: '500ms' } },
)
