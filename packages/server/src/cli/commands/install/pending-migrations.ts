import type { Database } from '../../../database/database.ts'
import { readMigrations } from '../../../database/migrate.ts'
import { hasMigrations, listMigrations } from '../sql/statements.generated.ts'

/** Lists the migrations that the schemas of a CRM's database lack. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const names = (['core', 'attached'] as const).flatMap((set) => readMigrations(set).map(({ name }) => name))
  const { rows: known } = await database.query(...hasMigrations())
  if (known[0]?.is_there !== true) return names
  const { rows } = await database.query(...listMigrations())
  return names.filter((name) => !rows.some((row) => row.name === name))
}
