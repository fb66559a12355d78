import { readCrmTables } from '../../../capture/crm-tables.ts'
import { guessMap } from '../../../capture/map/guess-map.ts'
import type { Database } from '../../../database/database.ts'

/** Prints a map to standard output, and what is unsure about it to standard error. */
export async function printGuess(database: Database): Promise<void> {
  const tables = await readCrmTables(database)
  const map = guessMap(tables)
  process.stdout.write(`${JSON.stringify(map, null, 2)}\n`)
  for (const { record, table, columns } of map.records) {
    const mapped = Object.values(columns).map((column) =>
      typeof column === 'object' && 'column' in column ? column.column : column,
    )
    const found = tables.find(({ schema, name }) => `${schema}.${name}` === table)
    const rest = found?.columns.map(({ name }) => name).filter((name) => !mapped.includes(name)) ?? []
    process.stderr.write(`${record}: unmapped columns: ${rest.join(', ') || 'none'}\n`)
  }
  if (map.records.length === 0) process.stderr.write('No table looks like a CRM table.\n')
}
