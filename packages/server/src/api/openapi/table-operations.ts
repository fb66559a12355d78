import type { TableDescription } from '../../rest/schema-cache/describe-tables.ts'
import type { JsonSchema } from './column-schema.ts'

const refused = {
  '4XX': { $ref: '#/components/responses/refused' },
  '5XX': { $ref: '#/components/responses/refused' },
}

const text = { type: 'string' }

function query(name: string, description: string, schema: JsonSchema = text): JsonSchema {
  return { name, in: 'query', description, schema }
}

function header(name: string, description: string): JsonSchema {
  return { name, in: 'header', description, schema: text }
}

const select = query('select', 'Columns, related rows and aggregates: name,url,webhook_logs(status,count())')
const order = query('order', 'Columns, each with .desc, .nullsfirst or .nullslast: created_at.desc,id')
const limit = query('limit', 'Maximum number of rows', { type: 'integer', minimum: 0 })
const offset = query('offset', 'Number of rows to skip', { type: 'integer', minimum: 0 })
const range = header('Range', 'First and last row, counted from 0: 0-9')
const preferRead = header('Prefer', 'count=exact')
const preferWrite = header(
  'Prefer',
  'return=representation, count=exact, missing=default, max-affected=1 with handling=strict',
)
/** Of every POST: see docs/api.md. */
export const idempotencyKey: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A new UUID for each request. A repeated request with the same key gets the response of the first one, within 24 hours',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}
const preferPut = header('Prefer', 'return=representation, count=exact')
const preferInsert = header('Prefer', 'return=representation, resolution=merge-duplicates, missing=default')

/** Parameters that are never filters, even if a column has the same name. */
const reserved = new Set(['select', 'order', 'limit', 'offset', 'columns', 'on_conflict', 'and', 'or'])

/** Describes the operations that the role may use on a table, as a path item. */
export function describeOperations(table: TableDescription): Record<string, unknown> {
  const { name, readable, insertable, updatable, isReplaceable, isDeletable } = table
  const filters = readable
    .filter(({ name: column }) => !reserved.has(column))
    .map((column) => query(column.name, 'A filter: eq.…, gt.…, in.(…), is.null and so on'))
  const shaping = [select, order, limit, offset]
  const operation = (
    verb: string,
    summary: string,
    parameters: readonly JsonSchema[],
    responses: JsonSchema,
  ) => ({
    operationId: `${verb}_${name}`,
    tags: [name],
    summary,
    parameters,
    responses: { ...responses, ...refused },
  })
  const rows = { description: 'The rows', content: describeContent(name) }
  const silent = { description: 'Done, without a body' }
  return {
    ...(readable.length > 0 && {
      get: operation('read', writeSummary(table), [...filters, ...shaping, range, preferRead], {
        200: rows,
        206: { ...rows, description: 'A part of the rows; there are more' },
      }),
    }),
    ...(insertable.length > 0 && {
      post: {
        ...operation(
          'insert',
          'Insert one row or several',
          [
            select,
            query('columns', 'The columns of the body to use'),
            query('on_conflict', 'The columns of the unique key to merge by'),
            preferInsert,
            idempotencyKey,
          ],
          {
            200: { ...rows, description: 'All rows existed and were merged' },
            201: { ...rows, description: 'Inserted' },
          },
        ),
        requestBody: describeBody(`${name}.insert`, 'several'),
      },
    }),
    ...(updatable.length > 0 && {
      patch: {
        ...operation(
          'update',
          'Update the rows that match the filter',
          [...filters, ...shaping, preferWrite],
          { 200: rows, 204: silent },
        ),
        requestBody: describeBody(`${name}.update`, 'one'),
      },
    }),
    ...(isReplaceable && {
      put: {
        ...operation(
          'put',
          'Insert or change the row with this primary key',
          [...table.primaryKey.map(describeKey), select, preferPut],
          {
            200: { ...rows, description: 'Changed' },
            201: { ...rows, description: 'Inserted' },
            204: silent,
          },
        ),
        requestBody: describeBody(`${name}.insert`, 'one'),
      },
    }),
    ...(isDeletable && {
      delete: operation(
        'delete',
        'Delete the rows that the filter matches',
        [...filters, ...shaping, preferWrite],
        { 200: rows, 204: silent },
      ),
    }),
  }
}

const describeKey = (name: string): JsonSchema => ({
  ...query(name, 'eq. and the value, as in the body', { type: 'string', pattern: '^eq\\.' }),
  required: true,
})

function writeSummary({ comment, related }: TableDescription): string {
  const names = [...new Set(related.map(({ name }) => name))]
  const embeddable = names.length === 0 ? '' : `. Related: ${names.join(', ')}`
  return `${comment ?? 'Read rows'}${embeddable}`
}

function describeContent(name: string): JsonSchema {
  const row = { $ref: `#/components/schemas/${name}` }
  return {
    'application/json': { schema: { type: 'array', items: row } },
    'application/vnd.pgrst.object+json': { schema: row },
    'text/csv': { schema: text },
  }
}

/** A form is one row, and CSV has a line for each. */
function describeBody(schema: string, rows: 'one' | 'several'): JsonSchema {
  const row = { $ref: `#/components/schemas/${schema}` }
  const body = rows === 'several' ? { oneOf: [row, { type: 'array', items: row }] } : row
  return {
    required: true,
    content: {
      'application/json': { schema: body },
      'text/csv': { schema: text },
      'application/x-www-form-urlencoded': { schema: { type: 'object', additionalProperties: text } },
    },
  }
}
