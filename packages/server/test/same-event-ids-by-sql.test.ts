import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { keepPartitions } from '../src/maintenance/partitions.ts'
import { systemClock } from '../src/domain/clock.ts'
import type { Database } from '../src/database/database.ts'
import { claimDue } from '../src/pipeline/claim/claim-due.ts'
import { leaseForManualRetry } from '../src/maintenance/bulk-retry/manual-retry.ts'
import type { LeasedDelivery } from '../src/domain/delivery.ts'
import { createSubscriptions } from '../src/pipeline/match/subscriptions.ts'
import { newId, newToken } from '../src/domain/ids.ts'
import { ANY_EVENT } from '../src/pipeline/outbox/outbox.ts'
import { Messages } from '../src/pipeline/messages.ts'
import { createLoopWatch } from '../src/loops/loop-watch.ts'
import { Recorder } from '../src/pipeline/record/recorder.ts'
import { OutboxEvents } from '../src/pipeline/outbox/outbox-events.ts'
import { relayBatch } from '../src/pipeline/outbox/relay-batch.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import { createTargetOpener } from '../src/secrets/webhook-target.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'

const TARGET = { timeout: 10_000, maxInFlight: 32 }
const context = {
  clock: systemClock,
  nodeId: newToken(),
  openTarget: createTargetOpener(createSecretBox([Buffer.alloc(32, 7)]), TARGET),
  defaultTimeout: TARGET.timeout,
  defaultMaxInFlight: TARGET.maxInFlight,
}

/** The organization of a delivery, and the one whose data it carries. */
const contentOf = ({ organizationId, body }: LeasedDelivery): [string, unknown] => [
  organizationId,
  (JSON.parse(body) as { data: { owner: string } }).data.owner,
]

for (const engine of ENGINES) {
  suite(`same event ids in transactions of two organizations (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    const organizations = [randomUUID(), randomUUID()]
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      for (const organization of organizations) {
        await database.query(`insert into public.organizations (id, name) values ($1, 'x')`, [organization])
        await database.query(
          `insert into webhooks.webhook_configurations (organization_id, name, url, events)
           values ($1, 'x', 'https://a.example/', '{*}')`,
          [organization],
        )
      }
    })
    after(async () => await close())

    /** Inserts the events of both in one statement. */
    async function emit(id: string, age = 0): Promise<void> {
      await database.query(
        `insert into webhooks.webhook_events (id, organization_id, event, data, created_at)
         select $1, owner, 'deal.updated', json_build_object('owner', owner), now() - make_interval(days => $3)
         from unnest($2::uuid[]) as owner`,
        [id, `{${organizations.join(',')}}`, age],
      )
    }
    /** @param isDirect whether deliveries are sent directly or queued */
    async function relay(isDirect: boolean): Promise<LeasedDelivery[]> {
      const subscriptions = createSubscriptions(systemClock)
      const slots = { admit: () => isDirect }
      const leasedEvents = new OutboxEvents(database, newToken(), new Messages(assert.ifError))
      const options = { ...context, subscriptions, leasedEvents }
      const { direct, waiting } = await relayBatch(database, ANY_EVENT, slots, options)
      const log = pino({ level: 'silent' })
      const recorder = new Recorder({
        database,
        log,
        messages: new Messages(assert.ifError),
        leasedEvents,
        watch: createLoopWatch(systemClock),
      })
      await recorder.enqueue(waiting, false)
      await recorder.idle()
      return direct
    }
    function assertOwn(deliveries: readonly LeasedDelivery[]): void {
      assert.equal(deliveries.length, organizations.length)
      assert.deepEqual(
        new Map(deliveries.map(contentOf)),
        new Map(organizations.map((organization) => [organization, organization])),
      )
    }

    test('two events with the same id are each sent directly to their own organization', async () => {
      await emit(newId())
      assertOwn(await relay(true))
    })

    test('two events with the same id are each claimed, and retried manually, for their own organization', async () => {
      await emit(newId())
      await relay(false)
      const claimed = await claimDue(database, 10, [], context)
      assertOwn(claimed)
      await database.query('delete from webhooks_internal.queue')
      const retried: LeasedDelivery[] = []
      for (const { id } of claimed) {
        const leased = await leaseForManualRetry(database, id, context)
        if (leased !== undefined) retried.push(leased)
      }
      assertOwn(retried)
    })

    test('an event that is too old is deleted without the event with the same id of another organization', async () => {
      const id = randomUUID()
      await emit(id, 40)
      await database.query(
        'update webhooks.webhook_events set created_at = now() where id = $1 and organization_id = $2',
        [id, organizations[0]],
      )
      await relay(false)
      const log = pino({ level: 'silent' })
      await keepPartitions(database, { retention: 30 * 86_400_000, log })
      const { rows: kept } = await database.query<{ organization_id: string }>(
        'select organization_id from webhooks.webhook_events where id = $1',
        [id],
      )
      assert.deepEqual(kept, [{ organization_id: organizations[0] }])
      const { rows: states } = await database.query<{ organization_id: string; status: string }>(
        'select organization_id, status from webhooks.webhook_deliveries where event_id = $1',
        [id],
      )
      const statusOf = new Map(states.map(({ organization_id, status }) => [organization_id, status]))
      assert.deepEqual(
        organizations.map((organization) => statusOf.get(organization)),
        ['pending', 'cancelled'],
      )
    })
  })
}
