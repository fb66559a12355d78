import type { Connection } from '../database/database.ts'

/** A table with sealed values: its columns, and what a value in each is bound to. */
export interface SealedTable {
  name: string
  columns: Readonly<Record<string, (id: string) => string>>
}

export const secretContext = (webhookId: string): string => `webhook_configurations.secret:${webhookId}`
export const headersContext = (webhookId: string): string => `webhook_configurations.headers:${webhookId}`
export const sourceSecretContext = (id: string): string => `webhook_sources.secret:${id}`
export const verifyTokenContext = (id: string): string => `webhook_sources.verify_token:${id}`

/** All that is stored sealed. A test holds it against the columns whose check says so. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    name: 'webhook_configurations',
    columns: { secret: secretContext, previous_secret: secretContext, sealed_headers: headersContext },
  },
  { name: 'webhook_sources', columns: { secret: sourceSecretContext, verify_token: verifyTokenContext } },
]

/** Those that this database has: sources are there only beside the reference CRM. */
export async function listSealedTables(connection: Connection): Promise<SealedTable[]> {
  const { rows } = await connection.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'webhooks'`,
  )
  return SEALED_TABLES.filter((table) => rows.some(({ name }) => name === table.name))
}
