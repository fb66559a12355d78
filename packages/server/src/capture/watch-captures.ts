import type { Logger } from 'pino'
import { textArray } from '../database/array-literal.ts'
import type { Connection, Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'
import type { CaptureFindings, CaptureStatus } from './capture-problems.ts'
import { findProblems } from './capture-problems.ts'
import type { CaptureState, TableName, TableState } from './capture-state.ts'
import { readCaptureState, readTableStates } from './capture-state.ts'
import type { ExpectedCapture } from './expected-capture.ts'
import { parseExpected, readExpected } from './expected-capture.ts'
import { groupBy } from '../domain/group-by.ts'
import { listUsedTables } from './used-columns.ts'

const readWatched = loadStatement(import.meta.url, 'read-watched-captures')
const storeFindings = loadStatement(import.meta.url, 'store-capture-findings')
const storeNothingNew = loadStatement(import.meta.url, 'store-nothing-new')
const closeAbandoned = loadStatement(import.meta.url, 'close-abandoned-drifts')

/** Any constant: makes nodes take turns. */
const WATCH_LOCK = 4_600_004
const FRESH_MS = 45_000

interface WatchedRow {
  id: string
  /** A record, an event type of the operator's own, or `organizations`. */
  record: string
  schema: string
  name: string
  map: string | null
  expected: string | null
  problems: string[]
  status: CaptureStatus
  /** Changes with the catalog's rows; null: the table does not exist. */
  stamp: string | null
  /** That of the last check. */
  knownStamp: string | null
  isFresh: boolean
}

export interface WatchOptions {
  log?: Logger | undefined
  /** Skips the check if another node is checking, or has checked within the last 45 seconds. */
  unlessFresh?: boolean
}

/**
 * Compares the capture of each table with what was installed. Stores the current state in `captures` and the history of
 * differences in `capture_drifts`. Reads only the catalog, and locks no table.
 * @returns false if the check was skipped
 */
export async function checkCaptures(database: Database, options: WatchOptions = {}): Promise<boolean> {
  const { log, unlessFresh = false } = options
  const changes = await database.transaction(async (connection) => {
    if (!(await takeTurn(connection, unlessFresh))) return undefined
    const { rows } = await connection.query<WatchedRow>(readWatched, [FRESH_MS])
    if (unlessFresh && rows.length > 0 && rows.every(({ isFresh }) => isFresh)) return undefined
    await connection.query(closeAbandoned)
    return rows.length === 0 ? [] : await checkAll(connection, rows)
  })
  for (const change of changes ?? []) logChange(change, log)
  return changes !== undefined
}

async function takeTurn(connection: Connection, unlessBusy: boolean): Promise<boolean> {
  const { rows } = await connection.query<{ mine: boolean }>(
    unlessBusy
      ? 'select pg_try_advisory_xact_lock($1) as mine'
      : 'select pg_advisory_xact_lock($1) is not null as mine',
    [WATCH_LOCK],
  )
  return rows[0]?.mine === true
}

interface Change extends CaptureFindings {
  table: string
  /** The capture matches what was installed, and has not been altered since the last check. */
  wasAltered: boolean
}

/** Captures whose tables are read with one statement: a CRM with a schema for each tenant has thousands. */
const CHUNK = 200

/** @returns what has changed since the last check */
async function checkAll(connection: Connection, rows: readonly WatchedRow[]): Promise<Change[]> {
  const changes: Change[] = []
  const same: string[] = []
  const compared = await compareAll(connection, rows, (row) => recordExpected(connection, row))
  for (const { row, findings } of compared) {
    if (findings.status === 'ok' && row.status === 'ok' && row.stamp === row.knownStamp) {
      same.push(row.id)
      continue
    }
    const wasAltered = await store(connection, row, findings)
    if (wasAltered || findings.problems.join('\n') !== row.problems.join('\n'))
      changes.push({ table: `${row.schema}.${row.name}`, ...findings, wasAltered })
  }
  if (same.length > 0) await connection.query(storeNothingNew, [textArray(same)])
  return changes
}

async function store(
  connection: Connection,
  { id, stamp }: WatchedRow,
  { status, problems }: CaptureFindings,
): Promise<boolean> {
  const { rows } = await connection.query<{ wasAltered: boolean }>(storeFindings, [
    id,
    status,
    textArray(problems),
    stamp,
  ])
  return rows[0]?.wasAltered === true
}

/** A capture that differs from what was installed, as `webhook_captures` reports it. */
export interface CaptureReport extends CaptureFindings {
  table: string
  record: string
}

/** Compares as `checkCaptures` does, without storing anything. */
export async function inspectCaptures(connection: Connection): Promise<CaptureReport[]> {
  const { rows } = await connection.query<WatchedRow>(readWatched, [FRESH_MS])
  const compared = await compareAll(connection, rows, () => undefined)
  return compared.flatMap(({ row: { record, schema, name }, findings }) =>
    findings.status === 'ok' ? [] : [{ table: `${schema}.${name}`, record, ...findings }],
  )
}

interface Compared {
  row: WatchedRow
  findings: CaptureFindings
}

/** @param record what to compare with if nothing was recorded; undefined: the capture is left out */
async function compareAll(
  connection: Connection,
  rows: readonly WatchedRow[],
  record: (row: WatchedRow) => Promise<ExpectedCapture> | undefined,
): Promise<Compared[]> {
  const known: { row: WatchedRow; expected: ExpectedCapture }[] = []
  for (const row of rows) {
    const expected = row.expected === null ? await record(row) : parseExpected(row.expected)
    if (expected !== undefined) known.push({ row, expected })
  }
  const state = indexState(await readCaptureState(connection))
  const compared: Compared[] = []
  for (let start = 0; start < known.length; start += CHUNK) {
    const chunk = known.slice(start, start + CHUNK)
    const tables = await readTableStates(
      connection,
      chunk.flatMap(({ expected }) => expected.tables),
    )
    for (const { row, expected } of chunk) {
      const own = tables.splice(0, expected.tables.length)
      const isReference = row.map === null
      compared.push({
        row,
        findings: findProblems({ expected, tables: own, state: state(expected, own), isReference }),
      })
    }
  }
  return compared
}

/** Finds what concerns one capture without going through what concerns all. */
function indexState(
  all: CaptureState,
): (expected: ExpectedCapture, tables: readonly TableState[]) => CaptureState {
  const triggers = groupBy(all.triggers, ({ tableOid }) => tableOid)
  const functions = groupBy(all.functions, ({ name }) => name)
  return ({ functions: wanted }, tables) => ({
    ...all,
    triggers: triggers.get(tables[0]?.oid ?? 0) ?? [],
    functions: wanted.flatMap(({ name }) => functions.get(name) ?? []),
  })
}

/** Records the current capture of a table as the expected one. */
export async function recordExpected(
  connection: Connection,
  { id, record, map, schema, name }: Pick<WatchedRow, 'id' | 'record' | 'map'> & TableName,
): Promise<ExpectedCapture> {
  const expected = await readExpected(connection, {
    id,
    used: listUsedTables(record, { schema, name }, map),
    previous: await findExpected(connection, id),
  })
  await connection.query(
    `update webhooks_internal.captures
     set expected = $2::json, stamp = webhooks_internal.capture_stamp(relation)
     where id = $1`,
    [id, JSON.stringify(expected)],
  )
  return expected
}

/** Reads the expected capture of a table; undefined: not recorded yet. */
export async function findExpected(connection: Connection, id: string): Promise<ExpectedCapture | undefined> {
  const { rows } = await connection.query<{ expected: string | null }>(
    'select expected from webhooks_internal.captures where id = $1',
    [id],
  )
  const json = rows[0]?.expected ?? null
  return json === null ? undefined : parseExpected(json)
}

const WORDS: Readonly<Record<Exclude<CaptureStatus, 'ok'>, string>> = {
  drifted: 'capture of a table differs from what was installed',
  missing: 'a table is no longer captured',
}

function logChange({ table, status, problems, wasAltered }: Change, log: Logger | undefined): void {
  if (wasAltered) {
    log?.warn(
      { table },
      'a table was altered and restored between two checks; call rpc/recapture to emit lost events',
    )
    return
  }
  if (status === 'ok') log?.info({ table }, 'capture of a table matches what was installed again')
  else log?.error({ table, problems }, WORDS[status])
}
