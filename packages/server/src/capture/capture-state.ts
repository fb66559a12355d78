import type { Connection } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

const readTables = loadStatement(import.meta.url, 'read-watched-tables')
const readTriggers = loadStatement(import.meta.url, 'read-capture-triggers')
const readFunctions = loadStatement(import.meta.url, 'read-capture-functions')
const readOutboxTrigger = loadStatement(import.meta.url, 'read-outbox-trigger')
const readReplicaSettings = loadStatement(import.meta.url, 'read-replica-settings')

export interface TableName {
  schema: string
  name: string
}

export interface ColumnState {
  name: string
  /** Its place in the table, which it keeps when it is renamed. */
  number: number
  /** Without length or precision; of a domain, what it is made of. */
  type: string
}

export interface TableState {
  /** Null: there is no table of that name. */
  oid: number | null
  /** What the table that was recorded under that name is called now; null: still so, or dropped. */
  movedTo: string | null
  columns: readonly ColumnState[]
}

export interface TriggerState {
  name: string
  tableOid: number
  /** As `pg_trigger.tgenabled`: O(rigin), A(lways), R(eplica) or D(isabled). */
  enabled: string
  /** Null: a function that is not ours. */
  function: string | null
  definition: string
}

export interface FunctionState {
  name: string
  hash: string
  owner: string
  canEmit: boolean
}

/** What the catalog says of all that captures tables. */
export interface CaptureState {
  triggers: readonly TriggerState[]
  functions: readonly FunctionState[]
  /** What makes sessions write without triggers: `role x`, say; null: the server's configuration. */
  replicaSettings: readonly (string | null)[]
  /** Of the trigger that takes stored events on, as `pg_trigger.tgenabled`; undefined: it is missing. */
  outboxTrigger: string | undefined
}

export async function readCaptureState(connection: Connection): Promise<CaptureState> {
  const triggers = await connection.query<TriggerState>(readTriggers)
  const functions = await connection.query<FunctionState>(readFunctions)
  const outbox = await connection.query<{ enabled: string }>(readOutboxTrigger)
  const settings = await connection.query<{ target: string | null }>(readReplicaSettings)
  return {
    triggers: triggers.rows,
    functions: functions.rows,
    outboxTrigger: outbox.rows[0]?.enabled,
    replicaSettings: settings.rows.map(({ target }) => target),
  }
}

/** In the order in which they are named. Needs no right on a table, nor on its schema. */
export async function readTableStates(
  connection: Connection,
  tables: readonly (TableName & { oid?: number | null })[],
): Promise<TableState[]> {
  const wanted = tables.map(({ schema, name, oid = null }, place) => ({ place, schema, name, oid }))
  const { rows } = await connection.query<Omit<TableState, 'columns'> & { columns: string }>(readTables, [
    JSON.stringify(wanted),
  ])
  return rows.map((row) => ({ ...row, columns: JSON.parse(row.columns) as ColumnState[] }))
}
