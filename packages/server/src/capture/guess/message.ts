import type { CrmTable } from '../crm-tables.ts'
import { qualifiedName } from '../crm-tables.ts'
import type { Direction, Side } from './direction.ts'
import { directionByCondition, directionByValue } from './direction.ts'
import { findDirection } from './direction-columns.ts'
import type { Decision, Guessing } from './guessing.ts'
import { SURE, ask, decide, isAnswered } from './guessing.ts'
import { describeValues, parsePairs } from './known-values.ts'
import { isText, isWhole } from './plain-columns.ts'

const NONE = 'none'
const ALL = 'all'
const AS_GUESSED = 'guessed'
const PLACE = 'message.direction'

/** The direction of messages, as guessed or answered; undefined: it is not known, so messages cannot be captured. */
export function chooseDirection(table: CrmTable, guessing: Guessing): Direction | undefined {
  const guessed = findDirection(table, guessing)
  if (guessed !== undefined && guessed.confidence >= SURE) {
    note(guessed, guessing)
    return guessed
  }
  const answer = ask(guessing, {
    id: PLACE,
    text: `Which messages of ${qualifiedName(table)} are from customers?`,
    samples: sampleKinds(table, guessing),
    options: [
      ...(guessed === undefined
        ? []
        : [
            {
              value: AS_GUESSED,
              label: `those with ${guessed.inbound}; to customers are the others${guessed.where.length === 0 ? '' : ` with ${guessed.where.join(' and ')}`}`,
            },
          ]),
      { value: NONE, label: 'not known: leave messages out' },
    ],
    default: guessed === undefined ? NONE : AS_GUESSED,
    free: `${guessed === undefined ? '' : 'pairs such as 0=inbound, 1=outbound, or '}an SQL condition such as sender = 'customer'`,
  })
  const chosen =
    answer === AS_GUESSED ? guessed : answer === NONE ? undefined : readAnswer(answer, table, guessed)
  const isOwn = isAnswered(guessing, PLACE)
  if (chosen === undefined) {
    decide(guessing, {
      place: PLACE,
      choice: 'messages are left out',
      confidence: isOwn ? 1 : 0.3,
      reason: isOwn ? 'answered' : 'nothing says who wrote a message',
    })
    return undefined
  }
  note(isOwn ? { ...chosen, confidence: 1, reason: 'answered' } : chosen, guessing)
  return chosen
}

function note({ inbound, where, confidence, reason }: Direction, guessing: Guessing): void {
  const apart = where.length === 0 ? '' : `, only rows with ${where.join(' and ')}`
  decide(guessing, { place: PLACE, choice: `inbound if ${inbound}${apart}`, confidence, reason })
}

const sampleKinds = (table: CrmTable, guessing: Guessing): string[] =>
  table.columns
    .filter(
      (column) =>
        (isText(column) || isWhole(column)) &&
        /(type|kind|sender|direction|author|model)$/i.test(column.name),
    )
    .flatMap(({ name }) => describeValues(table, name, guessing))
    .slice(0, 8)

function readAnswer(answer: string, table: CrmTable, guessed: Direction | undefined): Direction | undefined {
  const pairs = Object.entries(parsePairs(answer)).filter((pair): pair is [string, Side] =>
    /^(in|out)bound$/.test(pair[1]),
  )
  const column = table.columns.find(({ name }) => name === guessed?.columns[0])
  if (pairs.length > 0 && column !== undefined)
    return directionByValue(column, Object.fromEntries(pairs), {
      hasOthers: true,
      confidence: 1,
      reason: 'answered',
    })
  return directionByCondition(answer, [], { confidence: 1, reason: 'answered' })
}

const isUnsure = ({ place, confidence, reason }: Decision): boolean =>
  place === PLACE && (confidence < SURE || reason === 'answered')

/** What else keeps a message from customers, if that was asked. */
export function askForRest(table: CrmTable, { where }: Direction, guessing: Guessing): string | undefined {
  if (where.length > 0 || !guessing.decisions.some(isUnsure)) return undefined
  const answer = ask(guessing, {
    id: 'message.where',
    text: `Which rows of ${qualifiedName(table)} are messages between the organization and a customer?`,
    samples: sampleKinds(table, guessing),
    options: [{ value: ALL, label: 'all of them, apart from internal notes that a column marks' }],
    default: ALL,
    free: "an SQL condition, such as type in ('email', 'sms')",
  })
  if (isAnswered(guessing, 'message.where'))
    decide(guessing, { place: 'message.where', choice: answer, confidence: 1, reason: 'answered' })
  if (answer === ALL) return undefined
  return /\bor\b/i.test(answer) ? `(${answer})` : answer
}
