import type { Connection, Database } from '../database/database.ts'
import { isInputFault } from '../database/input-fault.ts'
import type { SealedTable } from './sealed-columns.ts'
import { listSealedTables } from './sealed-columns.ts'
import type { SecretBox } from './secret-box.ts'
import { reasonOf } from '../domain/delivery-fault.ts'
import { createSecretBox, keyId } from './secret-box.ts'

const BATCH = 100
const ACTOR = JSON.stringify({ kind: 'cli', id: null, name: 'reencrypt' })
const LOWEST_ID = '00000000-0000-0000-0000-000000000000'

export interface Resealed {
  /** Rows by table, those whose values were sealed with another key than the first; in a dry run: that are. */
  rows: Record<string, number>
  /** Rows with a value that does not open: it was tampered with, or comes from another row. Left as they are. */
  unreadable: { table: string; id: string }[]
  /** Rows that the database does not read or write, and why. Left as they are. */
  refused: { table: string; id: string; reason: string }[]
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
  const work: Work = { database, box: createSecretBox(keys), key: keyId(keys[0]!), dryRun }
  const result: Resealed = { rows: {}, unreadable: [], refused: [] }
  for (const table of await listSealedTables(database)) {
    result.rows[table.name] = 0
    for (let after: string | undefined = LOWEST_ID; after !== undefined;)
      after = await resealBatch(work, table, after, result)
  }
  if (!dryRun) await noteInAuditLog(database, result)
  return result
}

interface Work {
  database: Database
  box: SecretBox
  /** What names the first key. */
  key: string
  dryRun: boolean
}

/** What became of some rows of one table. */
interface Outcome {
  resealed: number
  unreadable: string[]
  /** How far it came; undefined: to the end. */
  reached: string | undefined
}

/** A batch that one row makes impossible is done row by row: that one is named, and the others are sealed. */
async function resealBatch(
  work: Work,
  table: SealedTable,
  after: string,
  result: Resealed,
): Promise<string | undefined> {
  const add = ({ resealed, unreadable }: Outcome): void => {
    result.rows[table.name]! += resealed
    result.unreadable.push(...unreadable.map((id) => ({ table: table.name, id })))
  }
  try {
    const outcome = await resealWhere(work, table, 'id > $1', after)
    add(outcome)
    return outcome.reached
  } catch (error) {
    if (!isInputFault(error)) throw error
  }
  // By the ids alone: a value that cannot be read must not keep its row from being found.
  const { rows } = await work.database.query<{ id: string }>(
    `select id from webhooks.${table.name} where id > $1 order by id limit ${BATCH}`,
    [after],
  )
  for (const { id } of rows) {
    try {
      add(await resealWhere(work, table, 'id = $1', id))
    } catch (error) {
      if (!isInputFault(error)) throw error
      result.refused.push({ table: table.name, id, reason: reasonOf(error) })
    }
  }
  return rows.length < BATCH ? undefined : rows.at(-1)!.id
}

/** One transaction: all of its rows or none. */
async function resealWhere(
  { database, box, key, dryRun }: Work,
  table: SealedTable,
  condition: string,
  id: string,
): Promise<Outcome> {
  const columns = Object.keys(table.columns)
  return await database.transaction(async (connection) => {
    const { rows } = await connection.query<SealedRow>(
      `select id, ${columns.join(', ')} from webhooks.${table.name}
       where ${condition} and (${columns.map((column) => `split_part(${column}, '.', 2) <> $2`).join(' or ')})
       order by id limit ${BATCH}${dryRun ? '' : ' for update'}`,
      [id, key],
    )
    if (!dryRun) await connection.query(`select set_config('webhooks.resealing', 'on', true)`)
    const outcome: Outcome = {
      resealed: 0,
      unreadable: [],
      reached: rows.length < BATCH ? undefined : rows.at(-1)!.id,
    }
    for (const row of rows) {
      const resealed = reseal(box, table, row)
      if (resealed === undefined) outcome.unreadable.push(row.id)
      else {
        outcome.resealed += 1
        if (!dryRun) await write(connection, table, row.id, resealed)
      }
    }
    return outcome
  })
}

async function write(
  connection: Connection,
  { name, columns }: SealedTable,
  id: string,
  values: Record<string, string | null>,
): Promise<void> {
  const names = Object.keys(columns)
  const assignments = names.map((column, index) => `${column} = $${index + 2}`).join(', ')
  await connection.query(`update webhooks.${name} set ${assignments} where id = $1`, [
    id,
    ...names.map((column) => values[column]),
  ])
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
