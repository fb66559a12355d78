import { API_ERRORS } from '../src/domain/api-errors.ts'
import { fillBlock } from './fill-block.ts'

/** docs/errors.md with its tables as the sources have them. */
export function writeErrorDocs(page: string): string {
  return fillBlock(page, 'codes of the API', writeApiErrors())
}

function writeApiErrors(): string {
  const rows = Object.entries(API_ERRORS).map(
    ([code, { statuses, meaning, action }]) =>
      `| \`${code}\` | ${statuses.join(', ')} | ${meaning} | ${action} |`,
  )
  return ['| code | status | meaning | what to do |', '|---|---|---|---|', ...rows.toSorted()].join('\n')
}
