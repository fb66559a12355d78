import { findConversation, isAboutRecord, listIdentifiers } from './about-record.ts'
import type { EventContent } from './about-record.ts'
import { MAX_CONVERSATIONS, MAX_TERMS, addWord } from './known-words.ts'
import type { RowOf } from '../../database/statement.ts'
import type { pageEvents } from './sql/statements.generated.ts'

export type EventRow = RowOf<typeof pageEvents>

/** What an erasure knows about its record so far. */
interface Known {
  record_id: string
  object: string | null
  related_ids: string[]
  terms: string[]
}

interface Chosen {
  covered: string[]
  last: EventRow | undefined
  isCut: boolean
  /** Identifiers found but not followed, because a limit was reached. */
  leftOut: number
}

/**
 * Selects the events about the record, and collects further identifiers from them. A newly found conversation ends the
 * page, because the remaining rows must be read again with it.
 */
export function chooseEvents(
  rows: readonly EventRow[],
  { record_id: recordId, object, related_ids: relatedIds, terms }: Known,
): Chosen {
  const covered: string[] = []
  let leftOut = 0
  for (const row of rows) {
    if (row.data === null) continue
    const content: EventContent = {
      event: row.event,
      data: JSON.parse(row.data) as unknown,
      previous: row.previous === null ? null : (JSON.parse(row.previous) as unknown),
    }
    if (!isAboutRecord(content, { recordId, object, relatedIds })) continue
    covered.push(row.id)
    for (const term of listIdentifiers(content, recordId)) if (!addWord(terms, term, MAX_TERMS)) leftOut += 1
    const conversation = findConversation(content)
    const isOfContact = object === null || object === 'contact'
    if (!isOfContact || conversation === undefined || [recordId, ...relatedIds].includes(conversation))
      continue
    if (addWord(relatedIds, conversation, MAX_CONVERSATIONS)) {
      return { covered, last: row, isCut: true, leftOut }
    }
    leftOut += 1
  }
  return { covered, last: rows.at(-1), isCut: false, leftOut }
}
