import { randomUUID } from 'node:crypto'
import type { Connection, Database } from '../../src/database/database.ts'
import { isDatabaseError } from '../../src/database/database.ts'
import { quoteIdentifier } from '../../src/database/identifiers.ts'
import type { OddTable } from './odd-tables.ts'
import type { Random } from './random.ts'

/** A committed change of one row that has to be told of. */
export interface Change {
  table: OddTable
  operation: 'insert' | 'update'
  id: string
  version: number
  /** Milliseconds: the transaction lay between these. */
  from: number
  to: number
}

export interface Writer {
  changes: Change[]
  /** Errors that our triggers had a part in. There must be none. */
  harmed: string[]
  committed: number
}

export interface WriterOptions {
  database: Database
  tables: readonly OddTable[]
  organizationId: string
  random: Random
  isOver(): boolean
}

const SETTINGS = [
  'extra_float_digits = 0',
  `datestyle = 'German'`,
  `timezone = 'Asia/Kathmandu'`,
  'standard_conforming_strings = off',
  `lock_timeout = '50ms'`,
  `row_security = off`,
  `default_transaction_isolation = 'repeatable read'`,
]
/** Deadlocks and the like are what they would be without us: the transaction has to be repeated. */
const REPEATED = /^(40|57014)/
const ROWS = [1, 1, 1, 3, 40]

/** Writes at random until it is told that it is over, and notes what was committed. */
export async function writeAtRandom(options: WriterOptions): Promise<Writer> {
  const writer: Writer = { changes: [], harmed: [], committed: 0 }
  const known = new Map<OddTable, string[]>(options.tables.map((table) => [table, []]))
  let version = options.random.below(1_000) * 1_000_000
  while (!options.isOver()) {
    const table = options.random.pick(options.tables)
    const from = Date.now()
    const pending: Omit<Change, 'from' | 'to'>[] = []
    try {
      await options.database.transaction(async (connection) => {
        if (options.random.chance(0.2)) await connection.execute(`set local ${options.random.pick(SETTINGS)}`)
        for (let statements = 1 + options.random.below(2); statements > 0; statements -= 1) {
          version += 1
          pending.push(...(await change(connection, options, table, known.get(table)!, version)))
        }
        if (options.random.chance(0.1)) throw new RolledBack()
      })
    } catch (error) {
      noteFailure(error, writer)
      continue
    }
    writer.committed += 1
    const to = Date.now()
    for (const one of pending) {
      writer.changes.push({ ...one, from, to })
      if (one.operation === 'insert') known.get(table)!.push(one.id)
    }
  }
  return writer
}

class RolledBack extends Error {}

function noteFailure(error: unknown, { harmed }: Writer): void {
  if (error instanceof RolledBack) return
  if (!isDatabaseError(error)) throw error
  if (REPEATED.test(error.code)) return
  const { where } = error as { where?: string }
  if (/webhooks/.test(`${where ?? ''} ${error.message}`))
    harmed.push(`${error.code} ${error.message} ${where ?? ''}`)
}

async function change(
  connection: Connection,
  options: WriterOptions,
  table: OddTable,
  known: string[],
  version: number,
): Promise<Omit<Change, 'from' | 'to'>[]> {
  const { random } = options
  if (known.length === 0 || random.chance(0.6)) return await insert(connection, options, table, version)
  const id = random.pick(known)
  if (random.chance(0.05)) {
    await connection.query(`delete from ${table.relation} where id::text = $1`, [id])
    return []
  }
  const move =
    table.isPartitioned && random.chance(0.3)
      ? `, region = case region when 'eu' then 'us' else 'eu' end`
      : ''
  const poison = random.chance(0.3)
    ? `, ${quoteIdentifier(table.odd.name)} = ${random.pick(table.odd.values)}`
    : ''
  const { rowCount } = await connection.query(
    `update ${table.relation} set version = $2, status = $3, changed = clock_timestamp()${move}${poison}
     where id::text = $1 and org = $4`,
    [id, version, String(version), options.organizationId],
  )
  return rowCount === 1 && WITH_UPDATES.has(table.record) ? [{ table, operation: 'update', id, version }] : []
}

/** What an update of any column, or of the status, emits an event of. */
export const WITH_UPDATES: ReadonlySet<string> = new Set(['contact', 'deal', 'conversation'])

async function insert(
  connection: Connection,
  { random, organizationId }: WriterOptions,
  table: OddTable,
  version: number,
): Promise<Omit<Change, 'from' | 'to'>[]> {
  const rows = Array.from({ length: random.pick(ROWS) }, () => ({
    id: table.idType === 'uuid' ? randomUUID() : String(1 + random.below(2_000_000_000)),
    isBad: random.chance(0.05),
  }))
  const isOdd = random.chance(0.7)
  const columns = [
    'id',
    'org',
    'version',
    'status',
    ...(isOdd ? [quoteIdentifier(table.odd.name), 'v_json', 'v_text'] : []),
  ]
  const values = rows.map(({ id, isBad }) => {
    const odd = isOdd ? [random.pick(table.odd.values), `'{"a":"\\u0000"}'`, `'x'`] : []
    return `(${[`'${id}'`, `'${isBad ? 'nonsense' : organizationId}'`, version, `'${version}'`, ...odd].join(', ')})`
  })
  await connection.execute(
    `insert into ${table.relation} (${columns.join(', ')}) values ${values.join(', ')}`,
  )
  return rows.map(({ id }) => ({ table, operation: 'insert', id, version }))
}
