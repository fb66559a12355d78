import type { Database } from '../../src/database/database.ts'

const PREFIX = '01900000-0000-7000-8000-'
const ORGANIZATIONS = 50
const WEBHOOKS = 2_000

const fixed = (prefix: string, n: number): string => prefix + n.toString(16).padStart(12, '0')

/** The ids of what `fill` makes. */
export const idOf = {
  prefix: PREFIX,
  organization: (n: number): string => fixed(PREFIX, n),
  webhook: (n: number): string => fixed('01900001-0000-7000-8000-', n),
  delivery: (n: number): string => fixed('01900002-0000-7000-8000-', n),
}

const uuid = (prefix: string, n: string): string => `('${prefix}' || lpad(to_hex(${n}), 12, '0'))::uuid`
const organization = (n: string): string => uuid(PREFIX, `(${n}) % ${ORGANIZATIONS}`)
const webhook = (n: string): string => uuid('01900001-0000-7000-8000-', `(${n}) % ${WEBHOOKS}`)
const delivery = (n: string): string => uuid('01900002-0000-7000-8000-', n)
const event = (n: string): string => uuid('01900003-0000-7000-8000-', n)
const attempt = (n: string): string => uuid('01900004-0000-7000-8000-', n)
/** A month, evenly. */
const time = (n: string): string => `now() - (30 * (1 - ${n} / $1::float)) * interval '1 day'`

/**
 * So many events, deliveries and attempts, and as many deliveries in the queue, over 50 organizations with 2,000 webhooks;
 * half of the queue is one webhook's, which is sick. One delivery in ten has failed for good.
 */
export async function fill(database: Database, rows: number): Promise<void> {
  const statements = [
    `insert into organizations (id, name) select ${organization('n')}, 'Acme' from generate_series(1, ${ORGANIZATIONS}) as n`,
    `insert into webhooks.webhook_configurations (id, organization_id, name, url, events)
     select ${webhook('n')}, ${organization('n')}, 'W', 'https://crm.example.com/hook', '{*}'
     from generate_series(1, ${WEBHOOKS}) as n`,
  ]
  for (const statement of statements) await database.query(statement)
  const large = [
    `insert into webhooks.webhook_events (id, organization_id, event, data, created_at)
     select ${event('n')}, ${organization('n')}, 'deal.updated', '{"id":"d-1"}', ${time('n')} from generate_series(1, $1::integer) as n`,
    `insert into webhooks.webhook_deliveries
       (id, organization_id, webhook_id, event_id, event, record_id, status, attempts, created_at, completed_at)
     select ${delivery('n')}, ${organization('n')}, ${webhook('n')}, ${event('n')}, 'deal.updated', 'd-' || n / 100,
       case when n % 10 = 3 then 'failed' else 'pending' end, 1, ${time('n')}, case when n % 10 = 3 then now() end
     from generate_series(1, $1::integer) as n`,
    `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
       attempt, trigger, response_code, error_code, duration_ms, request_headers, created_at)
     select ${attempt('n')}, ${organization('n')}, ${webhook('n')}, ${delivery('n')}, ${event('n')}, 'deal.updated',
       'https://crm.example.com/hook', 'failed', 1, 'event', 500,
       case when n % 500 = 5 then 'not_sendable' end, 5, '{}', ${time('n')}
     from generate_series(1, $1::integer) as n`,
    `insert into webhooks_internal.queue (delivery_id, webhook_id, due_at, attempts)
     select ${delivery('n')}, case when n % 2 = 0 then ${webhook('0')} else ${webhook('n')} end, ${time('n')}, 1
     from generate_series(1, $1::integer) as n where n % 10 <> 3`,
  ]
  // Side by side where the database has more than one connection.
  await Promise.all(large.map((statement) => fillOne(database, statement, rows)))
  await database.execute('analyze')
}

/** Without triggers: what is made here has happened long ago. */
async function fillOne(database: Database, statement: string, rows: number): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.execute(`set local session_replication_role = 'replica'`)
    await connection.query(statement, [rows])
  })
}
