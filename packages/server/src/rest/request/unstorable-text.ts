import { phrase, ofField } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { JsonObject } from './json.ts'
import { inRow } from './row-place.ts'

/** What JSON can escape and PostgreSQL cannot store. Only a text with such an escape is searched value by value. */
const SUSPECT = /\\u(?:0000|[dD][89a-fA-F])/

/** @throws ApiError that names the row and the path of the first text with a NUL or a lone surrogate */
export function requireStorable(rows: readonly JsonObject[], text: string): void {
  if (!SUSPECT.test(text)) return
  for (const [index, row] of rows.entries()) {
    const found = findUnstorable(row, [])
    if (found === undefined) continue
    const problem = ofField(found.path, phrase('row.unstorable', { what: found.what }))
    throw new ApiError(400, '22P05', inRow(index, rows.length, problem), {
      details: found.path,
      hint: phrase('hint.unstorable'),
    })
  }
}

interface Found {
  path: string
  what: string
}

function findUnstorable(value: unknown, path: readonly string[]): Found | undefined {
  if (typeof value === 'string') return judge(value, path)
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    const found = judge(key, path) ?? findUnstorable(member, [...path, key])
    if (found !== undefined) return found
  }
  return undefined
}

function judge(text: string, path: readonly string[]): Found | undefined {
  const what = text.includes('\0')
    ? String.raw`\u0000`
    : text.isWellFormed()
      ? undefined
      : phrase('row.surrogate')
  return what === undefined ? undefined : { path: path.join('.'), what }
}
