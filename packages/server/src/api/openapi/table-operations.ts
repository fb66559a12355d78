import type { Column } from '../../rest/schema-cache/schema.ts'
import type { TableDescription } from '../../rest/schema-cache/describe-tables.ts'
import type { JsonSchema } from './column-schema.ts'
import {
  IDEMPOTENCY_KEY,
  PREFER_CHANGE,
  PREFER_INSERT,
  PREFER_PUT,
  PREFER_READ,
  RANGE,
  SHAPING,
  query,
} from './parameters.ts'
import { OF_POST, OF_READ, OF_WRITE, refer, referHeaders } from './responses.ts'

type Operation = Record<string, unknown>

/** Parameters that are never filters, even if a column has the same name. */
const reserved = new Set(['select', 'order', 'limit', 'offset', 'columns', 'on_conflict', 'and', 'or'])

/** Describes the operations that the role may use on a table, as a path item. */
export function describeOperations(table: TableDescription): Record<string, Operation> {
  const { readable, insertable, updatable, isReplaceable, isDeletable } = table
  const filters = [
    ...readable.filter(isFilterable).map(describeFilter),
    query('and', 'Conditions that must all hold: (attempt.gt.1,status.eq.failed)'),
    query('or', 'Conditions of which one must hold'),
  ]
  return {
    ...(readable.length > 0 && {
      get: describeRead(table, filters),
      head: describeCount(table, filters),
    }),
    ...(insertable.length > 0 && { post: describeInsert(table) }),
    ...(updatable.length > 0 && { patch: describeUpdate(table, filters) }),
    ...(isReplaceable && { put: describePut(table) }),
    ...(isDeletable && { delete: describeDelete(table, filters) }),
  }
}

/** Columns of JSON are filtered by a path, which no parameter can name. */
const isFilterable = ({ name, baseType }: Column): boolean =>
  !reserved.has(name) && !['json', 'jsonb'].includes(baseType)

const describeFilter = ({ name }: Column): JsonSchema =>
  query(name, 'A filter: eq.…, gt.…, in.(…), is.null and so on')

function begin(verb: string, { name }: TableDescription, summary: string): Operation {
  return { operationId: `${verb}_${name}`, tags: [name], summary }
}

const CONDENSED = ['Content-Range', 'Preference-Applied'] as const

function describeRead(table: TableDescription, filters: readonly JsonSchema[]): Operation {
  const headers = referHeaders(...CONDENSED, 'Content-Location')
  const content = describeContent(table.name)
  return {
    ...begin('read', table, writeSummary(table)),
    parameters: [...filters, ...SHAPING, RANGE, PREFER_READ],
    responses: {
      200: { description: 'The rows', headers, content },
      206: { description: 'A part of the rows; there are more', headers, content },
      ...refer(...OF_READ),
    },
  }
}

function describeCount(table: TableDescription, filters: readonly JsonSchema[]): Operation {
  const headers = referHeaders(...CONDENSED, 'Content-Location')
  return {
    ...begin(
      'count',
      table,
      'What a read would respond with, without its body: a count with Prefer: count=exact',
    ),
    parameters: [...filters, ...SHAPING, PREFER_READ],
    responses: {
      200: { description: 'As for a read', headers },
      206: { description: 'As for a read', headers },
      ...refer(...OF_READ),
    },
  }
}

function describeInsert(table: TableDescription): Operation {
  const headers = referHeaders(...CONDENSED, 'Location', 'Idempotent-Replayed')
  const content = describeContent(`${table.name}.written`)
  return {
    ...begin('insert', table, 'Insert one row or several'),
    parameters: [
      query('select', 'Columns and related rows of the response'),
      query('columns', 'The columns of the body to use'),
      query('on_conflict', 'The columns of the unique key to merge by'),
      PREFER_INSERT,
      IDEMPOTENCY_KEY,
    ],
    requestBody: describeBody(`${table.name}.insert`, true),
    responses: {
      200: { description: 'All rows existed and were merged; otherwise as for 201', headers, content },
      201: { description: `Inserted. ${EMPTY}`, headers, content },
      ...refer(...OF_POST),
    },
  }
}

const EMPTY = 'The body is empty without return=representation'

function describeUpdate(table: TableDescription, filters: readonly JsonSchema[]): Operation {
  return {
    ...begin('update', table, 'Update the rows that match the filter'),
    parameters: [...filters, ...SHAPING, query('columns', 'The columns of the body to use'), PREFER_CHANGE],
    requestBody: describeBody(`${table.name}.update`, false),
    responses: describeChange(`${table.name}.written`),
  }
}

function describePut(table: TableDescription): Operation {
  const headers = referHeaders(...CONDENSED)
  const content = describeContent(`${table.name}.written`)
  return {
    ...begin('put', table, 'Insert or change the row with this primary key'),
    parameters: [
      ...table.primaryKey.map(describeKey),
      query('select', 'Columns and related rows of the response'),
      PREFER_PUT,
    ],
    requestBody: describeBody(`${table.name}.insert`, false),
    responses: {
      200: { description: 'Changed; the row, with return=representation', headers, content },
      201: { description: `Inserted. ${EMPTY}`, headers, content },
      204: { description: 'Changed, without a body', headers },
      ...refer(...OF_WRITE),
    },
  }
}

const describeKey = (name: string): JsonSchema => ({
  ...query(name, 'eq. and the value, as in the body', { type: 'string', pattern: '^eq\\.' }),
  required: true,
})

function describeDelete(table: TableDescription, filters: readonly JsonSchema[]): Operation {
  return {
    ...begin('delete', table, 'Delete the rows that the filter matches'),
    parameters: [...filters, ...SHAPING, PREFER_CHANGE],
    responses: describeChange(table.name),
  }
}

function describeChange(schema: string): Record<string, JsonSchema> {
  const headers = referHeaders(...CONDENSED)
  return {
    200: {
      description: 'Done; the rows, with return=representation',
      headers,
      content: describeContent(schema),
    },
    204: { description: 'Done, without a body', headers },
    ...refer(...OF_WRITE),
  }
}

function writeSummary({ comment, related }: TableDescription): string {
  const names = [...new Set(related.map(({ name }) => name))]
  const embeddable = names.length === 0 ? '' : `. Related: ${names.join(', ')}`
  return `${comment ?? 'Read rows'}${embeddable}`
}

/** The formats of rows in responses. */
function describeContent(name: string): JsonSchema {
  const row = { $ref: `#/components/schemas/${name}` }
  return {
    'application/json': { schema: { type: 'array', items: row } },
    'application/vnd.pgrst.object+json': { schema: row },
    'text/csv': { schema: { type: 'string' } },
  }
}

const TEXT = { type: 'string' }
const ONE = 'A single row may also be sent as an object'

/**
 * The formats of rows in requests; a form is one row, and CSV has a line for each. Generators make nothing that compiles of
 * "a row, or a list of rows".
 */
function describeBody(schema: string, mayBeSeveral: boolean): JsonSchema {
  const row = { $ref: `#/components/schemas/${schema}` }
  const body = mayBeSeveral ? { type: 'array', items: row, description: ONE } : row
  return {
    required: true,
    content: {
      'application/json': { schema: body },
      'text/csv': { schema: TEXT },
      'application/x-www-form-urlencoded': { schema: { type: 'object', additionalProperties: TEXT } },
    },
  }
}
