import english from '../src/domain/messages/en.json' with { type: 'json' }
import { API_ERRORS } from '../src/domain/api-errors.ts'
import { ATTEMPT_ERRORS } from '../src/domain/attempt-errors.ts'
import { phrase } from '../src/domain/messages/phrase.ts'
import { fillBlock } from './fill-block.ts'

/** docs/errors.md with its tables as the sources have them. */
export function writeErrorDocs(page: string): string {
  const withApi = fillBlock(page, 'codes of the API', writeApiErrors())
  return fillBlock(withApi, 'codes of attempts', writeAttemptErrors())
}

function writeApiErrors(): string {
  const rows = Object.entries(API_ERRORS).map(
    ([code, { statuses, meaning, action }]) =>
      `| \`${code}\` | ${statuses.join(', ')} | ${meaning} | ${withoutQuotes(english[action])} |`,
  )
  return ['| code | status | meaning | what to do |', '|---|---|---|---|', ...rows.toSorted()].join('\n')
}

function writeAttemptErrors(): string {
  const rows = Object.entries(ATTEMPT_ERRORS).map(
    ([code, { meaning, advice }]) => `| \`${code}\` | ${meaning} | ${phrase(advice)} |`,
  )
  return ['| code | meaning | likely cause and next step |', '|---|---|---|', ...rows].join('\n')
}

/** ICU quotes what would otherwise be a tag. */
const withoutQuotes = (message: string): string => message.replaceAll(/'(<[^>]*>)'/g, '$1')
