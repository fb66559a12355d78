import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../../database/database.ts'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import { newId, newToken } from '../../domain/ids.ts'
import { cancelDeliveries } from './cancel-deliveries.ts'

for (const engine of ENGINES) {
  suite(`cancellation of deliveries (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    let organization: string
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      organization = await insertedId(`insert into organizations (name) values ('Acme') returning id`, [])
    })
    after(() => close())

    async function insertedId(sql: string, params: unknown[]): Promise<string> {
      return (await database.query<{ id: string }>(sql, params)).rows[0]!.id
    }

    /** A pending delivery of a webhook, with a lease that ends in so many seconds, or none. */
    async function pending(webhook: string, leaseSeconds?: number): Promise<string> {
      const id = await insertedId(
        `insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event)
         values ($1, $2, $3, 'deal.created') returning id`,
        [organization, webhook, newId()],
      )
      await database.query(
        `insert into webhooks_internal.queue (delivery_id, webhook_id, due_at, lease, lease_node)
         values ($1, $2, now() + $3::integer * interval '1 second', $4, $4)`,
        [id, webhook, leaseSeconds ?? 0, leaseSeconds === undefined ? null : newToken()],
      )
      return id
    }

    const webhook = (isActive: boolean): Promise<string> =>
      insertedId(
        `insert into webhooks.webhook_configurations (organization_id, name, url, events, is_active)
         values ($1, 'W', 'https://crm.example.com/x', '{*}', $2) returning id`,
        [organization, isActive],
      )

    async function statusOf(delivery: string): Promise<string> {
      const { rows } = await database.query<{ status: string }>(
        'select status from webhooks.webhook_deliveries where id = $1',
        [delivery],
      )
      return rows[0]!.status
    }

    test('deliveries of a disabled webhook are cancelled unless they have a valid lease', async () => {
      const stopped = await webhook(false)
      const [free, lapsed, held] = [
        await pending(stopped),
        await pending(stopped, -1),
        await pending(stopped, 60),
      ]
      await cancelDeliveries(database)
      assert.deepEqual(
        [await statusOf(free), await statusOf(lapsed), await statusOf(held)],
        ['cancelled', 'cancelled', 'pending'],
      )
    })

    test('deliveries of a webhook that does not exist are cancelled', async () => {
      const orphan = await pending(newId())
      await cancelDeliveries(database)
      assert.equal(await statusOf(orphan), 'cancelled')
    })

    test('deliveries of an active webhook are not cancelled', async () => {
      const delivery = await pending(await webhook(true))
      await cancelDeliveries(database)
      assert.equal(await statusOf(delivery), 'pending')
    })

    test('a webhook that is enabled again keeps deliveries created after it was disabled', async () => {
      const id = await webhook(true)
      const earlier = await pending(id)
      await database.query('update webhooks.webhook_configurations set is_active = false where id = $1', [id])
      await database.query('update webhooks.webhook_configurations set is_active = true where id = $1', [id])
      const later = await pending(id)
      await cancelDeliveries(database)
      assert.deepEqual([await statusOf(earlier), await statusOf(later)], ['cancelled', 'pending'])
    })
  })
}
