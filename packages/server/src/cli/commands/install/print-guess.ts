import { guessMap, surveyDatabase } from '../../../capture/guess/guess-map.ts'
import type { Guess, SurveyedDatabase } from '../../../capture/guess/guess-map.ts'
import type { Decision, Question } from '../../../capture/guess/guessing.ts'
import type { Database } from '../../../database/database.ts'

/** Prints a map to standard output; and to standard error what was decided, why, and what only people know. */
export async function printGuess(database: Database, { json = false }: { json?: boolean }): Promise<void> {
  const surveyed = await surveyDatabase(database)
  const guess = await guessMap(surveyed, {})
  const { map } = guess
  process.stdout.write(`${JSON.stringify(json ? guess : map, null, 2)}\n`)
  if (!json) process.stderr.write(`${explainGuess(guess, surveyed)}\n`)
}

function explainGuess({ map, decisions, questions, rights }: Guess, surveyed: SurveyedDatabase): string {
  const lines = [
    ...noteUnread(surveyed),
    ...(map.records.length === 0 ? ['No table looks like one of a CRM.'] : []),
    ...toTable(decisions),
    ...noteRights(rights),
  ]
  if (questions.length === 0) return lines.join('\n')
  return [...lines, '', 'Open questions (--interactive asks them):', ...questions.map(summarize)].join('\n')
}

/** Says which tables the guess is about by name alone. */
export function noteUnread({ unread }: Pick<SurveyedDatabase, 'unread'>): string[] {
  if (unread.length === 0) return []
  const more = unread.length > 10 ? ` and ${unread.length - 10} more` : ''
  return [
    `Guessed from the catalog alone, because rows could not be read: ${unread.slice(0, 10).join(', ')}${more}`,
  ]
}

export const noteRights = (rights: readonly string[]): string[] =>
  rights.length === 0 ? [] : ['', 'Before it can be installed:', ...rights.map((right) => `  ${right}`)]

function toTable(decisions: readonly Decision[]): string[] {
  const width = Math.max(0, ...decisions.map(({ place }) => place.length))
  return decisions.map(
    ({ place, choice, confidence, reason }) =>
      `${confidence.toFixed(2)}  ${place.padEnd(width)}  ${choice} (${reason})`,
  )
}

const summarize = ({ text, default: given, options }: Question): string =>
  `  ${text} Taken: ${options.find(({ value }) => value === given)?.label ?? given}`
