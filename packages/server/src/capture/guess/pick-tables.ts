import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_NAMES } from '../../domain/event-types/records.ts'
import type { CrmTable } from '../crm-tables.ts'
import { qualifiedName } from '../crm-tables.ts'
import { hasColumnLike } from './column-names.ts'
import type { Guessing, Option } from './guessing.ts'
import { SURE, ask, decide } from './guessing.ts'
import { isUserTable, referenceOf } from './references.ts'
import { tableWords, wordsOf } from './words.ts'

/** What the last word of a table's name says about its rows, up to 10. */
const NOUNS: Readonly<Record<RecordName, Readonly<Record<string, number>>>> = {
  contact: {
    contact: 10,
    customer: 9,
    person: 9,
    client: 8,
    lead: 7,
    partner: 6,
    subscriber: 6,
    visitor: 5,
    patient: 6,
    guest: 5,
    prospect: 7,
  },
  deal: { deal: 10, opportunity: 10, lead: 5 },
  conversation: {
    conversation: 10,
    ticket: 9,
    thread: 8,
    chat: 8,
    case: 7,
    dialog: 7,
    inquiry: 7,
    enquiry: 7,
    room: 5,
    issue: 5,
  },
  message: { message: 10, sms: 6, reply: 6, article: 5, email: 5, comment: 5, post: 3 },
  meeting: { meeting: 10, appointment: 8, call: 6 },
}

/** Columns of which a table needs one in each list, and what a match adds. */
const EVIDENCE: Readonly<
  Record<RecordName, readonly { columns: readonly string[]; isNeeded?: true; weight: number }[]>
> = {
  contact: [
    { columns: ['first_name', 'email', 'phone', 'full_name'], isNeeded: true, weight: 1 },
    { columns: ['email', 'phone'], weight: 3 },
    { columns: ['first_name', 'last_name'], weight: 1 },
    // A lead with an amount is rather a deal.
    { columns: ['value'], weight: -4 },
  ],
  deal: [
    { columns: ['stage'], isNeeded: true, weight: 2 },
    { columns: ['value'], weight: 3 },
    { columns: ['expected_close_date'], weight: 1 },
  ],
  conversation: [
    { columns: ['status'], isNeeded: true, weight: 2 },
    { columns: ['contact_id'], weight: 2 },
    { columns: ['assigned_to', 'subject'], weight: 1 },
  ],
  message: [
    { columns: ['body'], isNeeded: true, weight: 3 },
    { columns: ['conversation_id'], weight: 2 },
    { columns: ['direction', 'sent_at', 'sender'], weight: 1 },
  ],
  meeting: [
    { columns: ['starts_at'], isNeeded: true, weight: 2 },
    { columns: ['recording_status'], isNeeded: true, weight: 3 },
  ],
}

interface Candidate {
  record: RecordName
  table: CrmTable
  score: number
  reason: string
}

type Catalog = Pick<Guessing, 'tables' | 'answers' | 'decisions' | 'questions'>

/** Chooses a table for each record. Each table is chosen once. */
export function pickTables(guessing: Catalog): Map<RecordName, CrmTable> {
  const candidates = RECORD_NAMES.flatMap((record) =>
    guessing.tables.flatMap((table) => rate(record, table) ?? []),
  ).sort((one, other) => other.score - one.score)
  const found = new Map<RecordName, CrmTable>()
  for (const candidate of candidates) {
    if (found.has(candidate.record) || [...found.values()].includes(candidate.table)) continue
    found.set(candidate.record, candidate.table)
    note(candidate, candidates, guessing)
  }
  addReferredContact(found, guessing)
  for (const [record, table] of found) chooseByAnswer(record, table, candidates, found, guessing)
  return found
}

function rate(record: RecordName, table: CrmTable): Candidate | undefined {
  const words = tableWords(table.name)
  const noun = NOUNS[record][words.at(-1) ?? '']
  if (noun === undefined) return undefined
  // Words before the noun: `crm_lead`, `chat_message`, `ticket_article`.
  const isOfConversation =
    record === 'message' && words.slice(0, -1).some((word) => NOUNS.conversation[word] !== undefined)
  let score = noun - (words.length - 1) * 0.5 + (isOfConversation ? 3 : 0)
  for (const { columns, isNeeded, weight } of EVIDENCE[record]) {
    const has = columns.some((column) => hasColumnLike(record, column, table))
    if (!has && isNeeded === true) return undefined
    if (has) score += weight
  }
  return { record, table, score, reason: `its name and columns are those of ${record}s` }
}

function note(
  { record, table, score, reason }: Candidate,
  all: readonly Candidate[],
  guessing: Catalog,
): void {
  const rivals = rivalsOf(record, table, score, all)
  decide(guessing, {
    place: record,
    choice: qualifiedName(table),
    confidence: rivals.length > 0 ? 0.6 : Math.min(0.98, 0.5 + score / 30),
    reason:
      rivals.length > 0 ? `${reason}, but so are those of ${rivals.map(qualifiedName).join(', ')}` : reason,
  })
}

/** Other tables that could be meant as well. */
const rivalsOf = (
  record: RecordName,
  table: CrmTable,
  score: number,
  all: readonly Candidate[],
): CrmTable[] =>
  all
    .filter((other) => other.record === record && other.table !== table && other.score > score - 2.5)
    .filter((other) => !all.some((better) => better.table === other.table && better.score > other.score))
    .map((other) => other.table)

/** Customers may be rows of a table of all people: the one that conversations or deals refer to as theirs. */
function addReferredContact(found: Map<RecordName, CrmTable>, guessing: Catalog): void {
  if (found.has('contact')) return
  for (const record of ['conversation', 'deal'] as const) {
    const from = found.get(record)
    for (const column of from?.columns ?? []) {
      if (!/^(customer|contact|client|requester|person)$/.test(wordsOf(column.name)[0] ?? '')) continue
      const reference = referenceOf(from!, column, guessing.tables)
      if (reference === undefined || [...found.values()].includes(reference.table)) continue
      if (!hasColumnLike('contact', 'email', reference.table)) continue
      found.set('contact', reference.table)
      decide(guessing, {
        place: 'contact',
        choice: qualifiedName(reference.table),
        confidence: isUserTable(reference.table) ? 0.75 : 0.85,
        reason: `${qualifiedName(from!)}.${column.name} refers to it; it may hold other people, too`,
      })
      return
    }
  }
}

const NONE = 'none'

/** Asks about tables that could be meant as well as the one that was found. */
function chooseByAnswer(
  record: RecordName,
  table: CrmTable,
  all: readonly Candidate[],
  found: Map<RecordName, CrmTable>,
  guessing: Catalog,
): void {
  const decision = guessing.decisions.find(({ place }) => place === record)!
  if (decision.confidence >= SURE) return
  const score = all.find((one) => one.record === record && one.table === table)?.score ?? 0
  const tables = [table, ...rivalsOf(record, table, score, all)]
  const options = tables.map((one): Option => ({ value: qualifiedName(one), label: qualifiedName(one) }))
  const answer = ask(guessing, {
    id: record,
    text: `Which table has the ${record}s?`,
    samples: [],
    options: [...options, { value: NONE, label: 'none: emit no such events' }],
    default: options[0]!.value,
  })
  if (guessing.answers[record] === undefined) return
  const chosen = guessing.tables.find((one) => qualifiedName(one) === answer)
  if (chosen === undefined) found.delete(record)
  else found.set(record, chosen)
  Object.assign(decision, { choice: answer, confidence: 1, reason: 'answered' })
}
