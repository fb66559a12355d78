import type { Database } from '../../src/database/database.ts'
import { newId } from '../../src/domain/ids.ts'
import { OURS } from './in-process-api.ts'

export const NAME = 'Erasmus Vanishing'
export const EMAIL = 'erasmus@vanishing.example'

/** Stores what the log of a person consists of, and looks for what is left of it. */
export interface PersonalLog {
  storeEvent(event: string, data: object, previous?: object, owner?: string): Promise<string>
  storeDelivery(event: string, status: string, lease?: 'leased'): Promise<string>
  storeTest(body: object): Promise<void>
  /** `data` and `previous` of an event, as stored. */
  readEvent(id: string): Promise<string>
  count(table: string): Promise<number>
  search(text: string): Promise<string[]>
}

export function createPersonalLog(database: Database): PersonalLog {
  async function storeEvent(event: string, data: object, previous?: object, owner = OURS): Promise<string> {
    const id = newId()
    await database.query(
      `insert into webhooks.webhook_events (id, organization_id, event, data, previous) values ($1, $2, $3, $4, $5)`,
      [id, owner, event, JSON.stringify(data), previous === undefined ? null : JSON.stringify(previous)],
    )
    return id
  }

  /** A delivery of the event with one attempt whose answer repeats the body; in the queue unless it is over. */
  async function storeDelivery(event: string, status: string, lease?: 'leased'): Promise<string> {
    const [id, webhook] = [newId(), newId()]
    const isOver = !['pending', 'retrying'].includes(status)
    await database.query(
      `insert into webhooks.webhook_deliveries
         (id, organization_id, webhook_id, event_id, event, status, attempts, last_error, completed_at)
       values ($1, $2, $3, $4, 'contact.created', $5, 1, $6, case when $7::boolean then now() end)`,
      [id, OURS, webhook, event, status, `answered: ${NAME}`, isOver],
    )
    await database.query(
      `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
         attempt, trigger, duration_ms, error_message, diagnosis, request_headers, response_headers, response_body, created_at)
       values ($1, $2, $3, $4, $5, 'contact.created', 'https://a.example/', 'failed', 1, 'event', 1, $6, $6, '{}', $7, $6, now())`,
      [newId(), OURS, webhook, id, event, `Hello ${NAME} <${EMAIL}>`, JSON.stringify({ 'X-For': EMAIL })],
    )
    if (!isOver) {
      await database.query(
        `insert into webhooks_internal.queue (delivery_id, webhook_id, attempts, lease, due_at)
         values ($1, $2, 1, $3, now() + interval '1 hour')`,
        [id, webhook, lease === undefined ? null : newId()],
      )
    }
    return id
  }

  async function storeTest(body: object): Promise<void> {
    await database.query(
      `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
         attempt, trigger, duration_ms, request_headers, request_body, response_body, created_at)
       values ($1, $2, $1, $1, $1, 'contact.created', 'https://a.example/', 'success', 1, 'test', 1, '{}', $3, $3, now())`,
      [newId(), OURS, JSON.stringify(body)],
    )
  }

  const readEvent = async (id: string): Promise<string> =>
    (
      await database.query<{ all: string }>(
        `select data::text || coalesce(previous::text, '') as all from webhooks.webhook_events where id = $1`,
        [id],
      )
    ).rows[0]!.all
  const count = async (table: string): Promise<number> =>
    (await database.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]!.n

  /** The tables and columns, of both schemas, in which a text stands. */
  async function search(text: string): Promise<string[]> {
    const { rows } = await database.query<{ place: string; relation: string; column: string }>(
      `select c.oid::regclass || '.' || a.attname as place, c.oid::regclass::text as relation, quote_ident(a.attname) as column
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relkind = 'r' and c.relnamespace in ('webhooks'::regnamespace, 'webhooks_internal'::regnamespace)
         and a.atttypid in ('text'::regtype, 'json'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'varchar'::regtype)`,
    )
    const found: string[] = []
    for (const { place, relation, column } of rows) {
      const { rows: hits } = await database.query(
        `select from ${relation} where position($1 in ${column}::text) > 0 limit 1`,
        [text],
      )
      if (hits.length > 0) found.push(place)
    }
    return found
  }

  return { storeEvent, storeDelivery, storeTest, readEvent, count, search }
}
