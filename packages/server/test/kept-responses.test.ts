import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { expireCalls } from '../src/maintenance/expire-calls.ts'
import { resealAll } from '../src/secrets/reseal.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import type { ErrorBody } from './harness/api.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import type { Created } from './harness/repeated-call.ts'
import { SHOWN, contactRow, isReplayed, webhookRow, withKey } from './harness/repeated-call.ts'

for (const engine of EVERY_ENGINE) {
  suite(`kept responses of repeated calls (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine, { MAX_WEBHOOKS: '1000' })
    })
    after(async () => await api.close())

    const count = async (path: string): Promise<number> => (await api.ask<unknown[]>('GET', path)).json.length

    async function one<T extends object>(sql: string, params: unknown[] = []): Promise<T> {
      return (await api.database.query<T>(sql, params)).rows[0]!
    }

    test('a role sees the calls of its own credential only, and no response is stored in plain text', async () => {
      const post = withKey(api)
      const { json } = await post<Created[]>('webhook_configurations', webhookRow(), SHOWN)
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

    test('a refusal is kept, even if the call would succeed by now', async () => {
      const post = withKey(api)
      const id = newId()
      const message = { organization_id: OURS, title: 'Refused', contact_id: id }
      const first = await post<ErrorBody>('deals', message)
      assert.equal(first.status, 409)
      await api.ask('POST', 'contacts', { body: { id, ...contactRow('Now there') } })
      const second = await post<ErrorBody>('deals', message)
      assert.deepEqual([second.status, second.json, isReplayed(second)], [409, first.json, true])
    })

    test('a server error is not kept: the repeated call is made', async () => {
      await api.database.execute(`
        create function public.fail() returns trigger language plpgsql as
          $$ begin raise exception using errcode = 'XX001', message = 'damaged'; end $$;
        create trigger fail before insert on public.contacts for each row execute function public.fail()`)
      const post = withKey(api)
      assert.equal((await post('contacts', contactRow('Failed first'))).status, 500)
      await api.database.execute('drop function public.fail() cascade')
      const second = await post('contacts', contactRow('Failed first'))
      assert.deepEqual([second.status, isReplayed(second)], [201, false])
    })

    test('an abandoned call is taken over after its claim has expired, and cannot take effect any more', async () => {
      const post = withKey(api)
      await post('contacts', contactRow('Abandoned'))
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
      const running = await post<ErrorBody>('contacts', contactRow('Abandoned'))
      assert.deepEqual([running.status, running.json.code], [409, 'PT409'])
      await abandon('-1 second')
      const other = await post<ErrorBody>('contacts', contactRow('Another'))
      assert.equal(other.status, 422)
      const taken = await post('contacts', contactRow('Abandoned'))
      assert.deepEqual([taken.status, isReplayed(taken)], [201, false])
    })

    test('a response of more than 1 MiB is not kept, and the call is not repeated', async () => {
      const post = withKey(api)
      const rows = Array.from({ length: 900 }, (_, n) => ({
        ...contactRow(`Large ${n}`),
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
      await kept('contacts', contactRow('Kept'), { key })
      await api.database.execute(`update webhooks_internal.repeated_call_totals set calls = calls + 100000`)
      const { status, json, headers } = await withKey(api)<ErrorBody>('contacts', contactRow('Too many'), {
        key,
      })
      assert.deepEqual([status, json.code, headers['retry-after']], [429, 'PT429', '60'])
      assert.equal(await count('contacts?first_name=eq.Too many'), 0)
      assert.ok(isReplayed(await kept('contacts', contactRow('Kept'), { key })))
      await api.database.execute(`update webhooks_internal.repeated_call_totals set calls = calls - 100000`)
    })

    test('the totals of a credential are those of its calls, whatever happens to them', async () => {
      await api.database.query('delete from webhooks_internal.repeated_calls')
      const post = withKey(api)
      await post('contacts', contactRow('Counted'), SHOWN)
      await withKey(api)('contacts', { unknown: 1 })
      await withKey(api, 'x')('contacts', contactRow('Counted too'), {
        key: await api.storeKey(OURS, 'admin'),
      })
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
      const again = await post('contacts', contactRow('Counted'), SHOWN)
      assert.deepEqual([again.status, isReplayed(again)], [201, false])
      await expireCalls(api.database)
      const { rows } = await api.database.query('select calls from webhooks_internal.repeated_call_totals')
      assert.deepEqual(rows, [{ calls: 1 }])
    })

    test('kept responses are encrypted again with a new key, and one whose key is gone is not repeated', async () => {
      const old = Buffer.alloc(32, 7)
      const fresh = randomBytes(32)
      const post = withKey(api)
      const body = contactRow('Encrypted')
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
      await api.ask('POST', 'contacts', { body: contactRow('Without') })
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
