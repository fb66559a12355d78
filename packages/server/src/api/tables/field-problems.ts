import type { Said } from '../../domain/messages/phrase.ts'
import { ofField, phrase, together, verbatim } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import { inRow } from '../../rest/request/row-place.ts'

/** SQLSTATE invalid_parameter_value: right type, unacceptable value. */
const INVALID_VALUE = '22023'

/**
 * Builds an error that names each invalid field of a row, and the row if there are several. `details` lists the fields,
 * for a form.
 */
function toFieldError(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  row: unknown,
  { index = 0, count = 1 } = {},
): ApiError {
  const problems = issues.flatMap((issue) => toProblems(issue, row))
  const fields = [...new Set(problems.map(({ path }) => String(path[0] ?? 'body')))]
  const message = together(problems.map(({ path, text }) => ofField(path.join('.') || 'body', text)))
  const isUnknown = issues.some(({ code, path }) => code === 'unrecognized_keys' && path.length === 0)
  const known = isUnknown && schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  return new ApiError(400, INVALID_VALUE, inRow(index, count, message), {
    details: fields.join(', '),
    ...(known.length === 0 ? {} : { hint: phrase('hint.known', { names: known.join(', ') }) }),
  })
}

interface Problem {
  path: readonly PropertyKey[]
  text: Said
}

function toProblems(issue: z.core.$ZodIssue, row: unknown): Problem[] {
  const { path, message } = issue
  // Some fields say which ones they take.
  if (issue.code === 'unrecognized_keys' && message.startsWith('Unrecognized key'))
    return issue.keys.map((key) => ({ path: [...path, key], text: phrase('field.unknown') }))
  // Something else than an object in place of the whole row, for which no schema has words.
  if (issue.code === 'invalid_type' && path.length === 0) return [{ path, text: phrase('field.json') }]
  // A rule about several fields has words of its own.
  const isAbsent = issue.code !== 'custom' && isMissing(row, path)
  const text = verbatim(message)
  return [{ path, text: isAbsent ? phrase('field.missing', { problem: text }) : text }]
}

function isMissing(row: unknown, path: readonly PropertyKey[]): boolean {
  const [name, ...inside] = path
  const isObject = typeof row === 'object' && row !== null
  return isObject && name !== undefined && inside.length === 0 && !Object.hasOwn(row, name)
}

/** Parses a row, or throws the error that names its fields. */
export function parseRow<T>(schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse(row)
  if (!parsed.success) throw toFieldError(schema, parsed.error.issues, row)
  return parsed.data
}

/** Parses the rows of an insert, or throws the error of the first invalid one, counted from 0. */
export function parseEachRow<T>(schema: z.ZodType<T>, rows: readonly unknown[]): T[] {
  return rows.map((row, index) => {
    const parsed = schema.safeParse(row)
    if (!parsed.success) throw toFieldError(schema, parsed.error.issues, row, { index, count: rows.length })
    return parsed.data
  })
}
