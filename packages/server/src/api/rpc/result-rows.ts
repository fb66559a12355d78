import { z } from 'zod'
import type { Connection } from '../../database/database.ts'
import type { Principal } from '../../domain/principal.ts'
import { ROLES } from '../../domain/principal.ts'
import { requireAffordable } from '../../rest/query/affordable.ts'
import { resolveEmbedded } from '../../rest/query/embed-names.ts'
import { buildRead, runReadWithin } from '../../rest/query/read-table.ts'
import { createParams, quoteIdentifier } from '../../rest/query/sql-text.ts'
import type { Media } from '../../rest/request/content-negotiation.ts'
import { parseQuery } from '../../rest/request/parse-query.ts'
import type { Preferences } from '../../rest/request/preferences.ts'
import { choosePage } from '../../rest/request/range.ts'
import type { RestResponse } from '../../rest/request/rest-message.ts'
import { respondToRead } from '../../rest/response/respond.ts'
import type { Column, Relation } from '../../rest/schema-cache/schema.ts'

/** How a caller wants the result of a function, in terms of a table's rows. */
export interface Shaping {
  name: string
  output: z.ZodType
  /** The query string without arguments. */
  search: string
  range: string
  media: Media
  preferences: Preferences
  principal: Principal
}

export type ShapeResult = (connection: Connection, result: unknown) => Promise<RestResponse>

/**
 * Prepares the response to a call whose result is to be filtered, ordered, counted or written in another format: the database
 * treats the result as rows of a table. Checks all names first, so that a call with a wrong one has no effect.
 */
export function prepareResult(shaping: Shaping): ShapeResult {
  const { name, output, search, range, media, preferences, principal } = shaping
  const query = resolveEmbedded(parseQuery(search))
  requireAffordable(query, principal)
  const page = choosePage(query.root, range)
  const params = createParams()
  const relation = describeResult(name, output, params.add(''))
  // What returns one object remains one object.
  const isOne = !(output instanceof z.ZodArray) && media.format === 'array'
  const read = {
    catalog: { relations: new Map(), relationships: [] },
    scope: { relation, role: principal.role, alias: 't' },
    query,
    preferences,
    media: isOne ? { ...media, format: 'object' as const } : media,
    isTimed: false,
  }
  const built = buildRead(read, page, false, params)
  return async (connection, result) => {
    const rows = JSON.stringify(Array.isArray(result) ? result : [result])
    const found = await runReadWithin(
      connection,
      { ...built, values: [rows, ...params.values.slice(1)] },
      media,
    )
    const body = found.body === '' ? 'null' : found.body
    return respondToRead({ preferences, media }, 'RPC', page.offset, { ...found, body })
  }
}

/** PostgreSQL's types of what the schemas of results have; anything else is JSON. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'bigint',
  number: 'numeric',
  boolean: 'boolean',
}

function describeResult(name: string, output: z.ZodType, rows: string): Relation {
  const columns = listColumns(output)
  const definition = columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`).join(', ')
  return {
    schema: 'public',
    name,
    comment: null,
    sql: `rows from (json_to_recordset(${rows}::json) as (${definition}))`,
    columns: new Map(columns.map((column) => [column.name, column])),
    primaryKey: [],
    uniqueKeys: [],
    constraints: [],
    deletableBy: [],
  }
}

interface Property {
  type?: string
  format?: string
  anyOf?: Property[]
}

const privileges = Object.fromEntries(
  ROLES.map((role) => [role, { select: true, insert: false, update: false }]),
) as Column['privileges']

function listColumns(output: z.ZodType): Column[] {
  const row = output instanceof z.ZodArray ? (output.element as z.ZodType) : output
  const { properties = {} } = z.toJSONSchema(row, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Property>
  }
  return Object.entries(properties).map(([name, property]): Column => {
    const known = property.anyOf?.find(({ type }) => type !== 'null') ?? property
    const type = TYPES[known.type ?? ''] ?? 'json'
    return {
      name,
      type,
      baseType: type,
      isNullable: true,
      isGenerated: false,
      default: null,
      comment: null,
      privileges,
      ...(known.format === 'date-time' ? { comparedAs: 'timestamptz' } : {}),
    }
  })
}
