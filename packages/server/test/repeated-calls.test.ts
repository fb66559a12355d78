import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import type { ErrorBody } from './harness/api.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { Created } from './harness/repeated-call.ts'
import { SHOWN, contactRow, isReplayed, webhookRow, withKey } from './harness/repeated-call.ts'

for (const engine of EVERY_ENGINE) {
  suite(`repeated calls (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine, { MAX_WEBHOOKS: '1000' })
    })
    after(async () => await api.close())

    const count = async (path: string): Promise<number> => (await api.ask<unknown[]>('GET', path)).json.length

    async function one<T extends object>(sql: string, params: unknown[] = []): Promise<T> {
      return (await api.database.query<T>(sql, params)).rows[0]!
    }

    test('a repeated insert of a webhook returns the first response with the same secret', async () => {
      const post = withKey(api)
      const body = webhookRow({ name: 'Created once' })
      const first = await post<Created[]>('webhook_configurations', body, SHOWN)
      const second = await post<Created[]>('webhook_configurations', body, SHOWN)
      assert.deepEqual([first.status, isReplayed(first)], [201, false])
      assert.deepEqual([second.status, isReplayed(second)], [201, true])
      assert.match(first.json[0]!.secret, /^whsec_/)
      assert.deepEqual(second.json, first.json)
      assert.equal(second.headers['content-range'], first.headers['content-range'])
      assert.equal(await count('webhook_configurations?name=eq.Created once'), 1)
    })

    test('a repeated rotation returns the same secret and does not rotate again', async () => {
      const { json } = await api.ask<Created[]>('POST', 'webhook_configurations', {
        body: webhookRow(),
        ...SHOWN,
      })
      const post = withKey(api)
      const rotate = () => post<Created>('rpc/rotate_webhook_secret', { webhook_id: json[0]!.id })
      const first = await rotate()
      assert.equal(first.status, 200)
      const second = await rotate()
      assert.deepEqual([second.status, second.json], [200, first.json])
      const again = await api.ask('POST', 'rpc/rotate_webhook_secret', { body: { webhook_id: json[0]!.id } })
      assert.equal(again.status, 409)
    })

    test('repeated posts of events, one or many, emit each event once', async () => {
      const emitted = async () =>
        (await one<{ n: number }>('select count(*)::integer as n from webhooks.webhook_events')).n
      const event = { organization_id: OURS, event: 'deal.created', data: { n: 1 } }
      const started = await emitted()
      for (const body of [event, Array.from({ length: 50 }, () => event)]) {
        const post = withKey(api)
        const answers = [await post('webhook_events', body), await post('webhook_events', body)]
        assert.deepEqual(
          answers.map((answer) => [answer.status, isReplayed(answer)]),
          [
            [201, false],
            [201, true],
          ],
        )
      }
      assert.equal((await emitted()) - started, 51)
    })

    test('repeated calls of other functions have one effect', async () => {
      const { json } = await api.ask<Created[]>('POST', 'webhook_configurations', {
        body: webhookRow(),
        ...SHOWN,
      })
      const since = '2025-01-15T00:00:00Z'
      for (const [name, body, table] of [
        ['create_portal_session', { organization_id: OURS }, 'webhooks_internal.portal_links'],
        ['retry_failed', { webhook_id: json[0]!.id, since }, 'webhooks.webhook_redeliveries'],
        ['replay_events', { webhook_id: json[0]!.id, since }, 'webhooks.webhook_redeliveries'],
        ['erase_record', { organization_id: OURS, record_id: newId() }, 'webhooks.webhook_erasures'],
      ] as const) {
        const rows = async () => (await one<{ n: number }>(`select count(*)::integer as n from ${table}`)).n
        const started = await rows()
        const post = withKey(api)
        const first = await post(`rpc/${name}`, body)
        const second = await post(`rpc/${name}`, body)
        assert.deepEqual([first.status, second.status, second.json], [200, 200, first.json], name)
        assert.equal((await rows()) - started, 1, name)
      }
    })

    test('a repeated test of a webhook sends one request', async () => {
      const receiver = await startReceiver()
      try {
        const { json } = await api.ask<Created[]>('POST', 'webhook_configurations', {
          body: webhookRow({ url: `${receiver.url}/tested-once` }),
          ...SHOWN,
        })
        const post = withKey(api)
        const first = await post('rpc/test_webhook', { webhook_id: json[0]!.id })
        const second = await post('rpc/test_webhook', { webhook_id: json[0]!.id })
        assert.deepEqual([first.status, second.json], [200, first.json])
        assert.equal((await receiver.received('/tested-once', 1)).length, 1)
      } finally {
        await receiver.close()
      }
    })

    test('of concurrent calls with one key one has an effect, and the others wait or get its response', async () => {
      const post = withKey(api)
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => post<Created[]>('contacts', contactRow('Concurrent'), SHOWN)),
      )
      assert.equal(await count('contacts?first_name=eq.Concurrent'), 1)
      const [done, waiting] = [
        answers.filter(({ status }) => status === 201),
        answers.filter(({ status }) => status === 409),
      ]
      assert.equal(done.length + waiting.length, answers.length)
      assert.equal(done.filter((answer) => !isReplayed(answer)).length, 1)
      for (const answer of waiting) assert.equal(answer.headers['retry-after'], '1')
      const last = await post<Created[]>('contacts', contactRow('Concurrent'), SHOWN)
      assert.deepEqual([last.status, last.json[0]!.id], [201, done[0]!.json[0]!.id])
    })

    test('another body, query string or Prefer with the same key gets a 422 and has no effect', async () => {
      const post = withKey(api)
      await post('contacts', contactRow('Original'))
      const others = [
        await post<ErrorBody>('contacts', contactRow('Changed')),
        await post<ErrorBody>('contacts?select=id', contactRow('Original')),
        await post<ErrorBody>('contacts', contactRow('Original'), SHOWN),
      ]
      for (const { status, json } of others) assert.deepEqual([status, json.code], [422, 'PT422'])
      assert.deepEqual(
        [await count('contacts?first_name=eq.Changed'), await count('contacts?first_name=eq.Original')],
        [0, 1],
      )
    })

    test('the same key on another path is another call', async () => {
      const post = withKey(api)
      const body = { organization_id: OURS }
      assert.equal((await post('contacts', body)).status, 201)
      const other = await post('webhook_inboxes', body)
      assert.deepEqual([other.status, isReplayed(other)], [201, false])
    })

    test('the same key of another credential is another call, and nobody gets the response of another', async () => {
      const [a, b, theirs] = [
        await api.storeKey(OURS, 'admin'),
        await api.storeKey(OURS, 'admin'),
        await api.storeKey(THEIRS, 'admin'),
      ]
      const post = withKey(api)
      const created = []
      for (const key of [a, b, undefined])
        created.push(
          await post<Created[]>('webhook_configurations', webhookRow(), { ...(key && { key }), ...SHOWN }),
        )
      assert.deepEqual([...new Set(created.map(({ status }) => status))], [201])
      assert.equal(new Set(created.map(({ json }) => json[0]!.secret)).size, 3)
      const refused = await post<ErrorBody>('webhook_configurations', webhookRow(), { key: theirs, ...SHOWN })
      assert.deepEqual([refused.status, refused.json.code], [403, '42501'])
    })

    test('an emit key and a read key can repeat what they may do', async () => {
      const emit = await api.storeKey(OURS, 'emit')
      const event = { organization_id: OURS, event: 'deal.created', data: {} }
      const read = await api.storeKey(OURS, 'read')
      const filter = { organization_id: OURS, events: ['*'], filter: {} }
      for (const [path, body, key] of [
        ['webhook_events', event, emit],
        ['rpc/preview_filter', filter, read],
      ] as const) {
        const post = withKey(api)
        const answers = [await post(path, body, { key }), await post(path, body, { key })]
        assert.deepEqual(answers.map(isReplayed), [false, true], JSON.stringify(answers[1]!.json))
      }
    })

    test('a key that is empty or has more than 255 characters is refused', async () => {
      for (const key of ['', 'k'.repeat(256)]) {
        const { status, json } = await withKey(api, key)<ErrorBody>('contacts', contactRow('Invalid key'))
        assert.deepEqual([status, json.code], [400, 'PGRST100'])
        assert.match(json.message, /^Idempotency-Key: /)
      }
      assert.equal(await count('contacts?first_name=eq.Invalid key'), 0)
      assert.equal((await withKey(api, 'k'.repeat(255))('contacts', contactRow('Valid key'))).status, 201)
    })
  })
}
