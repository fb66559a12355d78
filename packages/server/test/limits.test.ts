import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { MAX_FAILED_LOGINS_PER_MINUTE } from '../src/api/limits/admission.ts'
import { toErrorResponse } from '../src/rest/response/error-response.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

for (const engine of ENGINES) {
  suite(`limits (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine, { MAX_WEBHOOKS: '3', API_RATE_LIMIT: '3' })
    })
    after(async () => await api.close())

    const webhook = (organization: string) => ({
      organization_id: organization,
      name: 'a',
      url: 'https://a.example/',
      events: ['*'],
    })
    const create = async (body: unknown) =>
      await api.ask<ErrorBody>('POST', 'webhook_configurations', { body })

    test('concurrent requests cannot create more webhooks than an organization may have', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(webhook(OURS))))
      const refused = answers.filter(({ status }) => status !== 201)
      assert.equal(refused.length, 7)
      for (const { status, json } of refused) {
        assert.deepEqual([status, json.code], [409, '53400'])
        assert.match(json.message, /at most 3 webhooks/)
        assert.match(json.hint ?? '', /MAX_WEBHOOKS/)
      }
    })

    test('a bulk insert that exceeds the limit of webhooks stores nothing', async () => {
      const { status } = await create(Array.from({ length: 4 }, () => webhook(THEIRS)))
      assert.equal(status, 409)
      const { json } = await api.ask('GET', `webhook_configurations?organization_id=eq.${THEIRS}`)
      assert.deepEqual(json, [])
      assert.equal((await create([webhook(THEIRS), webhook(THEIRS)])).status, 201)
    })

    test('an organization at the limit of webhooks can create one after it deletes one', async () => {
      const path = `webhook_configurations?organization_id=eq.${OURS}`
      const { json } = await api.ask<{ id: string }[]>('GET', `${path}&select=id&limit=1`)
      await api.ask('DELETE', `${path}&id=eq.${json[0]!.id}`)
      assert.equal((await create(webhook(OURS))).status, 201)
      assert.equal((await create(webhook(OURS))).status, 409)
    })

    const ask = async (key: string | null, address = '192.0.2.1') =>
      await api.ask<ErrorBody>('GET', 'webhook_event_types?select=name&limit=1', { key, address })

    test('a key that exceeds its requests per minute gets 429 with Retry-After', async () => {
      const key = await api.storeKey(OURS, 'read')
      const answers = [await ask(key), await ask(key), await ask(key)]
      assert.deepEqual(
        answers.map(({ status, headers }) => [
          status,
          headers['ratelimit-limit'],
          headers['ratelimit-remaining'],
        ]),
        [
          [200, '3', '2'],
          [200, '3', '1'],
          [200, '3', '0'],
        ],
      )
      const { status, headers, json } = await ask(key)
      assert.deepEqual([status, json.code, headers['ratelimit-remaining']], [429, 'PT429', '0'])
      const wait = Number(headers['retry-after'])
      assert.ok(wait >= 1 && wait <= 60)
      assert.equal(headers['ratelimit-reset'], headers['retry-after'])
    })

    test('the request limit of a key affects neither another key of its organization nor the operator', async () => {
      assert.equal((await ask(await api.storeKey(OURS, 'read'))).status, 200)
      for (let n = 0; n < 5; n += 1) {
        const { status, headers } = await ask(SERVICE_KEY)
        assert.deepEqual([status, headers['ratelimit-limit']], [200, undefined])
      }
    })

    test('too many wrong keys block an IP network, except for keys that were valid from there before', async () => {
      const known = await api.storeKey(OURS, 'read')
      const unknown = await api.storeKey(OURS, 'read')
      const guesser = '2001:db8:1:2::1'
      assert.equal((await ask(known, guesser)).status, 200)
      for (let n = 0; n <= MAX_FAILED_LOGINS_PER_MINUTE; n += 1) {
        assert.equal((await ask(`guess-${n}`, guesser)).status, 401)
      }
      const refused = await ask('another-guess', guesser)
      assert.deepEqual([refused.status, refused.json.code], [429, 'PT429'])
      assert.ok(Number(refused.headers['retry-after']) >= 1)
      // The same /64 network, which usually belongs to one customer.
      assert.equal((await ask(unknown, '2001:db8:1:2:ffff::1')).status, 429)
      assert.equal((await ask(known, guesser)).status, 200)
      assert.equal((await ask(unknown, '2001:db8:1:3::1')).status, 200)
    })

    test('wrong keys count against the client that a trusted proxy names', async () => {
      const through = async (proxy: string, client: string) =>
        await api.ask('GET', 'contacts', {
          key: 'wrong',
          address: proxy,
          headers: { 'x-forwarded-for': client },
        })
      for (let n = 0; n <= MAX_FAILED_LOGINS_PER_MINUTE; n += 1) await through('127.0.0.1', '192.0.2.50')
      assert.equal((await through('127.0.0.1', '192.0.2.50')).status, 429)
      assert.equal((await through('127.0.0.1', '192.0.2.51')).status, 401)
      // The X-Forwarded-For of an untrusted client is ignored.
      assert.equal((await through('192.0.2.50', '192.0.2.52')).status, 429)
    })

    test('requests without a key do not count as wrong keys', async () => {
      for (let n = 0; n <= MAX_FAILED_LOGINS_PER_MINUTE + 1; n += 1) {
        assert.equal((await ask(null, '192.0.2.99')).status, 401)
      }
    })

    test('tokens count as wrong keys if the keys that verify them cannot be fetched', async () => {
      const tokens = await openApi(engine, { JWKS_URL: 'http://127.0.0.1:1/jwks' })
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
      const junk = `${part({ alg: 'ES256', kid: 'junk' })}.${part({ exp: 9_999_999_999 })}.${'x'.repeat(86)}`
      const statuses: number[] = []
      for (let n = 0; n <= MAX_FAILED_LOGINS_PER_MINUTE + 1; n += 1) {
        statuses.push((await tokens.ask('GET', 'contacts', { key: junk, address: '192.0.2.77' })).status)
      }
      assert.deepEqual([statuses[0], statuses.at(-2), statuses.at(-1)], [503, 503, 429])
      await tokens.close()
    })

    const emit = async (kib: number, more: object = {}) =>
      await api.ask<ErrorBody>('POST', 'webhook_events', {
        body: {
          organization_id: OURS,
          event: 'deal.created',
          data: { text: 'x'.repeat(kib * 1_024 - 64) },
          ...more,
        },
      })

    test('data and previous of an event may have 256 KiB together', async () => {
      assert.equal((await emit(256)).status, 201)
      const { status, json } = await emit(257)
      assert.deepEqual([status, json.code, json.details], [413, '54000', 'data'])
      assert.equal((await emit(200, { previous: { text: 'x'.repeat(60 * 1_024) } })).status, 413)
    })

    test('the size of an event is that of the sent text, including the values of repeated keys', async () => {
      const start = `{"organization_id":"${OURS}","event":"deal.created","data":`
      for (const body of [
        `${start}{"k":"${'x'.repeat(900_000)}","k":1}}`,
        `${start}{"k":"${'x'.repeat(900_000)}"},"data":{}}`,
        `${start}{${' '.repeat(300_000)}}}`,
        `[${start}{}},${start}{"k":"${'x'.repeat(300_000)}","k":1}}]`,
      ]) {
        for (const prefer of ['', 'return=representation']) {
          const { status, json } = await api.ask<ErrorBody>('POST', 'webhook_events', {
            body,
            headers: { prefer },
          })
          assert.deepEqual([status, json.code, json.details], [413, '54000', 'data'])
        }
      }
    })

    test('a request body of more than 1 MiB is refused', async () => {
      const { status, json } = await emit(1_024)
      assert.deepEqual([status, json.code], [413, '54000'])
    })

    test('a URL of more than 64 KiB is refused', async () => {
      const path = `contacts?company=in.(${'x'.repeat(60_000)})`
      assert.equal((await api.ask('GET', path)).status, 200)
      const { status, json } = await api.ask<ErrorBody>('GET', path + 'x'.repeat(6_000))
      assert.deepEqual([status, json.code], [414, '54000'])
    })
  })
}

test(
  'a statement that exceeds its timeout gets an error with a hint',
  { skip: !ENGINES.includes('postgresql') },
  async () => {
    const { database, close } = await openMigrated('postgresql')
    const slow = database.transaction(async (connection) => {
      await connection.query(`select set_config('statement_timeout', '10ms', true)`)
      await connection.query('select pg_sleep(10)')
    })
    const response = toErrorResponse(await slow.catch((error: unknown) => error))
    const body = JSON.parse(response.body) as ErrorBody
    assert.deepEqual([response.status, body.code], [500, '57014'])
    assert.match(body.hint ?? '', /fewer rows/)
    await close()
  },
)
