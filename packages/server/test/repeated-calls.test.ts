import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { expireCalls } from '../src/maintenance/expire-calls.ts'
import { resealAll } from '../src/secrets/reseal.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import type { ErrorBody } from './harness/api.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { isReplayed, withKey } from './harness/repeated-call.ts'

interface Created {
  id: string
  secret: string
}

const SHOWN = { headers: { prefer: 'return=representation' } }
const webhook = (more: object = {}) => ({
  organization_id: OURS,
  name: 'Repeated',
  url: 'https://crm.example.com/hook',
  events: ['*'],
  secret: 'generate',
  ...more,
})
const contact = (first_name: string) => ({ organization_id: OURS, first_name })

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
      const body = webhook({ name: 'Created once' })
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
        body: webhook(),
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
      const before = await emitted()
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
      assert.equal((await emitted()) - before, 51)
    })

    test('repeated calls of other functions have one effect', async () => {
      const { json } = await api.ask<Created[]>('POST', 'webhook_configurations', {
        body: webhook(),
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
        const before = await rows()
        const post = withKey(api)
        const first = await post(`rpc/${name}`, body)
        const second = await post(`rpc/${name}`, body)
        assert.deepEqual([first.status, second.status, second.json], [200, 200, first.json], name)
        assert.equal((await rows()) - before, 1, name)
      }
    })

    test('a repeated test of a webhook sends one request', async () => {
      const receiver = await startReceiver()
      try {
        const { json } = await api.ask<Created[]>('POST', 'webhook_configurations', {
          body: webhook({ url: `${receiver.url}/tested-once` }),
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
        Array.from({ length: 8 }, () => post<Created[]>('contacts', contact('Concurrent'), SHOWN)),
      )
      assert.equal(await count('contacts?first_name=eq.Concurrent'), 1)
      const [done, waiting] = [
        answers.filter(({ status }) => status === 201),
        answers.filter(({ status }) => status === 409),
      ]
      assert.equal(done.length + waiting.length, answers.length)
      assert.equal(done.filter((answer) => !isReplayed(answer)).length, 1)
      for (const answer of waiting) assert.equal(answer.headers['retry-after'], '1')
      const last = await post<Created[]>('contacts', contact('Concurrent'), SHOWN)
      assert.deepEqual([last.status, last.json[0]!.id], [201, done[0]!.json[0]!.id])
    })

    test('another body, query string or Prefer with the same key gets a 422 and has no effect', async () => {
      const post = withKey(api)
      await post('contacts', contact('Original'))
      const others = [
        await post<ErrorBody>('contacts', contact('Changed')),
        await post<ErrorBody>('contacts?select=id', contact('Original')),
        await post<ErrorBody>('contacts', contact('Original'), SHOWN),
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
          await post<Created[]>('webhook_configurations', webhook(), { ...(key && { key }), ...SHOWN }),
        )
      assert.deepEqual([...new Set(created.map(({ status }) => status))], [201])
      assert.equal(new Set(created.map(({ json }) => json[0]!.secret)).size, 3)
      const refused = await post<ErrorBody>('webhook_configurations', webhook(), { key: theirs, ...SHOWN })
      assert.deepEqual([refused.status, refused.json.code], [403, '42501'])
    })

    test('a role sees the calls of its own credential only, and no response is stored in plain text', async () => {
      const post = withKey(api)
      const { json } = await post<Created[]>('webhook_configurations', webhook(), SHOWN)
      const { id, credential_id, response } = await one<{
        id: string
        credential_id: string
        response: string
      }>('select * from webhooks_internal.repeated_calls order by expires_at desc limit 1')
      assert.match(response, /^v1\./)
      assert.ok(
        !JSON.stringify(
          await one('select * from webhooks_internal.repeated_calls where id = $1', [id]),
        ).includes(json[0]!.secret),
      )
      const visible = async (role: string, credential: string | undefined) =>
        await api.database.transaction(async (connection) => {
          const claims = JSON.stringify({ role, organization_id: OURS, credential_id: credential })
          await connection.query(`select set_config('request.jwt.claims', $1, true)`, [claims])
          await connection.execute(`set local role ${role}`)
          const { rows } = await connection.query<{ n: number }>(
            `select count(*)::integer as n from webhooks_internal.repeated_calls where id = '${id}'`,
          )
          return rows[0]!.n
        })
      assert.equal(await visible('webhooks_service', credential_id), 1)
      for (const role of ['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit'])
        for (const other of [undefined, newId()]) assert.equal(await visible(role, other), 0, role)
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
        const { status, json } = await withKey(api, key)<ErrorBody>('contacts', contact('Invalid key'))
        assert.deepEqual([status, json.code], [400, 'PGRST100'])
        assert.match(json.message, /^Idempotency-Key: /)
      }
      assert.equal(await count('contacts?first_name=eq.Invalid key'), 0)
      assert.equal((await withKey(api, 'k'.repeat(255))('contacts', contact('Valid key'))).status, 201)
    })

    test('a refusal is kept, even if the call would succeed by now', async () => {
      const post = withKey(api)
      const id = newId()
      const message = { organization_id: OURS, title: 'Refused', contact_id: id }
      const first = await post<ErrorBody>('deals', message)
      assert.equal(first.status, 409)
      await api.ask('POST', 'contacts', { body: { id, ...contact('Now there') } })
      const second = await post<ErrorBody>('deals', message)
      assert.deepEqual([second.status, second.json, isReplayed(second)], [409, first.json, true])
    })

    test('a server error is not kept: the repeated call is made', async () => {
      await api.database.execute(`
        create function public.fail() returns trigger language plpgsql as
          $$ begin raise exception using errcode = 'XX001', message = 'damaged'; end $$;
        create trigger fail before insert on public.contacts for each row execute function public.fail()`)
      const post = withKey(api)
      assert.equal((await post('contacts', contact('Failed first'))).status, 500)
      await api.database.execute('drop function public.fail() cascade')
      const second = await post('contacts', contact('Failed first'))
      assert.deepEqual([second.status, isReplayed(second)], [201, false])
    })

    test('an abandoned call is taken over after its claim has expired, and cannot take effect any more', async () => {
      const post = withKey(api)
      await post('contacts', contact('Abandoned'))
      const call = await one<{ id: string }>(
        'select id from webhooks_internal.repeated_calls order by expires_at desc limit 1',
      )
      const abandon = (until: string) =>
        api.database.query(
          `update webhooks_internal.repeated_calls
           set response = null, claim = gen_random_uuid(), claimed_until = now() + $2::interval where id = $1`,
          [call.id, until],
        )
      await abandon('10 seconds')
      const running = await post<ErrorBody>('contacts', contact('Abandoned'))
      assert.deepEqual([running.status, running.json.code], [409, 'PT409'])
      await abandon('-1 second')
      const other = await post<ErrorBody>('contacts', contact('Another'))
      assert.equal(other.status, 422)
      const taken = await post('contacts', contact('Abandoned'))
      assert.deepEqual([taken.status, isReplayed(taken)], [201, false])
    })

    test('a response of more than 1 MiB is not kept, and the call is not repeated', async () => {
      const post = withKey(api)
      const rows = Array.from({ length: 900 }, (_, n) => ({
        ...contact(`Large ${n}`),
        company: 'x'.repeat(1_000),
      }))
      const first = await post<Created[]>('contacts', rows, SHOWN)
      assert.equal(first.status, 201)
      const second = await post<ErrorBody>('contacts', rows, SHOWN)
      assert.deepEqual(
        [second.status, second.json.code, second.headers['retry-after']],
        [409, 'PT409', undefined],
      )
      assert.equal(await count('contacts?first_name=like.Large*&limit=1000'), 900)
    })

    test('a credential that keeps too many responses is refused before anything is done', async () => {
      const key = await api.storeKey(OURS, 'admin')
      const kept = withKey(api)
      await kept('contacts', contact('Kept'), { key })
      await api.database.execute(`update webhooks_internal.repeated_call_totals set calls = calls + 100000`)
      const { status, json, headers } = await withKey(api)<ErrorBody>('contacts', contact('Too many'), {
        key,
      })
      assert.deepEqual([status, json.code, headers['retry-after']], [429, 'PT429', '60'])
      assert.equal(await count('contacts?first_name=eq.Too many'), 0)
      assert.ok(isReplayed(await kept('contacts', contact('Kept'), { key })))
      await api.database.execute(`update webhooks_internal.repeated_call_totals set calls = calls - 100000`)
    })

    test('the totals of a credential are those of its calls, whatever happens to them', async () => {
      await api.database.query('delete from webhooks_internal.repeated_calls')
      const post = withKey(api)
      await post('contacts', contact('Counted'), SHOWN)
      await withKey(api)('contacts', { unknown: 1 })
      await withKey(api, 'x')('contacts', contact('Counted too'), { key: await api.storeKey(OURS, 'admin') })
      const differences = await api.database.query(
        `select from webhooks_internal.repeated_call_totals t
         full join (
           select credential_id, count(*) as calls, sum(octet_length(response)) as bytes
           from webhooks_internal.repeated_calls group by 1
         ) as c using (credential_id)
         where (t.calls, t.bytes) is distinct from (c.calls, c.bytes)`,
      )
      assert.equal(differences.rowCount, 0)
      await api.database.execute(
        `update webhooks_internal.repeated_calls set expires_at = now() - interval '1 second'`,
      )
      const again = await post('contacts', contact('Counted'), SHOWN)
      assert.deepEqual([again.status, isReplayed(again)], [201, false])
      await expireCalls(api.database)
      const { rows } = await api.database.query('select calls from webhooks_internal.repeated_call_totals')
      assert.deepEqual(rows, [{ calls: 1 }])
    })

    test('kept responses are encrypted again with a new key, and one whose key is gone is not repeated', async () => {
      const old = Buffer.alloc(32, 7)
      const fresh = randomBytes(32)
      const post = withKey(api)
      const body = contact('Encrypted')
      const first = await post('contacts', body, SHOWN)
      const reseal = (keys: Buffer[]) => resealAll(api.database, keys, { dryRun: false })
      assert.ok((await reseal([fresh, old])).rows['repeated_calls']! > 0)
      const sealed = await one<{ id: string; response: string }>(
        'select id, response from webhooks_internal.repeated_calls order by expires_at desc limit 1',
      )
      const opened = createSecretBox([fresh]).open(sealed.response, `repeated_calls.response:${sealed.id}`)
      assert.deepEqual(JSON.parse((JSON.parse(opened) as { body: string }).body), first.json)
      const lost = await post<ErrorBody>('contacts', body, SHOWN)
      assert.deepEqual([lost.status, lost.json.code], [409, 'PT409'])
      await reseal([old, fresh])
      assert.ok(isReplayed(await post('contacts', body, SHOWN)))
    })

    test('a call without a key, or with another method than POST, stores nothing', async () => {
      await api.database.query('delete from webhooks_internal.repeated_calls')
      await api.ask('POST', 'contacts', { body: contact('Without') })
      await api.ask('PATCH', 'contacts?first_name=eq.Without', {
        body: { last_name: 'Key' },
        headers: { 'idempotency-key': 'x' },
      })
      assert.equal(
        (await one<{ n: number }>('select count(*)::integer as n from webhooks_internal.repeated_calls')).n,
        0,
      )
    })
  })
}
