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
  /** Position in the table, which stays the same when the column is renamed. */
  number: number
  /** Without length or precision; for a domain, its base type. */
  type: string
}

export interface TableState {
  /** Null: no table has this name. */
  oid: number | null
  /** The current name of the table that was recorded under this name; null: unchanged, or dropped. */
  movedTo: string | null
  columns: readonly ColumnState[]
}

export interface TriggerState {
  name: string
  tableOid: number
  /** As `pg_trigger.tgenabled`: O(rigin), A(lways), R(eplica) or D(isabled). */
  enabled: string
  /** Null: the function is not ours. */
  function: string | null
  definition: string
}

export interface FunctionState {
  name: string
  hash: string
  owner: string
  canEmit: boolean
}

/** The state in the catalog of everything that captures tables. */
export interface CaptureState {
  triggers: readonly TriggerState[]
  functions: readonly FunctionState[]
  /**
   * Who sets `session_replication_role`, which disables triggers, for example `role x`; null: the server's
   * configuration.
   */
  replicaSettings: readonly (string | null)[]
  /** `pg_trigger.tgenabled` of the trigger that puts events into the outbox; undefined: it is missing. */
  outboxTrigger: string | undefined
}

/** @param prefix of the names of functions: of all that capture tables, or of one capture */
export async function readCaptureState(connection: Connection, prefix = 'capture_'): Promise<CaptureState> {
  const triggers = await connection.query<TriggerState>(readTriggers, [prefix])
  const functions = await connection.query<FunctionState>(readFunctions, [prefix])
  const outbox = await connection.query<{ enabled: string }>(readOutboxTrigger)
  const settings = await connection.query<{ target: string | null }>(readReplicaSettings)
  return {
    triggers: triggers.rows,
    functions: functions.rows,
    outboxTrigger: outbox.rows[0]?.enabled,
    replicaSettings: settings.rows.map(({ target }) => target),
  }
}

/** Reads the tables in the given order. Needs no privilege on a table or its schema. */
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
