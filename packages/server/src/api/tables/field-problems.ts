import type { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'

/** SQLSTATE invalid_parameter_value: right type, unacceptable value. */
const INVALID_VALUE = '22023'

/**
 * Builds an error that names each invalid field of a row, and the row if there are several. `details` lists the fields,
 * for a form.
 */
function toFieldError(issues: readonly z.core.$ZodIssue[], row: unknown, place?: number): ApiError {
  const fields = [...new Set(issues.map((issue) => String(issue.path[0] ?? 'body')))]
  const problems = issues.map(
    ({ path, message }) =>
      `${path.join('.') || 'body'}: ${isMissing(row, path) ? 'is missing; it ' : ''}${message}`,
  )
  const prefix = place === undefined ? '' : `row ${place}: `
  return new ApiError(400, INVALID_VALUE, prefix + problems.join('; '), { details: fields.join(', ') })
}

function isMissing(row: unknown, path: readonly PropertyKey[]): boolean {
  const [name, ...inside] = path
  const isObject = typeof row === 'object' && row !== null
  return isObject && name !== undefined && inside.length === 0 && !Object.hasOwn(row, name)
}

/** Parses a row, or throws the error that names its fields. */
export function parseRow<T>(schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse(row)
  if (!parsed.success) throw toFieldError(parsed.error.issues, row)
  return parsed.data
}

/** Parses the rows of an insert, or throws the error of the first invalid one, counted from 1. */
export function parseEachRow<T>(schema: z.ZodType<T>, rows: readonly unknown[]): T[] {
  return rows.map((row, index) => {
    const parsed = schema.safeParse(row)
    if (!parsed.success) {
      throw toFieldError(parsed.error.issues, row, rows.length === 1 ? undefined : index + 1)
    }
    return parsed.data
  })
}
