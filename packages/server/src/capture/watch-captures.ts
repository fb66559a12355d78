import type { Logger } from 'pino'
import { textArray } from '../database/array-literal.ts'
import type { Connection, Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'
import type { CaptureFindings, CaptureStatus } from './capture-problems.ts'
import { findProblems } from './capture-problems.ts'
import type { CaptureState, TableName } from './capture-state.ts'
import { readCaptureState, readTableStates } from './capture-state.ts'
import type { ExpectedCapture } from './expected-capture.ts'
import { parseExpected, readExpected } from './expected-capture.ts'
import { listUsedTables } from './used-columns.ts'

const readWatched = loadStatement(import.meta.url, 'read-watched-captures')
const storeFindings = loadStatement(import.meta.url, 'store-capture-findings')
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
  /** Changes with the catalog's rows; null: the table does not exist. */
  stamp: string | null
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

/** @returns what has changed since the last check */
async function checkAll(connection: Connection, rows: readonly WatchedRow[]): Promise<Change[]> {
  const state = await readCaptureState(connection)
  const changes: Change[] = []
  for (const row of rows) {
    const findings = await checkOne(connection, row, state)
    if (findings.wasAltered || findings.problems.join('\n') !== row.problems.join('\n'))
      changes.push({ table: `${row.schema}.${row.name}`, ...findings })
  }
  return changes
}

/** A capture that differs from what was installed, as `webhook_captures` reports it. */
export interface CaptureReport extends CaptureFindings {
  table: string
  record: string
}

/** Compares as `checkCaptures` does, without storing anything. */
export async function inspectCaptures(connection: Connection): Promise<CaptureReport[]> {
  const { rows } = await connection.query<WatchedRow>(readWatched, [FRESH_MS])
  const state = await readCaptureState(connection)
  const reports: CaptureReport[] = []
  for (const { record, schema, name, map, expected: stored } of rows) {
    if (stored === null) continue
    const expected = parseExpected(stored)
    const tables = await readTableStates(connection, expected.tables)
    const findings = findProblems({ expected, tables, state, isReference: map === null })
    if (findings.status !== 'ok') reports.push({ table: `${schema}.${name}`, record, ...findings })
  }
  return reports
}

async function checkOne(
  connection: Connection,
  row: WatchedRow,
  state: CaptureState,
): Promise<CaptureFindings & { wasAltered: boolean }> {
  const expected = row.expected === null ? await recordExpected(connection, row) : parseExpected(row.expected)
  const findings = findProblems({
    expected,
    tables: await readTableStates(connection, expected.tables),
    state,
    isReference: row.map === null,
  })
  const { rows } = await connection.query<{ wasAltered: boolean }>(storeFindings, [
    row.id,
    findings.status,
    textArray(findings.problems),
    row.stamp,
  ])
  return { ...findings, wasAltered: rows[0]?.wasAltered === true }
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
