import type { Database } from '../database/database.ts'
import { StartError } from '../domain/errors.ts'
import { listSealedTables } from './sealed-columns.ts'
import { listKeyIds } from './sealed-statements.ts'
import { keyId } from './secret-box.ts'

/**
 * Refuses to start without a key that has encrypted stored secrets: every delivery of their webhooks would fail.
 * @throws StartError
 */
export async function requireKeysInUse(database: Database, keys: readonly Buffer[]): Promise<void> {
  const tables = (await listSealedTables(database)).filter((table) => table.isShortLived !== true)
  const { rows } = await database.query(...listKeyIds(tables))
  const known = new Set(keys.map(keyId))
  const missing = rows.filter(({ id }) => !known.has(id))
  if (missing.length > 0) {
    throw new StartError(
      `ENCRYPTION_KEYS: stored secrets are encrypted with ${missing.length === 1 ? 'a key' : 'keys'} that ${missing.length === 1 ? 'is' : 'are'} missing ` +
        `(${missing.map(({ id }) => id).join(', ')}). Add it back, separated by a comma. With the embedded database, the key is the file encryption-key in DATA_DIR.`,
    )
  }
}
