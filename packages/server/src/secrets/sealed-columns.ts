import type { Connection } from '../database/database.ts'
import { listTables } from './sql/statements.generated.ts'

/** A table with encrypted values: its columns, and the context that each value is bound to. */
export interface SealedTable {
  schema: 'webhooks' | 'webhooks_internal'
  name: string
  columns: Readonly<Record<string, (id: string) => string>>
  /** Its rows expire soon: a value whose key is missing is no reason not to start. */
  isShortLived?: true
}

export const secretContext = (webhookId: string): string => `webhook_configurations.secret:${webhookId}`
export const headersContext = (webhookId: string): string => `webhook_configurations.headers:${webhookId}`
export const authContext = (webhookId: string): string => `webhook_configurations.auth:${webhookId}`
export const sourceSecretContext = (id: string): string => `webhook_sources.secret:${id}`
export const verifyTokenContext = (id: string): string => `webhook_sources.verify_token:${id}`
export const responseContext = (id: string): string => `repeated_calls.response:${id}`

export const signingKeyContext = (id: string): string => `webhook_signing_keys.private_key:${id}`

/** All encrypted columns. A test compares them with the columns whose check constraint requires encryption. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    schema: 'webhooks',
    name: 'webhook_configurations',
    columns: {
      secret: secretContext,
      previous_secret: secretContext,
      sealed_headers: headersContext,
      sealed_auth: authContext,
    },
  },
  { schema: 'webhooks', name: 'webhook_signing_keys', columns: { private_key: signingKeyContext } },
  {
    schema: 'webhooks',
    name: 'webhook_sources',
    columns: { secret: sourceSecretContext, verify_token: verifyTokenContext },
  },
  {
    schema: 'webhooks_internal',
    name: 'repeated_calls',
    columns: { response: responseContext },
    isShortLived: true,
  },
]

/** Lists the tables that exist in this database: sources exist only with the reference CRM. */
export async function listSealedTables(connection: Connection): Promise<SealedTable[]> {
  const { rows } = await connection.query(...listTables())
  return SEALED_TABLES.filter((table) =>
    rows.some(({ schema, name }) => schema === table.schema && name === table.name),
  )
}
