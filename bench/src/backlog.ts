import { mkdirSync } from 'node:fs'
import type { Database } from '../../packages/server/src/database/database.ts'
import { migrate } from '../../packages/server/src/database/migrate.ts'
import { openPglite } from '../../packages/server/src/database/pglite.ts'
import { openPostgres } from '../../packages/server/src/database/postgres.ts'
import type { SecretBox } from '../../packages/server/src/secrets/secret-box.ts'
import { createSecretBox } from '../../packages/server/src/secrets/secret-box.ts'
import { secretContext } from '../../packages/server/src/secrets/sealed-columns.ts'
import { ENCRYPTION_KEY } from '../../packages/server/test/harness/server-process.ts'
import type { Endpoint } from './load.ts'
import { EVENT, createEvents } from './load.ts'

/** Uses the key that `startOurServer` passes to the program. */
export const box: SecretBox = createSecretBox([Buffer.from(ENCRYPTION_KEY, 'base64')])

/** Opens the program's database while the program is not running. */
export async function openMigrated(at: { url: string } | { folder: string }): Promise<Database> {
  if ('folder' in at) mkdirSync(at.folder, { recursive: true, mode: 0o700 })
  const database =
    'url' in at ? openPostgres({ url: at.url, poolSize: 2 }) : await openPglite(`${at.folder}/database`)
  await migrate(database, ['core'])
  return database
}

const INSERT_WEBHOOKS = `
  insert into webhooks.webhook_configurations (id, organization_id, name, url, events, secret)
  select id, organization_id, 'Bench', url, array['${EVENT}'], secret
  from json_to_recordset($1::json) as w (id uuid, organization_id uuid, url text, secret text)`

export async function insertWebhooks(database: Database, endpoints: readonly Endpoint[]): Promise<void> {
  const rows = endpoints.map(({ id, organizationId, url, secret }) => ({
    id,
    organization_id: organizationId,
    url,
    secret: box.seal(secret, secretContext(id)),
  }))
  await database.query(INSERT_WEBHOOKS, [JSON.stringify(rows)])
}

// The state in which matching leaves deliveries without a free slot, with a whole batch in one statement.
const INSERT_DUE = `
  with chosen as (
    select id, organization_id, row_number() over (order by id) as number, count(*) over () as of
    from webhooks.webhook_configurations
  ),
  events as (
    insert into webhooks.webhook_events (organization_id, event, data)
    select c.organization_id, '${EVENT}', $2::json
    from generate_series(1, $1::integer) n
    join chosen c on c.number = n % c.of + 1
    returning id, organization_id
  ),
  deliveries as (
    insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event)
    select e.organization_id, c.id, e.id, '${EVENT}'
    from events e
    join chosen c on c.organization_id = e.organization_id
    returning id, webhook_id
  )
  insert into webhooks_internal.queue (delivery_id, webhook_id)
  select id, webhook_id from deliveries`

/** Adds due deliveries, spread evenly over the existing webhooks. */
export async function addDue(database: Database, count: number, sample: Endpoint): Promise<void> {
  const data = createEvents(1, [sample])[0]?.data
  const most = database.engine === 'pglite' ? 5_000 : 50_000
  for (let left = count; left > 0; left -= most) {
    await database.query(INSERT_DUE, [Math.min(left, most), data])
    // The trigger on events has filled the outbox, which would create the deliveries a second time.
    await database.execute('truncate webhooks_internal.outbox')
  }
  // Does what autovacuum would do after a while.
  for (const table of [
    'webhooks.webhook_events',
    'webhooks.webhook_deliveries',
    'webhooks_internal.queue',
    'webhooks.webhook_configurations',
  ]) {
    await database.execute(`vacuum (analyze) ${table}`)
  }
}
