import type { RecordName } from '../../domain/event-types/records.ts'
import type { CrmTable } from '../crm-tables.ts'
import type { FactsOf } from '../column-facts.ts'
import type { SampleOf } from './samples.ts'

/** Something that was decided about the map. */
export interface Decision {
  /** `organizations`, `contact`, `message.direction`. */
  place: string
  choice: string
  /** From 0 to 1. */
  confidence: number
  reason: string
}

export interface Option {
  /** What an answer says. */
  value: string
  label: string
}

/** Something that only people know. */
export interface Question {
  id: string
  text: string
  /** What the database has. */
  samples: readonly string[]
  options: readonly Option[]
  /** The value that is taken without an answer. */
  default: string
  /** What may be answered besides the options. */
  free?: string
}

/** Answers by the id of their question. */
export type Answers = Readonly<Record<string, string>>

/** A decision of less confidence is worth a question. */
export const SURE = 0.7

/** What a guess is made from, and what it comes to. */
export interface Guessing {
  /** Tables that could be the CRM's; with a schema per tenant, those of one tenant. */
  tables: readonly CrmTable[]
  facts: FactsOf
  sample: SampleOf
  answers: Answers
  /** Names of tables go without a schema. */
  isPerSchema: boolean
  found: ReadonlyMap<RecordName, CrmTable>
  decisions: Decision[]
  questions: Question[]
}

export const decide = (guessing: Pick<Guessing, 'decisions'>, decision: Decision): void => {
  guessing.decisions.push(decision)
}

/** The answer to a question, which is noted if there is none yet. */
export function ask(
  { answers, questions }: Pick<Guessing, 'answers' | 'questions'>,
  question: Question,
): string {
  const answer = answers[question.id]
  if (answer !== undefined) return answer
  if (!questions.some(({ id }) => id === question.id)) questions.push(question)
  return question.default
}

export const isAnswered = ({ answers }: Pick<Guessing, 'answers'>, id: string): boolean =>
  answers[id] !== undefined
