import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import type { ErrorBody } from './harness/api.ts'
import { ANY_ENGINE } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { Answer, Ask, InProcessApi } from './harness/in-process-api.ts'
import { RecordedStreams } from './harness/recorded-streams.ts'
import { SwitchedDatabase } from './harness/switched-database.ts'
import { until } from './harness/until.ts'

const JWT_SECRET = 'the-secret-of-the-crm-which-signs-its-tokens'
const REPRESENTATION = { prefer: 'return=representation' }
const UNKNOWN_KEY = `cgw_${'x'.repeat(43)}`

suite('posts of events to streams while the database is away', () => {
  const streams = new RecordedStreams()
  const databases: SwitchedDatabase[] = []
  let api: InProcessApi
  before(async () => {
    const wrapDatabase = (inner: ConstructorParameters<typeof SwitchedDatabase>[0]): SwitchedDatabase => {
      const database = new SwitchedDatabase(inner)
      databases.push(database)
      return database
    }
    const settings = { JWT_SECRET, API_RATE_LIMIT: '1000' }
    api = await openApi(ANY_ENGINE, settings, { streams, wrapDatabase })
  })
  beforeEach(() => turn('up'))
  after(async () => {
    turn('up')
    await api.close()
  })

  function turn(state: SwitchedDatabase['state']): void {
    for (const database of databases) database.state = state
  }
  const post = async (ask: Ask, more: object = {}): Promise<Answer<ErrorBody>> =>
    await api.ask<ErrorBody>('POST', 'webhook_events', {
      body: { organization_id: OURS, event: 'deal.created', data: {}, ...more },
      ...ask,
    })
  const revoke = async (): Promise<unknown> =>
    await api.database.query('update webhooks.api_keys set revoked_at = now() where revoked_at is null')
  async function useKey(): Promise<string> {
    const key = await api.storeKey(OURS, 'emit')
    assert.equal((await post({ key })).status, 201)
    return key
  }

  for (const state of ['down', 'silent'] as const) {
    test(`posts with the service key, a token, and a known key are accepted (${state})`, async () => {
      const key = await useKey()
      const token = await new SignJWT({ organization_id: OURS, webhooks_scope: 'emit' })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(Buffer.from(JWT_SECRET))
      turn(state)
      const published = await streams.during(async () => {
        for (const ask of [{}, { key: token }, { key }]) assert.equal((await post(ask)).status, 201)
      })
      assert.equal(published.length, 3)
    })
  }

  test('a key is still limited in its rate', async () => {
    const key = await useKey()
    turn('down')
    const { status, headers } = await post({ key })
    assert.deepEqual(
      [status, headers['ratelimit-limit'], headers['ratelimit-remaining']],
      [201, '1000', '998'],
    )
  })

  for (const [what, ask, more] of [
    ['with a key that was not used before', { key: UNKNOWN_KEY }, {}],
    ['that asks for the rows', { headers: REPRESENTATION }, {}],
    ['with an unknown event type', {}, { event: 'deal.create' }],
  ] as [string, Ask, object][]) {
    test(`a post ${what} is refused for now`, async () => {
      turn('down')
      const { status, json, headers } = await post(ask, more)
      assert.deepEqual([status, json.code, headers['retry-after']], [503, 'PGRST000', '5'])
    })
  }

  for (const [what, headers, more] of [
    ['a post that asks for the rows', REPRESENTATION, {}],
    ['a post with an Idempotency-Key', { 'idempotency-key': 'once' }, {}],
    ['a post with an unknown event type', {}, { event: 'deal.create' }],
    ['a post with a wrong field', {}, { nope: 1 }],
  ] as [string, Record<string, string>, object][]) {
    test(`${what} does not accept a key that was just revoked`, async () => {
      const key = await useKey()
      await revoke()
      const { status, json, headers: answered } = await post({ key, headers }, more)
      assert.deepEqual(
        [status, json.code, answered['www-authenticate']],
        [401, 'PGRST301', 'Bearer error="invalid_token"'],
      )
    })
  }

  test('a revoked key is refused in all other requests at once, and in posts of events within seconds', async () => {
    const key = await useKey()
    await revoke()
    const revokedAt = performance.now()
    assert.equal((await api.ask('GET', 'webhook_event_types', { key })).status, 401)
    await until('a refusal', async () => (await post({ key })).status === 401)
    assert.ok(performance.now() - revokedAt < 10_000)
  })

  test('without streams, a revoked key is refused at once', async () => {
    const plain = await openApi(ANY_ENGINE)
    const key = await plain.storeKey(OURS, 'emit')
    const send = async (): Promise<number> =>
      (
        await plain.ask('POST', 'webhook_events', {
          key,
          body: { organization_id: OURS, event: 'deal.created', data: {} },
        })
      ).status
    assert.equal(await send(), 201)
    await plain.database.query('update webhooks.api_keys set revoked_at = now()')
    assert.equal(await send(), 401)
    await plain.close()
  })
})
