import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import type { ApiResponse, ErrorBody } from './harness/api.ts'
import { HEAVY } from './harness/full-run.ts'
import { onEachEngine } from './harness/on-each-engine.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { until } from './harness/until.ts'

type Inserted = [{ id: string }]

onEachEngine(
  'repeated calls between processes',
  (stage) => {
    let database: Database
    before(() => {
      database = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 2 })
    })
    after(() => database.close())

    /** Keeps every insert of a contact waiting while `work` runs. */
    async function whileBlocked(work: () => Promise<void>): Promise<void> {
      await database.transaction(async (connection) => {
        await connection.execute('lock table public.contacts in exclusive mode')
        await work()
      })
    }

    function call(name: string): (server: ServerProcess) => Promise<ApiResponse<Inserted & ErrorBody>> {
      const body = { organization_id: stage.organizationId, first_name: name }
      const headers = { 'idempotency-key': randomUUID(), prefer: 'return=representation' }
      return async (server) => await server.api.request('POST', 'contacts', body, headers)
    }

    /** Waits until so many inserts are kept waiting. */
    const untilBlocked = (count: number): Promise<unknown> =>
      until(`${count} inserts to wait`, async () => {
        const { rows } = await database.query<{ n: number }>(
          `select count(*)::integer as n from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return rows[0]!.n === count
      })

    /** Sets when the claims of running calls end, from now. */
    const endClaimsIn = (interval: string) =>
      database.query(
        `update webhooks_internal.repeated_calls set claimed_until = now() + $1::interval where claim is not null`,
        [interval],
      )

    /** Running calls lose their claims and do not extend them, as if their process were stuck. */
    async function whileExpired(work: () => Promise<void>): Promise<void> {
      await database.execute(`
        update webhooks_internal.repeated_calls set claimed_until = now() where claim is not null;
        create function public.keep_end() returns trigger language plpgsql as
          $$ begin new.claimed_until := old.claimed_until; return new; end $$;
        create trigger keep_end before update on webhooks_internal.repeated_calls
          for each row when (new.claim = old.claim) execute function public.keep_end()`)
      await work()
      await database.execute('drop function public.keep_end() cascade')
    }

    const stored = async (name: string): Promise<{ id: string }[]> =>
      await stage.server.api.get(`contacts?first_name=eq.${name}`)

    test('a call that another process runs gets a 409 with Retry-After, and then its response', async () => {
      const other = await stage.site.start()
      const post = call('Elsewhere')
      let first: ReturnType<typeof post> | undefined
      await whileBlocked(async () => {
        first = post(stage.server)
        await untilBlocked(1)
        const { status, body, headers } = await post(other)
        assert.deepEqual([status, body.code, headers.get('retry-after')], [409, 'PT409', '1'])
      })
      const done = await first!
      assert.equal(done.status, 201)
      const repeated = await post(other)
      assert.deepEqual([repeated.status, repeated.body], [201, done.body])
      assert.equal(repeated.headers.get('idempotent-replayed'), 'true')
      assert.equal(await other.stop(), 0)
    })

    test('a call whose process was killed can be repeated when its claim has expired, and has one effect', async () => {
      const post = call('Killed')
      await whileBlocked(async () => {
        const first = post(stage.server).catch(() => {})
        await untilBlocked(1)
        await stage.server.kill()
        await first
      })
      stage.server = await stage.site.start()
      await endClaimsIn('1 minute')
      assert.equal((await post(stage.server)).status, 409)
      await endClaimsIn('0')
      const repeated = await post(stage.server)
      assert.equal(repeated.status, 201)
      assert.deepEqual((await post(stage.server)).body, repeated.body)
      assert.deepEqual(
        (await stored('Killed')).map(({ id }) => id),
        [repeated.body[0].id],
      )
    })

    test('a call that committed before its process was killed gets its response afterwards', async () => {
      const post = call('Committed')
      const done = await post(stage.server)
      await stage.server.kill()
      stage.server = await stage.site.start()
      const repeated = await post(stage.server)
      assert.deepEqual([repeated.status, repeated.body], [201, done.body])
      assert.equal((await stored('Committed')).length, 1)
    })

    test('a call that was taken over while it waited has no effect', async () => {
      const other = await stage.site.start()
      const post = call('Overtaken')
      let both: Promise<ApiResponse<Inserted & ErrorBody>>[] = []
      await whileBlocked(async () => {
        both = [post(stage.server)]
        await untilBlocked(1)
        await whileExpired(async () => {
          both.push(post(other))
          await untilBlocked(2)
        })
      })
      const [slow, taken] = await Promise.all(both)
      assert.deepEqual([slow?.status, slow?.body.code, taken?.status], [409, 'PT409', 201])
      assert.deepEqual(
        (await stored('Overtaken')).map(({ id }) => id),
        [taken!.body[0].id],
      )
      assert.equal(await other.stop(), 0)
    })

    test('the claim of a call that takes long is extended', HEAVY, async () => {
      const post = call('Long')
      let first: ReturnType<typeof post> | undefined
      await whileBlocked(async () => {
        first = post(stage.server)
        await untilBlocked(1)
        await endClaimsIn('0')
        await until('the claim to be extended', async () => {
          const { rows } = await database.query(
            'select from webhooks_internal.repeated_calls where claimed_until > now()',
          )
          return rows.length > 0
        })
      })
      assert.equal((await first!).status, 201)
    })
  },
  { engines: process.env['TEST_DATABASE_URL'] === undefined ? [] : ['postgresql'] },
)
