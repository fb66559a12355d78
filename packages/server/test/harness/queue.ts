import type { Database } from '../../src/database/database.ts'
import { newId } from '../../src/domain/ids.ts'

/** Webhooks and deliveries put into the tables directly, for tests of single statements. */
export interface Queue {
  webhook(fields?: Record<string, unknown>): Promise<string>
  /** Deliveries that were made one after the other, some minutes ago, and have been due since. */
  due(webhookId: string, count: number): Promise<string[]>
  one<R extends object>(sql: string, params?: readonly unknown[]): Promise<R>
}

export async function createQueue(database: Database): Promise<Queue> {
  const one = async <R extends object>(sql: string, params: readonly unknown[] = []): Promise<R> => {
    const [row] = (await database.query<R>(sql, params)).rows
    if (row === undefined) throw new Error(`no row: ${sql}`)
    return row
  }
  const { id: organization } = await one<{ id: string }>(
    `insert into organizations (name) values ('Acme') returning id`,
  )
  const { id: event } = await one<{ id: string }>(
    `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'deal.created', '{}') returning id`,
    [organization],
  )
  return {
    one,
    async webhook(fields = {}) {
      const row = { organization_id: organization, name: 'W', url: 'https://crm.example.com/x', ...fields }
      const names = Object.keys(row)
      const { id } = await one<{ id: string }>(
        `insert into webhooks.webhook_configurations (events, ${names.join(', ')})
         values ('{*}', ${names.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
        Object.values(row),
      )
      return id
    },
    async due(webhookId, count) {
      const first = Date.now() - 300_000
      const ids = Array.from({ length: count }, (_, index) => newId(first + index))
      await database.query(
        `insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event)
         select id, $2, $3, $4, 'deal.created' from unnest($1::uuid[]) as id`,
        [ids, organization, webhookId, event],
      )
      await database.query(
        `insert into webhooks_internal.queue (delivery_id, webhook_id, due_at)
         select id, $2, webhooks_internal.made_at(id) from unnest($1::uuid[]) as id`,
        [ids, webhookId],
      )
      return ids
    },
  }
}
