import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { afterEach, describe, it } from 'node:test'
import { WebhooksError, createClient } from '../src/index.ts'
import type { ClientOptions } from '../src/index.ts'
import { hangUp, reply, startScripted } from './scripted-server.ts'
import type { ScriptedServer } from './scripted-server.ts'

/** Of so few characters that the search for secrets does not take what the scripted server repeats for a leak. */
const KEY = `cgw_${'x'.repeat(24)}`
const REFUSED = { code: 'PT429', message: 'too many requests', details: null, hint: 'Wait.' }

let server: ScriptedServer
const connect = (options: Partial<ClientOptions> = {}) =>
  createClient({ url: server.url, key: KEY, ...options })

async function fail(call: Promise<unknown>): Promise<WebhooksError> {
  const error = await call.then(
    () => assert.fail('the call succeeded'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof WebhooksError, String(error))
  return error
}

describe('calls of the client', () => {
  afterEach(async () => await server.close())

  it('a call waits for Retry-After and is made again with the same Idempotency-Key', async () => {
    server = await startScripted(reply(429, REFUSED, { 'retry-after': '1' }), reply(200, { matched: 0 }))
    const started = performance.now()
    await connect().webhooks.retryFailed('w', { dry_run: true })
    assert.ok(performance.now() - started >= 1_000)
    const keys = server.seen.map(({ headers }) => headers['idempotency-key'])
    assert.match(keys[0] as string, /^[0-9a-f-]{36}$/)
    assert.deepEqual(keys, [keys[0], keys[0]])
  })

  it('a POST without a response is made again, and two calls have different Idempotency-Keys', async () => {
    server = await startScripted(hangUp, reply(200, {}))
    await connect().call('check_captures', {})
    await connect().call('check_captures', {}, { idempotencyKey: 'mine' })
    const keys = server.seen.map(({ headers }) => headers['idempotency-key'])
    assert.equal(keys[0], keys[1])
    assert.equal(keys[2], 'mine')
  })

  it('a PATCH without a response is not made again', async () => {
    server = await startScripted(hangUp, reply(200, [{ id: 'w' }]))
    assert.equal((await fail(connect().webhooks.disable('w'))).code, 'unreachable')
    assert.equal(server.seen.length, 1)
  })

  it('retries are bounded', async () => {
    server = await startScripted(reply(503, { ...REFUSED, code: '57P03' }))
    const error = await fail(connect({ retries: 1 }).webhooks.get('w'))
    assert.deepEqual([error.status, error.code, server.seen.length], [503, '57P03', 2])
  })

  it('a Retry-After that is longer than half a minute is left to the caller', async () => {
    server = await startScripted(reply(429, REFUSED, { 'retry-after': '3600', 'x-request-id': 'r-1' }))
    const { retryAfter, message, hint, requestId } = await fail(connect().webhooks.get('w'))
    assert.deepEqual(
      [retryAfter, message, hint, requestId, server.seen.length],
      [3_600, 'too many requests', 'Wait.', 'r-1', 1],
    )
  })

  it('a refusal is not made again', async () => {
    server = await startScripted(reply(400, { ...REFUSED, code: '22023' }))
    assert.equal((await fail(connect().webhooks.get('w'))).code, '22023')
    assert.equal(server.seen.length, 1)
  })

  it('a response that does not arrive in time fails with the code timeout', async () => {
    server = await startScripted((_request, response) => response.writeHead(200).write('['))
    assert.equal((await fail(connect({ timeoutMs: 100, retries: 0 }).webhooks.get('w'))).code, 'timeout')
  })

  it('an aborted call fails with the reason of its signal, also between two attempts', async () => {
    const stop = new AbortController()
    server = await startScripted((request, response) => {
      reply(503, REFUSED, { 'retry-after': '20' })(request, response)
      setImmediate(() => stop.abort(new Error('enough')))
    })
    await assert.rejects(connect().webhooks.get('w', { signal: stop.signal }), /enough/)
    assert.equal(server.seen.length, 1)
  })

  it('the key is sent to no other host by a redirect', async () => {
    server = await startScripted(reply(307, '', { location: 'http://localhost:1/' }))
    assert.equal((await fail(connect().webhooks.get('w'))).code, 'redirected')
  })

  it('no error contains the key, not even one of a proxy that repeats it', async () => {
    server = await startScripted(
      reply(400, { ...REFUSED, message: `apikey: ${KEY}` }),
      reply(502, KEY),
      hangUp,
    )
    const client = connect({ retries: 0 })
    const errors = [
      await fail(client.webhooks.get('w')),
      await fail(client.webhooks.get('w')),
      await fail(client.webhooks.get('w')),
      await fail(createClient({ url: server.url, key: `${KEY}\n` }).webhooks.get('w')),
    ]
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['PT429', 'unexpected_response', 'unreachable', 'invalid_option'],
    )
    for (const shown of [...errors, client]) assert.ok(!inspect(shown, { depth: 9 }).includes(KEY))
  })

  it('a page that is no response of the API fails with the code unexpected_response', async () => {
    server = await startScripted((_request, response) => response.end('<html>'))
    assert.equal((await fail(connect().webhooks.get('w'))).code, 'unexpected_response')
  })

  it('a key given as a function is asked before each request', async () => {
    server = await startScripted(reply(200))
    let asked = 0
    const client = connect({ key: async () => `token-${(asked += 1)}` })
    await client.webhooks.get('w')
    await client.webhooks.get('w')
    assert.deepEqual(
      server.seen.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-2'],
    )
  })

  it('conditions become filters of the API', async () => {
    server = await startScripted(reply(200))
    const where = {
      status: ['failed', 'a"b,c'],
      event: 'deal.created',
      reason: null,
      webhook_id: undefined,
      created_at: { gte: new Date(0), lt: '2025-01-15' },
      or: '(attempts.gt.1,event.like.deal*)',
    }
    await connect().deliveries.list({ where, order: 'created_at', limit: 5 }).toArray()
    assert.deepEqual(
      [...new URL(server.seen[0]!.url, server.url).searchParams],
      [
        ['status', 'in.("failed","a\\"b,c")'],
        ['event', 'eq.deal.created'],
        ['reason', 'is.null'],
        ['created_at', 'gte.1970-01-01T00:00:00.000Z'],
        ['created_at', 'lt.2025-01-15'],
        ['or', '(attempts.gt.1,event.like.deal*)'],
        ['order', 'created_at'],
        ['limit', '5'],
      ],
    )
  })

  it('a URL with credentials, or of another protocol, is refused', async () => {
    server = await startScripted(reply(200))
    for (const url of ['ftp://a.example', 'http://user:secret@a.example', 'a.example', ''])
      assert.throws(() => createClient({ url, key: KEY }), { code: 'invalid_option' })
  })
})
