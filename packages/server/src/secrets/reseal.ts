import type { Database } from '../database/database.ts'
import { isInputFault } from '../database/input-fault.ts'
import type { SealedTable } from './sealed-columns.ts'
import { listSealedTables } from './sealed-columns.ts'
import type { RowRange, SealedRow } from './sealed-statements.ts'
import { listIds, readSealed, writeSealed } from './sealed-statements.ts'
import type { SecretBox } from './secret-box.ts'
import { reasonOf } from '../domain/delivery-fault.ts'
import { createSecretBox, keyId } from './secret-box.ts'
import { allowResealing, setActor, writeAudit } from './sql/statements.generated.ts'

const BATCH = 100
const ACTOR = JSON.stringify({ kind: 'cli', id: null, name: 'reencrypt' })
const LOWEST_ID = '00000000-0000-0000-0000-000000000000'

export interface Resealed {
  /** Rows per table whose values were encrypted again with the first key; in a dry run: that would be. */
  rows: Record<string, number>
  /** Rows with a value that cannot be decrypted: it was tampered with, or copied from another row. Left unchanged. */
  unreadable: { table: string; id: string }[]
  /** Rows that the database cannot read or write, and why. Left unchanged. */
  refused: { table: string; id: string; reason: string }[]
}

/**
 * Encrypts with the first key all values that another key of the ring has encrypted. Works in short transactions,
 * beside running nodes; a second run continues where the first stopped. The secrets themselves do not change, so
 * `updated_at` stays, and the audit log gets one entry for the whole run.
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
  /** Id of the first key. */
  key: string
  dryRun: boolean
}

/** Result for a batch of rows of one table. */
interface Outcome {
  resealed: number
  unreadable: string[]
  /** The last id of the batch; undefined at the end of the table. */
  reached: string | undefined
}

/**
 * If one row makes the batch fail, processes the rows one by one: that row is reported and the others are encrypted.
 */
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
    const outcome = await resealRows(work, table, { after })
    add(outcome)
    return outcome.reached
  } catch (error) {
    if (!isInputFault(error)) throw error
  }
  // Selects only the ids: an unreadable value must not hide its row.
  const { rows } = await work.database.query(...listIds(table, after, BATCH))
  for (const { id } of rows) {
    try {
      add(await resealRows(work, table, { only: id }))
    } catch (error) {
      if (!isInputFault(error)) throw error
      result.refused.push({ table: table.name, id, reason: reasonOf(error) })
    }
  }
  return rows.length < BATCH ? undefined : rows.at(-1)!.id
}

/** Processes the rows of a range in one transaction: all or none. */
async function resealRows(
  { database, box, key, dryRun }: Work,
  table: SealedTable,
  range: RowRange,
): Promise<Outcome> {
  return await database.transaction(async (connection) => {
    const { rows } = await connection.query(
      ...readSealed(table, { range, exceptKey: key, limit: BATCH, lock: !dryRun }),
    )
    if (!dryRun) await connection.query(...allowResealing())
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
        if (!dryRun) await connection.query(...writeSealed(table, row.id, resealed))
      }
    }
    return outcome
  })
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
    await connection.query(...setActor({ actor: ACTOR }))
    await connection.query(...writeAudit({ rows: JSON.stringify(rows) }))
  })
}
