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
  /** Whether the organization has had an event about the record: another one's may have the same number. */
  isTheirs: boolean
  words: readonly string[]
}

/** Erases what is neither an event nor an attempt. @returns of how many rows */
export async function eraseRest(connection: Connection, record: RestOfRecord): Promise<number> {
  const { organizationId, recordId, relatedIds, object, isTheirs } = record
  const words = textArray(record.words)
  // No two records share a UUID, in whatever table.
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

/** Sources are there only beside the reference CRM. */
async function hasSources(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ is_there: boolean }>(
    `select to_regclass('webhooks.webhook_source_payloads') is not null as is_there`,
  )
  return rows[0]!.is_there
}

/** A pattern of PostgreSQL's that matches the text and nothing else. */
const escapePattern = (text: string): string => text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)
