import type { JsonSchema } from './column-schema.ts'

const text = { type: 'string' }

export function query(name: string, description: string, schema: JsonSchema = text): JsonSchema {
  return { name, in: 'query', description, schema }
}

function header(name: string, description: string, schema: JsonSchema = text): JsonSchema {
  return { name, in: 'header', description, schema }
}

export const SHAPING: readonly JsonSchema[] = [
  query('select', 'Columns, related rows and aggregates: name,url,webhook_logs(status,count())'),
  query('order', 'Columns, each with .desc, .nullsfirst or .nullslast: created_at.desc,id'),
  query('limit', 'Maximum number of rows', { type: 'integer', minimum: 0 }),
  query('offset', 'Number of rows to skip', { type: 'integer', minimum: 0 }),
]

export const RANGE = header('Range', 'First and last row, counted from 0: 0-9')

export const PREFER_READ = header('Prefer', 'count=exact, timezone=Europe/Berlin, handling=strict')

export const PREFER_INSERT = header(
  'Prefer',
  'return=representation for the rows, return=headers-only for their Location; the default is return=minimal. ' +
    'resolution=merge-duplicates or ignore-duplicates, missing=default, count=exact',
)

export const PREFER_PUT = header(
  'Prefer',
  'return=representation for the row; the default is return=minimal. count=exact',
)

export const PREFER_CHANGE = header(
  'Prefer',
  'return=representation for the rows; the default is return=minimal. ' +
    'count=exact, missing=default, max-affected=1 with handling=strict',
)

/** Of every POST: see docs/api.md. */
export const IDEMPOTENCY_KEY = header(
  'Idempotency-Key',
  'A new UUID for each request. A repeated request with the same key gets the response of the first one, within 24 hours',
  { type: 'string', minLength: 1, maxLength: 255 },
)
