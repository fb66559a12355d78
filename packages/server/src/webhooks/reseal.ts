import type { Connection, Database } from '../db/database.ts'
import type { SealedTable } from './sealed-columns.ts'
import { listSealedTables } from './sealed-columns.ts'
import type { SecretBox } from './secrets.ts'
import { createSecretBox, keyId } from './secrets.ts'

const BATCH = 100
const ACTOR = JSON.stringify({ kind: 'cli', id: null, name: 'reencrypt' })
const LOWEST_ID = '00000000-0000-0000-0000-000000000000'

export interface Resealed {
  /** Rows by table, those whose values were sealed with another key than the first; in a dry run: that are. */
  rows: Record<string, number>
  /** Rows with a value that does not open: it was tampered with, or comes from another row. Left as they are. */
  unreadable: { table: string; id: string }[]
}

type SealedRow = { id: string } & Record<string, string | null>

/**
 * Seals with the first key whatever another one of the ring has sealed. In short transactions, beside running nodes; whoever
 * starts it again goes on with what is left. The secrets stay the same, so neither `updated_at` nor the audit log has
 * their rows: that has one entry for the whole.
 */
export async function resealAll(
  database: Database,
  keys: readonly Buffer[],
  { dryRun }: { dryRun: boolean },
): Promise<Resealed> {
  const box = createSecretBox(keys)
  const result: Resealed = { rows: {}, unreadable: [] }
  for (const table of await listSealedTables(database)) {
    result.rows[table.name] = 0
    for (let after: string | undefined = LOWEST_ID; after !== undefined;) {
      const reached: string = after
      after = await database.transaction((connection) =>
        resealBatch(connection, table, { box, key: keyId(keys[0]!), after: reached, dryRun }, result),
      )
    }
  }
  if (!dryRun) await noteInAuditLog(database, result)
  return result
}

interface Batch {
  box: SecretBox
  /** What names the first key. */
  key: string
  after: string
  dryRun: boolean
}

/** @returns how far it came; undefined at the end */
async function resealBatch(
  connection: Connection,
  table: SealedTable,
  { box, key, after, dryRun }: Batch,
  result: Resealed,
): Promise<string | undefined> {
  const columns = Object.keys(table.columns)
  const { rows } = await connection.query<SealedRow>(
    `select id, ${columns.join(', ')} from webhooks.${table.name}
     where id > $1 and (${columns.map((column) => `split_part(${column}, '.', 2) <> $2`).join(' or ')})
     order by id limit ${BATCH}${dryRun ? '' : ' for update'}`,
    [after, key],
  )
  if (!dryRun) await connection.query(`select set_config('webhooks.resealing', 'on', true)`)
  for (const row of rows) {
    const resealed = reseal(box, table, row)
    if (resealed === undefined) {
      result.unreadable.push({ table: table.name, id: row.id })
      continue
    }
    result.rows[table.name]! += 1
    if (dryRun) continue
    const assignments = columns.map((column, index) => `${column} = $${index + 2}`).join(', ')
    await connection.query(`update webhooks.${table.name} set ${assignments} where id = $1`, [
      row.id,
      ...columns.map((column) => resealed[column]),
    ])
  }
  return rows.length < BATCH ? undefined : rows.at(-1)!.id
}

function reseal(
  box: SecretBox,
  { columns }: SealedTable,
  row: SealedRow,
): Record<string, string | null> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(columns).map(([column, contextOf]) => {
        const sealed = row[column] ?? null
        const context = contextOf(row.id)
        return [column, sealed === null ? null : box.seal(box.open(sealed, context), context)]
      }),
    )
  } catch {
    return undefined
  }
}

async function noteInAuditLog(database: Database, { rows }: Resealed): Promise<void> {
  const changed = Object.keys(rows).filter((table) => rows[table]! > 0)
  if (changed.length === 0) return
  await database.transaction(async (connection) => {
    await connection.query(`select set_config('webhooks.actor', $1, true)`, [ACTOR])
    await connection.query(
      `select webhooks_internal.write_audit(null, 'cli', 'secrets.reencrypted', name, null, null, '{}', '{}',
         jsonb_build_object('rows', count::integer))
       from json_each_text($1::json) as resealed (name, count) where count <> '0'`,
      [JSON.stringify(rows)],
    )
  })
}
