import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import { attempt } from '../../../test/harness/attempt.ts'
import type { Queue } from '../../../test/harness/queue.ts'
import { createQueue } from '../../../test/harness/queue.ts'
import { systemClock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import { newId, newToken } from '../../domain/ids.ts'
import type { EndpointPhase } from '../../domain/circuit-breaker.ts'
import { Messages } from '../messages.ts'
import { HealthMonitor } from './health-monitor.ts'

const URL = 'https://crm.example.com/x'
const DAY = 86_400_000

interface Shown {
  health: string
  health_since: Date
  health_reason: string | null
  is_active: boolean
  is_parked: boolean
  disabled_reason: string | null
  updated_at: Date
}

for (const engine of ENGINES) {
  suite(`endpoint health (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    let queue: Queue
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      queue = await createQueue(database)
    })
    after(() => close())

    function create(messages: Messages, deactivateAfter = 5 * DAY): HealthMonitor {
      const monitor = new HealthMonitor({
        messages,
        database,
        clock: systemClock,
        log: pino({ level: 'silent' }),
        breaker: { failures: 20, after: 5_000 },
        deactivation: { after: deactivateAfter, attempts: 20 },
        defaultMaxInFlight: 32,
      })
      monitor.start()
      return monitor
    }

    /** Evaluates the attempts in a new health monitor and returns the phases that it reports. */
    async function note(
      records: readonly AttemptRecord[],
      deactivateAfter?: number,
    ): Promise<[string, EndpointPhase][]> {
      const messages = new Messages(assert.ifError)
      const health = create(messages, deactivateAfter)
      const phases: [string, EndpointPhase][] = []
      messages.on('healthEvaluated', ({ webhookId, phase }) => phases.push([webhookId, phase]))
      messages.emit('recorded', records)
      await health.stop()
      return phases
    }

    function attempts(
      webhook: string,
      count: number,
      fields: Partial<AttemptRecord> & { ago?: number } = {},
    ): AttemptRecord[] {
      const { ago = 0, ...rest } = fields
      const failure = {
        status: 'failed',
        response_code: 500,
        error_code: 'server_error',
        error_message: 'the endpoint returned 500',
      } as const
      const created_at = new Date(Date.now() - ago).toISOString()
      const event = { webhook_id: webhook, url: URL, trigger: 'event', created_at } as const
      return Array.from({ length: count }, () => attempt({ ...event, ...failure, ...rest }))
    }

    const success = (webhook: string, fields: Partial<AttemptRecord> = {}): AttemptRecord[] => [
      attempt({ webhook_id: webhook, url: URL, trigger: 'event', ...fields }),
    ]

    const shown = (webhook: string): Promise<Shown> =>
      queue.one('select * from webhooks.webhook_configurations where id = $1', [webhook])

    /** Logs a success of another node from `ago` seconds ago, which this node only finds in the log. */
    const succeededElsewhere = (webhook: string, ago: number): Promise<unknown> =>
      database.query(
        `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url,
           status, attempt, trigger, duration_ms, request_headers, created_at)
         values ($1, $1, $2, $1, $1, 'deal.created', $3, 'success', 1, 'event', 1, '{}',
           now() - $4::integer * interval '1 second')`,
        [newId(), webhook, URL, ago],
      )

    async function held(fields: Record<string, unknown> = {}): Promise<string> {
      const webhook = await queue.webhook(fields)
      await note(attempts(webhook, 20, { ago: 10_000 }))
      assert.equal((await shown(webhook)).health, 'held')
      return webhook
    }

    test('a webhook becomes degraded after three failures in a row, without changing its updated_at', async () => {
      const webhook = await queue.webhook()
      const earlier = await shown(webhook)
      assert.deepEqual([earlier.health, earlier.health_reason, earlier.is_parked], ['healthy', null, false])
      await note(attempts(webhook, 2))
      assert.equal((await shown(webhook)).health, 'healthy')
      await note(attempts(webhook, 1))
      const { health, health_reason, health_since, is_parked, updated_at } = await shown(webhook)
      assert.deepEqual([health, is_parked, updated_at], ['degraded', false, earlier.updated_at])
      assert.equal(health_reason, '3 consecutive attempts have failed; last error: the endpoint returned 500')
      assert.ok(health_since > earlier.health_since)
    })

    test('a success makes a degraded webhook healthy, in any process', async () => {
      const webhook = await queue.webhook()
      await note(attempts(webhook, 3))
      await note(success(webhook, { was_healthy: false }))
      const { health, health_reason } = await shown(webhook)
      assert.deepEqual([health, health_reason], ['healthy', null])
    })

    test('a success between failures restarts the count, even if the webhook was never degraded', async () => {
      const webhook = await queue.webhook()
      const messages = new Messages(assert.ifError)
      const health = create(messages)
      messages.emit('recorded', attempts(webhook, 2))
      messages.emit('recorded', success(webhook))
      messages.emit('recorded', attempts(webhook, 2))
      await health.stop()
      assert.equal((await shown(webhook)).health, 'healthy')
    })

    test('successes of healthy webhooks run no statement', async () => {
      const messages = new Messages(assert.ifError)
      const health = new HealthMonitor({
        messages,
        database: {
          ...database,
          transaction: () => Promise.reject(new Error('the database was asked')),
        },
        clock: systemClock,
        log: { warn: assert.fail } as never,
        breaker: { failures: 20, after: 0 },
        deactivation: { after: DAY, attempts: 20 },
        defaultMaxInFlight: 32,
      })
      health.start()
      messages.emit('recorded', success(newId()))
      await health.stop()
    })

    test('a webhook is put on hold after twenty failures over five seconds, and queues new deliveries', async () => {
      const webhook = await queue.webhook()
      await note(attempts(webhook, 20))
      assert.equal((await shown(webhook)).health, 'degraded')
      const old = await queue.webhook()
      assert.deepEqual(await note(attempts(old, 20, { ago: 5_000 })), [[old, 'held']])
      const { health, health_reason, is_parked } = await shown(old)
      assert.deepEqual([health, is_parked], ['held', true])
      assert.match(health_reason ?? '', /^20 consecutive attempts have failed since \S+Z; last error: /)
      const { wait } = await queue.one<{ wait: number }>(
        `select extract(epoch from probe_at - now())::double precision as wait
         from webhooks_internal.endpoint_health where webhook_id = $1`,
        [old],
      )
      assert.ok(wait > 0 && wait <= 2)
    })

    test('a success of another node restarts the count of failures', async () => {
      const webhook = await queue.webhook()
      await note(attempts(webhook, 2, { ago: 60_000 }))
      await succeededElsewhere(webhook, 30)
      await note(attempts(webhook, 1))
      assert.equal((await shown(webhook)).health, 'healthy')
      await note(attempts(webhook, 2))
      assert.equal((await shown(webhook)).health, 'degraded')
    })

    test('failures of another URL, of a test and of internal errors are not counted', async () => {
      const webhook = await queue.webhook()
      await note(attempts(webhook, 5, { url: 'https://old.example.com/' }))
      await note(attempts(webhook, 5, { trigger: 'test' }))
      await note(attempts(webhook, 5, { error_code: 'secret_unreadable' }))
      await note(attempts(webhook, 5, { error_code: 'internal_error' }))
      assert.equal((await shown(webhook)).health, 'healthy')
    })

    test('a successful test ends a hold, with a drain if deliveries are due', async () => {
      const [idle, busy] = [await held(), await held()]
      await queue.due(busy, 3)
      const probe = { was_healthy: false, trigger: 'test' } as const
      assert.deepEqual(await note(success(idle, probe)), [[idle, 'healthy']])
      assert.deepEqual(await note(success(busy, probe)), [[busy, 'draining']])
      const [first, second] = [await shown(idle), await shown(busy)]
      assert.deepEqual([first.health, first.is_parked], ['healthy', false])
      assert.deepEqual([second.health, second.is_parked], ['degraded', true])
      assert.match(second.health_reason ?? '', /responding again/)
    })

    test('a new URL and enabling a webhook again reset its health, and other changes do not', async () => {
      const webhook = await held()
      const change = (set: string): Promise<unknown> =>
        database.query(`update webhooks.webhook_configurations set ${set} where id = $1`, [webhook])
      await change(`name = 'Other', max_in_flight = 3`)
      assert.equal((await shown(webhook)).health, 'held')
      await change(`url = 'https://crm.example.com/other'`)
      const moved = await shown(webhook)
      assert.deepEqual([moved.health, moved.health_reason, moved.is_parked], ['healthy', null, false])
      const again = await held()
      await database.query('update webhooks.webhook_configurations set is_active = false where id = $1', [
        again,
      ])
      assert.equal((await shown(again)).health, 'held')
      await database.query('update webhooks.webhook_configurations set is_active = true where id = $1', [
        again,
      ])
      assert.equal((await shown(again)).health, 'healthy')
      await note(attempts(again, 2))
      assert.equal((await shown(again)).health, 'healthy')
    })

    test('a deleted webhook has no health state, and its late outcomes are ignored', async () => {
      const webhook = await held()
      await database.query('delete from webhooks.webhook_configurations where id = $1', [webhook])
      assert.deepEqual(await note(attempts(webhook, 3)), [])
      const { left } = await queue.one<{ left: number }>(
        'select count(*)::integer as left from webhooks_internal.endpoint_health where webhook_id = $1',
        [webhook],
      )
      assert.equal(left, 0)
    })

    test('a webhook is disabled with the reason when every attempt has failed for days', async () => {
      const webhook = await queue.webhook()
      await note(attempts(webhook, 19, { ago: 6 * DAY }))
      assert.equal((await shown(webhook)).is_active, true)
      await note(attempts(webhook, 1))
      const { is_active, disabled_reason } = await shown(webhook)
      assert.equal(is_active, false)
      assert.equal(
        disabled_reason,
        'every attempt has failed for 6 days (20 consecutive attempts); last error: the endpoint returned 500',
      )
      const { reason } = await queue.one<{ reason: string }>(
        'select reason from webhooks_internal.cancellations where webhook_id = $1',
        [webhook],
      )
      assert.equal(reason, `webhook disabled: ${disabled_reason}`)
    })

    test('failures before a success do not count towards disabling a webhook', async () => {
      const webhook = await queue.webhook()
      await note(attempts(webhook, 30, { ago: 6 * DAY }), Number.POSITIVE_INFINITY)
      await note(success(webhook, { was_healthy: false }))
      await note(attempts(webhook, 25, { ago: 4 * DAY }))
      assert.equal((await shown(webhook)).is_active, true)
    })

    test('a success that is only in the log prevents disabling a webhook', async () => {
      const webhook = await queue.webhook()
      await note(attempts(webhook, 19, { ago: 6 * DAY }))
      await succeededElsewhere(webhook, 86_400)
      await note(attempts(webhook, 10))
      assert.equal((await shown(webhook)).is_active, true)
    })

    test('only the failure of a probe doubles the wait for the next probe', async () => {
      const webhook = await held()
      const lease = newToken()
      await database.query(
        'update webhooks_internal.endpoint_health set probe_lease = $2, probe_at = now() + interval $$1 hour$$ where webhook_id = $1',
        [webhook, lease],
      )
      const state = (): Promise<{ probe_wait_ms: number; failures: number; is_far: boolean }> =>
        queue.one(
          `select probe_wait_ms, failures, probe_at > now() + interval '30 minutes' as is_far
           from webhooks_internal.endpoint_health where webhook_id = $1`,
          [webhook],
        )
      await note(attempts(webhook, 1, { lease: newToken() }))
      assert.deepEqual(await state(), { probe_wait_ms: 2_000, failures: 21, is_far: true })
      await note(attempts(webhook, 1, { lease }))
      assert.deepEqual(await state(), { probe_wait_ms: 4_000, failures: 22, is_far: false })
    })
  })
}
