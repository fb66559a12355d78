import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { systemClock } from '../src/domain/clock.ts'
import type { Clock } from '../src/domain/clock.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { startLoop } from '../src/loops/loop.ts'
import { createLoopWatch } from '../src/loops/loop-watch.ts'
import { createQueueStateReader } from '../src/observability/queue-state.ts'
import type { Readiness } from '../src/observability/readiness.ts'
import { createReadinessCheck } from '../src/observability/readiness.ts'
import { createProcessProgress } from '../src/observability/relay-progress.ts'
import { connectApi } from '../src/cli/client/api.ts'
import { runDoctorChecks } from '../src/cli/client/checks.ts'
import type { Finding } from '../src/cli/client/finding.ts'
import { UNLIMITED_SPACE } from '../src/database/disk-space.ts'
import { ENGINES, createDatabase, openMigrated } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import { SERVICE_KEY, createSite } from './harness/server-process.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { startTcpProxy } from './harness/tcp-proxy.ts'
import { LONG, until } from './harness/until.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const MINUTE = 60_000
const isPostgresThere = process.env['TEST_DATABASE_URL'] !== undefined

async function ready({ url }: Pick<ServerProcess, 'url'>): Promise<{ status: number; body: Readiness }> {
  const response = await fetch(`${url}/health/ready`)
  return { status: response.status, body: (await response.json()) as Readiness }
}

for (const engine of ENGINES) {
  suite(`readiness (${engine})`, () => {
    /** The check with a clock that a test moves, and a waiting event of any age. */
    async function open(context: TestContext, hasRelay: boolean) {
      const { database, close } = await openMigrated(engine)
      context.after(() => close())
      const clock: Clock & { at: number } = { at: Date.now(), now: () => clock.at }
      const relayProgress = createProcessProgress(clock)
      const outbox = relayProgress.ofOutbox()
      const check = (): Promise<Readiness> =>
        createReadinessCheck({
          database,
          crm: undefined,
          clock,
          diskSpace: UNLIMITED_SPACE,
          clockOffset: () => 0,
          watch: createLoopWatch(clock),
          readState: createQueueStateReader({ health: database, crmHealth: database }),
          relayProgress: hasRelay ? relayProgress : undefined,
          stallTimeout: MINUTE,
          onUnavailable: () => {},
        })()
      const wait = async (age: string): Promise<void> => {
        await database.query(
          `insert into webhooks.webhook_events (organization_id, event, data, created_at)
           values ($1, 'deal.created', '{}', now() - $2::interval)`,
          [ORGANIZATION, age],
        )
      }
      return { database, clock, outbox, check, wait }
    }

    test('a node is ready when nothing waits, however long ago the relay made progress', async (context) => {
      const { clock, check } = await open(context, true)
      clock.at += 60 * MINUTE
      const { status, checks } = await check()
      assert.equal(status, 'ok')
      assert.deepEqual([checks.database.status, checks.migrations?.status], ['ok', 'ok'])
      assert.equal(checks.relay?.lag_seconds, 0)
    })

    test('a node is ready when events have waited long and the relay makes progress', async (context) => {
      const { clock, outbox, check, wait } = await open(context, true)
      await wait('1 hour')
      clock.at += 60 * MINUTE
      outbox.note()
      assert.equal((await check()).status, 'ok')
    })

    test('a node is not ready when events wait and the relay has made no progress for too long', async (context) => {
      const { clock, check, wait } = await open(context, true)
      await wait('2 minutes')
      clock.at += 2 * MINUTE
      const { status, reason, checks } = await check()
      assert.equal(status, 'unavailable')
      assert.match(reason ?? '', /^the relay has made no progress since \S+ while events are waiting$/)
      assert.equal(checks.relay?.status, 'stalled')
      assert.ok((checks.relay?.lag_seconds ?? 0) > 100)
    })

    test('a node without a worker is ready when the relay has stalled, and reports it', async (context) => {
      const { clock, check, wait } = await open(context, false)
      await wait('2 minutes')
      clock.at += 2 * MINUTE
      const { status, checks } = await check()
      assert.deepEqual([status, checks.relay?.status], ['ok', 'stalled'])
    })

    test('a node is not ready when a migration of its version is missing', async (context) => {
      const { database, check } = await open(context, true)
      await database.query(
        `delete from webhooks.schema_migrations where name = 'core/006_events_and_outbox.sql'`,
      )
      const { status, reason, checks } = await check()
      assert.deepEqual([status, checks.migrations?.status], ['unavailable', 'missing'])
      assert.match(reason ?? '', /migrations/)
    })
  })
}

test('the loop watch counts the failures of a loop until a success, which it records with its time', async () => {
  const watch = createLoopWatch(systemClock)
  let isBroken = true
  const loop = startLoop({
    name: 'example',
    everyMs: 1,
    log: pino({ level: 'silent' }),
    watch,
    run: async () => {
      if (isBroken) throw new Error('no')
      return false
    },
  })
  await until('two failures', () => (watch.read().get('example')?.failures ?? 0) >= 2)
  assert.equal(watch.read().get('example')?.lastSuccessAt, null)
  isBroken = false
  const state = await until('a success', () => {
    const now = watch.read().get('example')
    return now?.lastSuccessAt == null ? undefined : { ...now }
  })
  assert.equal(state.failures, 0)
  await loop.stop()
})

suite('readiness of a running node', { skip: !isPostgresThere, ...LONG }, () => {
  test(
    'a node is unavailable while no event can leave the outbox, as doctor and the metrics report',
    HEAVY,
    async (context) => {
      const { url, drop } = await createDatabase('postgresql')
      context.after(() => drop())
      const site = createSite(url, { RELAY_STALL_TIMEOUT: '1s' })
      context.after(() => site.close())
      const server = await site.start()
      const database = openPostgres({ url: url!, poolSize: 1 })
      context.after(() => database.close())
      assert.equal((await ready(server)).status, 200)

      await database.execute('alter table webhooks_internal.outbox rename to outbox_away')
      await database.execute(
        'create view webhooks_internal.outbox as select * from webhooks_internal.outbox_away',
      )
      await database.execute(
        `create function refuse() returns trigger language plpgsql as $$ begin raise 'the disk is full' using errcode = '53100'; end $$;
       create trigger refuse before delete on webhooks_internal.outbox_away for each statement execute function refuse()`,
      )
      await database.query(
        `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'deal.created', '{}')`,
        [ORGANIZATION],
      )
      const { body } = await until('the node to be unavailable', async () => {
        const answer = await ready(server)
        return answer.status === 503 ? answer : undefined
      })
      assert.equal(body.checks.relay?.status, 'stalled')
      assert.equal(body.checks.loops['recorder']?.status, 'failing')
      const metrics = await (await fetch(`${server.url}/metrics`)).text()
      assert.match(metrics, /^connectgain_loop_failures\{loop="recorder"\} [1-9]/m)
      assert.match(metrics, /^connectgain_relay_without_progress_seconds [1-9]/m)
      const findings: Finding[] = []
      for await (const finding of runDoctorChecks(connectApi({ url: server.url, key: SERVICE_KEY }))) {
        findings.push(finding)
      }
      assert.match(
        findings.find(({ check }) => check === 'relay')?.message ?? '',
        /the relay has made no progress since/,
      )

      await database.execute('drop trigger refuse on webhooks_internal.outbox_away')
      await until('the node to be ready again', async () => (await ready(server)).status === 200)
    },
  )

  test('a node reports in bounded time that it is unavailable when the database stops responding', async (context) => {
    const { url, drop } = await createDatabase('postgresql')
    context.after(() => drop())
    const proxied = new URL(url!)
    const proxy = await startTcpProxy(Number(proxied.port))
    context.after(() => proxy.close())
    proxied.port = String(proxy.port)
    const site = createSite(proxied.href)
    context.after(() => site.close())
    const server = await site.start()
    proxy.silence()
    const { status, body } = await ready(server)
    assert.deepEqual([status, body.checks.database.status], [503, 'unavailable'])
    assert.match(body.reason ?? '', /the database did not respond within 2 s/)
  })

  test('a node is ready while a dozen slow requests hold every connection of the API', async (context) => {
    const { url, drop } = await createDatabase('postgresql')
    context.after(() => drop())
    const site = createSite(url)
    context.after(() => site.close())
    const server = await site.start()
    const database = openPostgres({ url: url!, poolSize: 2 })
    context.after(() => database.close())
    await database.transaction(async (transaction) => {
      await transaction.execute('lock table webhooks.api_keys in access exclusive mode')
      const waiting = Array.from({ length: 12 }, () => server.api.request('GET', 'api_keys'))
      await until('requests to wait for the lock', async () => {
        const { rows } = await database.query<{ count: number }>(
          `select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return (rows[0]?.count ?? 0) >= 5
      })
      assert.equal((await ready(server)).status, 200)
      await transaction.execute('rollback; begin')
      await Promise.all(waiting)
    })
  })
})
