import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../../database/database.ts'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import { newId } from '../../domain/ids.ts'
import { cancelDeliveries } from '../../pipeline/claim/cancel-deliveries.ts'
import { countMissed } from './missed-events.ts'
import type { RedeliveryScope } from './redeliveries.ts'
import { RedeliveryFixture } from './redelivery-fixture.ts'

for (const engine of ENGINES) {
  suite(`replays of missed events (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    /** Backdates the events; within one millisecond their order is undefined. */
    async function moveBack(events: readonly string[], by: string): Promise<void> {
      await database.query(
        'update webhooks.webhook_events set created_at = created_at - $2::interval where id = any ($1::uuid[])',
        [events, by],
      )
    }

    /** Returns what a dry run counts, and asserts that the replay queues the same. */
    async function replayed(one: RedeliveryFixture, more: Partial<RedeliveryScope> = {}): Promise<string[]> {
      const counted = await countMissed(database, await one.scope(more))
      const id = await one.start('replay_events', more)
      await one.work()
      const { matched, queued, status } = await one.redelivery(id)
      assert.deepEqual([matched, queued, status], [counted, counted, 'completed'])
      const due = await one.due()
      assert.equal(due.length, counted)
      return due
    }

    test('a replay sends events without a delivery, and those whose delivery failed, was cancelled or filtered', async () => {
      const one = await RedeliveryFixture.create(database)
      const missed = [
        ...(await one.events(1)),
        ...(await one.events(1, { status: 'failed' })),
        ...(await one.events(1, { status: 'cancelled' })),
        ...(await one.events(1, { status: 'filtered' })),
      ]
      for (const status of ['delivered', 'pending', 'retrying']) await one.events(1, { status })
      const earlier = await one.deliveries()
      assert.deepEqual(await replayed(one), missed.toSorted())
      const now = await one.deliveries()
      assert.equal(now.length, earlier.length + 1, 'one delivery is created; the others are reopened')
      assert.deepEqual(
        now
          .filter(({ reason }) => reason === 'replayed')
          .map(({ status, attempts }) => `${status} ${attempts}`)
          .toSorted(),
        ['pending 0', 'pending 0', 'pending 0', 'retrying 3'],
      )
    })

    test('events that have been replayed are no longer missed', async () => {
      const one = await RedeliveryFixture.create(database)
      await one.events(3)
      await replayed(one)
      assert.equal(await countMissed(database, await one.scope()), 0)
      await one.deliverDue()
      assert.equal(await countMissed(database, await one.scope()), 0)
    })

    test('a replay uses the current subscription and filter', async () => {
      const one = await RedeliveryFixture.create(database, {
        events: ['deal.*'],
        filter: { 'data.stage': 'Won' },
      })
      await one.events(1, { data: { stage: 'Lost' }, status: 'filtered' })
      await one.events(1, { event: 'contact.created', data: { stage: 'Won' } })
      const won = await one.events(2, { data: { stage: 'Won' } })
      assert.deepEqual(await replayed(one), won.toSorted())
    })

    test('a replay can be limited by event type and time', async () => {
      const one = await RedeliveryFixture.create(database)
      await one.events(2)
      const updated = await one.events(1, { event: 'deal.updated' })
      await moveBack(await one.events(1, { event: 'deal.updated' }), '1 day')
      const since = new Date(Date.now() - 3_600_000).toISOString()
      assert.deepEqual(await replayed(one, { event: 'deal.updated', since }), updated)
      assert.equal(await countMissed(database, await one.scope({ until: since })), 1)
    })

    test('a replay does not include events of another organization', async () => {
      const [one, other] = [
        await RedeliveryFixture.create(database),
        await RedeliveryFixture.create(database),
      ]
      await other.events(1)
      assert.deepEqual(await replayed(one), [])
    })

    test('a replay waits for events that are not matched yet', async () => {
      const one = await RedeliveryFixture.create(database)
      const early = await one.events(1)
      const waiting = newId()
      await database.query(
        `insert into webhooks.webhook_events (id, organization_id, event, data) values ($1, $2, 'deal.created', '{}')`,
        [waiting, one.organization],
      )
      const late = await one.events(1)
      await moveBack(early, '3 seconds')
      await moveBack([waiting], '2 seconds')
      await moveBack(late, '1 second')
      const id = await one.start('replay_events')
      assert.equal(await one.work(), 'waiting')
      assert.deepEqual(await one.due(), early)
      // Matched while the webhook was disabled: it leaves the outbox without a delivery.
      await database.query('delete from webhooks_internal.outbox where event_id = $1', [waiting])
      assert.equal(await one.work(), 'idle')
      assert.deepEqual(await one.due(), [...early, waiting, ...late].toSorted())
      assert.equal((await one.redelivery(id)).status, 'completed')
    })

    test('a replay sends deliveries that were cancelled when the webhook was briefly disabled', async () => {
      const one = await RedeliveryFixture.create(database)
      const events = await one.events(3, { status: 'pending' })
      for (const isActive of [false, true]) {
        await database.query('update webhooks.webhook_configurations set is_active = $2 where id = $1', [
          one.webhook,
          isActive,
        ])
      }
      const id = await one.start('replay_events')
      assert.equal((await one.redelivery(id)).matched, 3)
      assert.equal(await one.work(), 'waiting')
      await cancelDeliveries(database)
      assert.equal(await one.work(), 'idle')
      await cancelDeliveries(database)
      assert.deepEqual(await one.due(), events.toSorted())
    })

    test('missed events are not counted if there are too many events to read', async () => {
      const one = await RedeliveryFixture.create(database)
      await one.events(3)
      assert.equal(await countMissed(database, await one.scope(), 3), 3)
      assert.equal(await countMissed(database, await one.scope(), 2), null)
    })
  })
}
