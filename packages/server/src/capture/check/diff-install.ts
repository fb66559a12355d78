import type { Connection, Database } from '../../database/database.ts'
import { readCaptureState } from '../capture-state.ts'
import type { CaptureRow } from '../captures.ts'
import { fingerprintFunctions, readMappedCaptures } from '../captures.ts'
import { functionsMatchRecord, parseExpected } from '../expected-capture.ts'
import type { Installed } from '../install-captures.ts'
import { findAttached } from '../install-captures.ts'
import type { MappedEventType } from '../map/event-types-of-map.ts'
import type { CrmMap } from '../map/map-schema.ts'
import type { ResolvedMap } from '../map/resolve-map.ts'
import { hasStoredMap, readStoredMap } from '../stored-map.ts'
import type { WantedCapture } from '../wanted-captures.ts'
import { listWanted } from '../wanted-captures.ts'
import type { CaptureReport } from '../watch-captures.ts'
import { inspectCaptures } from '../watch-captures.ts'
import { diffEntries } from './diff-entries.ts'

export interface CaptureDiff extends Installed {
  /** Of a capture that stays: what becomes different. */
  changes: string[]
}

export interface EventTypeDiff {
  name: string
  state: 'registered' | 'changed'
}

/** What an installation would change. */
export interface InstallDiff {
  tables: CaptureDiff[]
  eventTypes: EventTypeDiff[]
  /** Whether the stored map becomes another text, even if no capture differs. */
  isMapChanged: boolean
  /** Captures that differ from what was installed. */
  drifts: CaptureReport[]
}

export const isUnchanged = ({ tables, eventTypes, isMapChanged, drifts }: InstallDiff): boolean =>
  tables.every(({ state }) => state === 'unchanged') &&
  eventTypes.length === 0 &&
  !isMapChanged &&
  drifts.length === 0

/** Compares a map with what is installed, and that with the database as it is now. Changes nothing. */
export async function diffInstall(
  database: Database,
  resolved: ResolvedMap,
  map: CrmMap,
): Promise<InstallDiff> {
  const before = await readMappedCaptures(database)
  const wanted = listWanted(resolved, before)
  const gone = before.filter(({ id }) => !wanted.some((capture) => capture.id === id))
  const stored = (await hasStoredMap(database)) ? await readStoredMap(database) : undefined
  return {
    tables: [
      ...(await diffWanted(database, wanted, before)),
      ...gone.map(({ record, relation }) => ({
        record,
        relation,
        state: 'detached' as const,
        changes: [],
      })),
    ],
    eventTypes: await diffEventTypes(database, resolved.eventTypes),
    isMapChanged: stored !== undefined && JSON.stringify(stored) !== JSON.stringify(map),
    drifts: before.length === 0 ? [] : await inspectCaptures(database),
  }
}

interface StoredCapture {
  id: string
  map: string
  fingerprint: string
  expected: string | null
}

async function diffWanted(
  database: Database,
  wanted: readonly WantedCapture[],
  before: readonly CaptureRow[],
): Promise<CaptureDiff[]> {
  if (before.length === 0)
    return wanted.map(({ record, relation }) => ({ record, relation, state: 'attached', changes: [] }))
  const { rows } = await database.query<StoredCapture>(
    'select id, map, fingerprint, expected from webhooks_internal.captures',
  )
  const attached = await findAttached(database, wanted)
  const state = await readCaptureState(database)
  return wanted.map((capture): CaptureDiff => {
    const { id, record, relation } = capture
    const known = rows.find((row) => row.id === id)
    if (known === undefined) return { record, relation, state: 'attached', changes: [] }
    const expected = known.expected === null ? undefined : parseExpected(known.expected)
    const changes = diffCapture(capture, known, functionsMatchRecord(expected, state))
    if (attached.has(id))
      return { record, relation, state: changes.length > 0 ? 'changed' : 'unchanged', changes }
    const wants = capture.sql.triggers.map(({ sql }) => /after (\w+)/.exec(sql)?.[1]).join(', ')
    return { record, relation, state: 'attached', changes: [...changes, `triggers: for ${wants}`] }
  })
}

function diffCapture({ map, sql }: WantedCapture, known: StoredCapture, hasItsFunctions: boolean): string[] {
  const changes = diffEntries(JSON.parse(known.map) as object, JSON.parse(map) as object)
  if (!hasItsFunctions) return [...changes, 'functions: were replaced or dropped, and are restored']
  if (known.fingerprint === fingerprintFunctions(sql.functions))
    return changes.length > 0 || known.map === map ? changes : ['map: the order of its keys']
  if (changes.length > 0) return [...changes, 'functions: written anew']
  return ['functions: written anew, for columns of other types or by another version of the program']
}

async function diffEventTypes(
  connection: Connection,
  types: readonly MappedEventType[],
): Promise<EventTypeDiff[]> {
  const { rows: known } = await connection.query<{ there: boolean }>(
    `select to_regclass('webhooks.webhook_event_types') is not null as there`,
  )
  if (known[0]?.there !== true) return types.map(({ name }) => ({ name, state: 'registered' }))
  const { rows } = await connection.query<{ name: string; is_new: boolean }>(
    `select given.name, t.name is null as is_new
     from json_to_recordset($1::json) as given (name text, category text, description text, schema jsonb, example jsonb)
     left join webhooks.webhook_event_types t on t.name = given.name
     where t.name is null
       or t.is_custom and (t.category, t.description, t.schema, t.example)
         is distinct from (given.category, given.description, given.schema, given.example)
     order by given.name`,
    [JSON.stringify(types)],
  )
  return rows.map(({ name, is_new }) => ({ name, state: is_new ? 'registered' : 'changed' }))
}
