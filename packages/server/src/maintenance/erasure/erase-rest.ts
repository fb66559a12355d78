import { textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'

const eraseRestStatement = loadStatement(import.meta.url, 'erase-rest')
const erasePayloads = loadStatement(import.meta.url, 'erase-payloads')

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
  const { rows } = await connection.query<{ erased: number }>(eraseRestStatement, [
    organizationId,
    words,
    textArray(unique),
    record.words.map(escapePattern).join('|'),
    textArray(numbered),
    object,
  ])
  return rows[0]!.erased + (await eraseFromSources(connection, organizationId, words))
}

async function eraseFromSources(
  connection: Connection,
  organizationId: string,
  words: string,
): Promise<number> {
  if (!(await hasSources(connection))) return 0
  const { rows } = await connection.query<{ erased: number }>(erasePayloads, [organizationId, words])
  return rows[0]!.erased
}

/** Sources only exist with the reference CRM. */
async function hasSources(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ is_there: boolean }>(
    `select to_regclass('webhooks.webhook_source_payloads') is not null as is_there`,
  )
  return rows[0]!.is_there
}

/** Escapes a text so that it matches itself in PostgreSQL's regular expressions. */
const escapePattern = (text: string): string => text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)
