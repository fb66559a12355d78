import type { z } from 'zod'
import { ApiError } from '../../errors.ts'

/** SQLSTATE invalid_parameter_value: a value that has the right type and is still not acceptable. */
const INVALID_VALUE = '22023'

/** What one row's values have wrong, as an error that names each field. `details` lists the fields, for a form. */
function toFieldError(issues: readonly z.core.$ZodIssue[]): ApiError {
  const fields = [...new Set(issues.map((issue) => String(issue.path[0] ?? 'body')))]
  const message = issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')
  return new ApiError(400, INVALID_VALUE, message, { details: fields.join(', ') })
}

/** Parses a row, or throws the error that names its fields. */
export function parseRow<T>(schema: z.ZodType<T>, row: unknown): T {
  const parsed = schema.safeParse(row)
  if (!parsed.success) throw toFieldError(parsed.error.issues)
  return parsed.data
}
