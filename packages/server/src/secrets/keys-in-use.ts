import type { Database } from '../database/database.ts'
import { StartError } from '../domain/errors.ts'
import { listSealedTables } from './sealed-columns.ts'
import { keyId } from './secret-box.ts'

/**
 * Refuses to start without a key that has encrypted stored secrets: every delivery of their webhooks would fail.
 * @throws StartError
 */
export async function requireKeysInUse(database: Database, keys: readonly Buffer[]): Promise<void> {
  const { rows } = await database.query<{ id: string }>(
    `select distinct split_part(sealed, '.', 2) as id from (${await listSealed(database)}) as stored where sealed is not null`,
  )
  const known = new Set(keys.map(keyId))
  const missing = rows.filter(({ id }) => !known.has(id))
  if (missing.length > 0) {
    throw new StartError(
      `ENCRYPTION_KEYS: stored secrets are encrypted with ${missing.length === 1 ? 'a key' : 'keys'} that ${missing.length === 1 ? 'is' : 'are'} missing ` +
        `(${missing.map(({ id }) => id).join(', ')}). Add it back, separated by a comma. With the embedded database, the key is the file encryption-key in DATA_DIR.`,
    )
  }
}

/** Builds a query that returns all encrypted values. */
async function listSealed(database: Database): Promise<string> {
  const tables = await listSealedTables(database)
  return tables
    .map(
      ({ name, columns }) =>
        `select unnest(array[${Object.keys(columns).join(', ')}]) as sealed from webhooks.${name}`,
    )
    .join(' union all ')
}
