import type { Said } from '../domain/messages/phrase.ts'
import { phrase, ofField } from '../domain/messages/phrase.ts'
import type { Database } from '../database/database.ts'
import type { CapturedTable } from './captured-table.ts'
import type { CaptureRow } from './captures.ts'
import { TENANTS } from './map/tenant-table.ts'
import { readCaptures } from './captures.ts'
import { readReferenceTables } from './reference-tables.ts'
import { readStoredMap } from './stored-map.ts'
import { resolveOnDatabase } from './map/resolve-map.ts'
import { nameTables } from './wanted-captures.ts'

/** An error that the caller can correct. */
export class RecaptureError extends Error {
  override readonly name = 'RecaptureError'
  readonly said: Said

  constructor(said: Said) {
    super(said)
    this.said = said
  }
}

interface CapturedTables {
  tables: CapturedTable[]
  /** Sentences about tables that do not match their map. */
  leftOut: string[]
}

/**
 * Finds the tables that are captured now.
 * @throws RecaptureError that none has the wanted name
 */
export async function findCapturedTables(
  database: Database,
  wanted: string | undefined,
): Promise<CapturedTables> {
  const installed = await readCaptures(database)
  const mapped = await readMappedTables(database, installed)
  const isReference = installed.some((capture) => capture.is_reference)
  const tables = [...mapped.tables, ...(isReference ? await readReferenceTables(database) : [])]
  const found = tables.filter((table) => wanted === undefined || qualifiedName(table) === wanted)
  if (wanted !== undefined && found.length === 0) {
    const names = [...new Set(tables.map(qualifiedName))].join(', ')
    const problem =
      names === ''
        ? phrase('capture.noneCaptured', { name: wanted })
        : phrase('capture.notCaptured', { name: wanted, names })
    throw new RecaptureError(ofField('table', problem))
  }
  const leftOut = wanted === undefined ? mapped.drifted.map((table) => `${table}: ${LEFT_OUT}`) : []
  return { tables: found, leftOut }
}

interface MappedTables {
  tables: CapturedTable[]
  /** Names of tables that are captured and do not match the map. */
  drifted: string[]
}

async function readMappedTables(database: Database, installed: readonly CaptureRow[]): Promise<MappedTables> {
  const map = await readStoredMap(database)
  if (map === undefined) return { tables: [], drifted: [] }
  const resolved = await resolveOnDatabase(database, map)
  const tables = nameTables(resolved, installed).filter(({ id }) =>
    installed.some((capture) => capture.id === id),
  )
  const drifted = installed.filter(
    ({ id, record, is_reference }) =>
      !is_reference && record !== TENANTS && !tables.some((table) => table.id === id),
  )
  return { tables, drifted: [...new Set(drifted.map(({ relation }) => relation.replaceAll('"', '')))] }
}

const LEFT_OUT = 'does not match its map; fix that, run install, then try again'

export const qualifiedName = ({ schema, name }: CapturedTable): string => `${schema}.${name}`
