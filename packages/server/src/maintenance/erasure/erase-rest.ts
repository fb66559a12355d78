import { textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import {
  erasePayloads,
  eraseRest as eraseRestStatement,
  hasSources as hasSourcesStatement,
} from './sql/statements.generated.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface RestOfRecord {
  organizationId: string
  recordId: string
  relatedIds: readonly string[]
  object: string | null
  /** True if the organization had an event about the record: another organization's record may have the same number. */
  isTheirs: boolean
  words: readonly string[]
}

/** Erases everything except events and attempts. @returns the number of rows */
export async function eraseRest(connection: Connection, record: RestOfRecord): Promise<number> {
  const { organizationId, recordId, relatedIds, object, isTheirs } = record
  const words = textArray(record.words)
  // UUIDs are unique across tables.
  const unique = [...(UUID.test(recordId) ? [recordId] : []), ...relatedIds]
  const numbered = isTheirs && object !== null ? [recordId] : []
  const { rows } = await connection.query(
    ...eraseRestStatement({
      organizationId,
      words,
      uniqueIds: textArray(unique),
      pattern: record.words.map(escapePattern).join('|'),
      numbers: textArray(numbered),
      object,
    }),
  )
  return rows[0]!.erased + (await eraseFromSources(connection, organizationId, words))
}

async function eraseFromSources(
  connection: Connection,
  organizationId: string,
  words: string,
): Promise<number> {
  if (!(await hasSources(connection))) return 0
  const { rows } = await connection.query(...erasePayloads({ organizationId, words }))
  return rows[0]!.erased
}

async function hasSources(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query(...hasSourcesStatement())
  return rows[0]!.is_there
}

/** Escapes a text so that it matches itself in PostgreSQL's regular expressions. */
const escapePattern = (text: string): string => text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)
