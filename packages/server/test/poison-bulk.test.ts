import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eraseBatch } from '../src/maintenance/erasure/erase-batch.ts'
import { catchUpStatuses } from '../src/sources/statuses.ts'
import { foldCounts } from '../src/maintenance/rollups/rollups.ts'
import type { Database } from '../src/database/database.ts'
import { cancelDeliveries } from '../src/pipeline/claim/cancel-deliveries.ts'
import { redeliverBatch } from '../src/maintenance/bulk-retry/redeliver-batch.ts'
import { RedeliveryFixture } from '../src/maintenance/bulk-retry/redelivery-fixture.ts'
import { newId } from '../src/domain/ids.ts'
import type { DeliveryFault } from '../src/domain/delivery-fault.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'

const COUNT = 20

for (const engine of ENGINES) {
  suite(`bulk work with a row that the database refuses (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      await database.execute(`
        create table public.poisoned (id text);
        create function public.refuse() returns trigger language plpgsql as $$
        begin
          if exists (select from public.poisoned p where p.id in
            (to_json(new) ->> 'id', to_json(new) ->> 'event_id', to_json(new) ->> 'delivery_id')) then
            raise 'refused by a test';
          end if;
          return new;
        end
        $$;`)
    })
    after(() => close())

    const refusing = async (
      does: string,
      table: string,
      poisoned: string,
      work: () => Promise<unknown>,
    ): Promise<void> => {
      await database.query('insert into public.poisoned values ($1)', [poisoned])
      await database.execute(
        `create trigger refuse before ${does} on ${table} for each row execute function public.refuse()`,
      )
      try {
        await work()
      } finally {
        await database.execute(`drop trigger refuse on ${table}`)
      }
    }
    const one = async <R extends object>(sql: string, ...params: unknown[]): Promise<R> =>
      (await database.query<R>(sql, params)).rows[0]!
    const redeliver = async (): Promise<DeliveryFault[]> => {
      const faults: DeliveryFault[] = []
      while ((await redeliverBatch(database, undefined, (fault) => faults.push(fault))) === 'queued');
      return faults
    }
    const redeliveryOf = (webhook: string) =>
      one('select status, queued, failed from webhooks.webhook_redeliveries where webhook_id = $1', webhook)
    const countQueued = async (webhook: string): Promise<number> =>
      (
        await one<{ count: number }>(
          'select count(*) from webhooks_internal.queue where webhook_id = $1',
          webhook,
        )
      ).count

    test('a bulk retry counts a delivery that cannot be queued as failed, and queues all others', async () => {
      const fixture = await RedeliveryFixture.create(database)
      const events = await fixture.events(COUNT, { status: 'failed' })
      await fixture.start('retry_failed')
      const { id } = await one<{ id: string }>(
        'select id from webhooks.webhook_deliveries where event_id = $1',
        events[7],
      )
      await refusing('insert', 'webhooks_internal.queue', id, async () => {
        const [fault] = await redeliver()
        assert.deepEqual([fault?.stage, fault?.deliveryId, fault?.reason], ['retry', id, 'refused by a test'])
      })
      assert.deepEqual(await redeliveryOf(fixture.webhook), {
        status: 'completed',
        queued: COUNT - 1,
        failed: 1,
      })
      assert.equal(await countQueued(fixture.webhook), COUNT - 1)
    })

    test('a replay counts a delivery that cannot be inserted as failed, and queues all others', async () => {
      const fixture = await RedeliveryFixture.create(database)
      const events = await fixture.events(COUNT)
      await fixture.start('replay_events')
      await refusing('insert', 'webhooks.webhook_deliveries', events[0]!, async () => {
        const [fault] = await redeliver()
        assert.deepEqual([fault?.stage, fault?.eventId], ['replay', events[0]])
      })
      assert.deepEqual(await redeliveryOf(fixture.webhook), {
        status: 'completed',
        queued: COUNT - 1,
        failed: 1,
      })
      const { reason } = await one<{ reason: string }>(
        'select reason from webhooks.webhook_delivery_faults where event_id = $1',
        events[0],
      )
      assert.equal(reason, 'refused by a test')
    })

    test('an erasure fails with the reason if an event cannot be erased, and erases all others', async () => {
      const fixture = await RedeliveryFixture.create(database)
      const recordId = newId()
      const events = await fixture.events(COUNT, { data: { id: recordId }, status: 'delivered' })
      const { id } = await one<{ id: string }>(
        'insert into webhooks.webhook_erasures (organization_id, record_id) values ($1, $2) returning id',
        fixture.organization,
        recordId,
      )
      await refusing('update', 'webhooks.webhook_events', events[3]!, async () => {
        while ((await eraseBatch(database)) === 'erased');
      })
      assert.deepEqual(
        await one('select status, events, failed, reason from webhooks.webhook_erasures where id = $1', id),
        { status: 'failed', events: COUNT - 1, failed: 1, reason: 'refused by a test' },
      )
    })

    test('a delivery that cannot be cancelled leaves the queue, and all others of its webhook are cancelled', async () => {
      const fixture = await RedeliveryFixture.create(database)
      const events = await fixture.events(COUNT, { status: 'failed' })
      await fixture.start('retry_failed')
      await redeliver()
      await database.query('update webhooks.webhook_configurations set is_active = false where id = $1', [
        fixture.webhook,
      ])
      await refusing('update', 'webhooks.webhook_deliveries', events[5]!, async () => {
        while (await cancelDeliveries(database));
      })
      const { cancelled } = await one<{ cancelled: number }>(
        `select count(*) as cancelled from webhooks.webhook_deliveries where webhook_id = $1 and status = 'cancelled'`,
        fixture.webhook,
      )
      assert.deepEqual([cancelled, await countQueued(fixture.webhook)], [COUNT - 1, 0])
    })

    test('a count that exceeds the range of its column is dropped, and all others are added', async () => {
      const [full, other, organization] = [newId(), newId(), newId()]
      const add = async (webhook: string, count: number): Promise<void> => {
        await database.query(
          `insert into webhooks_internal.attempt_counts (organization_id, webhook_id, period, outcome, latency_bucket, count)
           values ($1, $2, '2025-01-15T10:30:00Z', 'success', 1, $3)`,
          [organization, webhook, count],
        )
      }
      await add(full, 2_147_483_647)
      while (await foldCounts(database));
      await add(full, 1)
      await database.query(
        `insert into webhooks_internal.attempt_counts (organization_id, webhook_id, period, outcome, latency_bucket, count)
         select gen_random_uuid(), $1, '2025-01-15T10:30:00Z', 'success', 1, 1 from generate_series(1, 50)`,
        [other],
      )
      let dropped = 0
      while (await foldCounts(database, () => (dropped += 1)));
      assert.equal(dropped, 1)
      assert.deepEqual(
        await one(
          `select sum(counts[1]) as count from webhooks_internal.attempt_rollups where webhook_id = $1 and level = '5m'`,
          other,
        ),
        { count: 50 },
      )
    })

    test('a message whose status cannot be stored does not hold up all others', async () => {
      const fixture = await RedeliveryFixture.create(database)
      const { conversation } = await one<{ conversation: string }>(
        `insert into public.conversations (organization_id) values ($1) returning id as conversation`,
        fixture.organization,
      )
      const { rows } = await database.query<{ id: string }>(
        `insert into public.messages (organization_id, conversation_id, direction, status, external_id)
         select $1, $2, 'outbound', 'queued', n::text from generate_series(1, 5) as n returning id`,
        [fixture.organization, conversation],
      )
      await database.query(
        `insert into webhooks_internal.early_statuses (organization_id, external_id, status, reached_at)
         select $1, n::text, 'sent', now() from generate_series(1, 5) as n`,
        [fixture.organization],
      )
      await refusing('update', 'public.messages', rows[2]!.id, async () => {
        await catchUpStatuses(database)
      })
      const { sent } = await one<{ sent: number }>(
        `select count(*) as sent from public.messages where organization_id = $1 and status = 'sent'`,
        fixture.organization,
      )
      assert.equal(sent, 4)
    })
  })
}
