import { pino } from 'pino'
import { parseConfig } from '../../src/settings/config.ts'
import type { Database } from '../../src/database/database.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import { UNLIMITED_SPACE } from '../../src/database/disk-space.ts'
import { newId } from '../../src/domain/ids.ts'
import { ENGINE_SETTINGS } from '../../src/server/open-databases.ts'
import { compose } from '../../src/server/compose.ts'
import { openMigrated } from './databases.ts'
import type { ReceiverServer } from './receiver-server.ts'
import { startReceiver } from './receiver-server.ts'
import { SERVICE_KEY } from './server-process.ts'
import { until } from './until.ts'

/** A worker in this process on a PostgreSQL of its own, whose statements may take no longer than `statementTimeout`. */
export interface InProcessWorker {
  database: Database
  receiver: ReceiverServer
  organization: string
  webhook(path: string, fields?: { rate_limit?: number }): Promise<string>
  /** Stores events of `deal.created`, each with its id. */
  emit(ids: readonly string[]): Promise<void>
  /** Until so many deliveries of the webhook have that status; of which events they are. */
  ended(webhook: string, status: string, count: number): Promise<string[]>
  close(): Promise<void>
}

export async function startWorker(statementTimeout: string): Promise<InProcessWorker> {
  const { database, url, close } = await openMigrated('postgresql')
  const engine = openPostgres({
    url: url!,
    poolSize: 6,
    settings: { ...ENGINE_SETTINGS, statement_timeout: statementTimeout },
  })
  const key = Buffer.alloc(32, 7)
  const config = parseConfig({
    DATABASE_URL: url!,
    ENCRYPTION_KEYS: key.toString('base64'),
    ALLOW_HTTP_URLS: 'true',
    EGRESS_ALLOW: '127.0.0.0/8',
  })
  const databases = {
    api: database,
    engine,
    health: database,
    crm: engine,
    crmApi: database,
    crmHealth: database,
    diskSpace: UNLIMITED_SPACE,
    applied: { applied: [] },
    close: async () => {},
  }
  const log = pino({ level: 'silent' })
  const running = await compose(config, databases, SERVICE_KEY, [key], log)
  const receiver = await startReceiver()
  const organization = newId()
  await database.query(`insert into public.organizations (id, name) values ($1, 'Acme')`, [organization])
  return {
    database,
    receiver,
    organization,
    async webhook(path, { rate_limit } = {}) {
      const id = newId()
      await database.query(
        `insert into webhooks.webhook_configurations (id, organization_id, name, url, events, rate_limit)
         values ($1, $2, $3, $4, '{deal.created}', $5)`,
        [id, organization, path, new URL(path, receiver.url).href, rate_limit ?? null],
      )
      return id
    },
    async emit(ids) {
      await database.query(
        `insert into webhooks.webhook_events (id, organization_id, event, data)
         select id, $2, 'deal.created', '{"n":1}'::json from unnest($1::uuid[]) as id`,
        [ids, organization],
      )
    },
    async ended(webhook, status, count) {
      return await until(`${count} deliveries to be ${status}`, async () => {
        const { rows } = await database.query<{ event_id: string }>(
          'select event_id from webhooks.webhook_deliveries where webhook_id = $1 and status = $2',
          [webhook, status],
        )
        return rows.length >= count ? rows.map(({ event_id }) => event_id) : undefined
      })
    },
    async close() {
      await running.stop()
      await receiver.close()
      await engine.close()
      await close()
    },
  }
}
