import { verbatim } from '../../domain/messages/phrase.ts'
import type { Output } from './scope.ts'
import { ApiError } from '../../domain/errors.ts'
import { buildColumn, buildField } from './build-field.ts'
import type { Purpose } from './build-field.ts'
import type { Scope } from './scope.ts'
import { listColumns } from '../schema-cache/schema-cache.ts'
import type { Media } from '../request/content-negotiation.ts'
import { embedName, refuseUnembedded } from './embed-names.ts'
import { buildAggregate, castTo, countOutput, findPlace, isCount } from './group-rows.ts'
import type { Field, OrderTerm, SelectItem } from '../request/query-tree.ts'
import { quoteIdentifier } from './sql-text.ts'
import type { Params } from './sql-text.ts'

export interface RowsQuery {
  /** The `from` item with its alias: the relation itself, or the rows that a write returned. */
  source: string
  outputs: readonly Output[]
  where?: string | undefined
  /** Places in the select list; '' for one group of all rows; null or undefined if rows are not grouped. */
  groupBy?: string | null
  order?: string
  limit?: string
  offset?: string
  /** A condition evaluated for each row that is read. Above a limit, PostgreSQL evaluates it only for returned rows. */
  shownWhere?: string | undefined
}

interface Selecting {
  /** Columns of rows that are grouped have the purpose of a comparison. */
  purpose: Purpose
  /** A spread has no `count` without parentheses: its parent could not tell it from a column. */
  isSpread: boolean
}

export function buildOutputs(
  items: readonly SelectItem[],
  scope: Scope,
  params: Params,
  selecting: Selecting,
): Output[] {
  return items.flatMap((item) => buildOutput(item, scope, params, selecting))
}

function buildOutput(
  item: SelectItem,
  scope: Scope,
  params: Params,
  { purpose, isSpread }: Selecting,
): Output[] {
  const build = (field: Field): Output => ({
    sql: buildField(field, scope, params, purpose).sql,
    key: field.name,
    origin: { relation: null, field },
  })
  if (item.kind === 'star') {
    const columns = listColumns(scope.relation, scope.role, 'select')
    return columns.map(({ name }) =>
      purpose === 'output' ? { sql: buildColumn(scope, name), key: name } : build({ name, path: [] }),
    )
  }
  if (item.kind === 'aggregate') return [buildAggregate(item, scope, params)]
  if (item.kind === 'embed') return [...(scope.embeds?.get(embedName(item))?.outputs ?? [])]
  if (!isSpread && isCount(item, scope.relation)) return [countOutput]
  const output = build(item.field)
  return [{ ...output, sql: castTo(output.sql, item.cast), key: item.alias ?? output.key }]
}

/** @param grouped the outputs, if rows are grouped */
export function buildOrder(
  terms: readonly OrderTerm[],
  scope: Scope,
  params: Params,
  grouped: readonly Output[] | null,
): string {
  return terms
    .map((term) => {
      const place = grouped === null ? undefined : findPlace(term, grouped, scope)
      const sql = place ?? buildOrderTerm(term, scope, params)
      return [sql, term.direction, term.nulls && `nulls ${term.nulls}`].filter(Boolean).join(' ')
    })
    .join(', ')
}

const buildOrderTerm = (term: OrderTerm, scope: Scope, params: Params): string =>
  term.relation === null
    ? buildField(term.field, scope, params, 'comparison').sql
    : findSortedBy(term, term.relation, scope)

function findSortedBy(term: OrderTerm, name: string, { embeds, relation }: Scope): string {
  const embed = embeds?.get(name)
  if (embed === undefined) throw refuseUnembedded(name)
  const sql = embed.order.get(term)
  if (sql !== undefined && embed.isToOne) return sql
  throw new ApiError(400, 'PGRST118', verbatim(`A related order on '${name}' is not possible`), {
    details: `'${relation.name}' and '${name}' do not form a many-to-one or one-to-one relationship`,
  })
}

function buildRows({ source, outputs, where, groupBy, order = '', limit, offset }: RowsQuery): string {
  const columns = outputs.map(({ sql, key }) => `${sql} as ${quoteIdentifier(key)}`)
  return [
    `select ${columns.join(', ')} from ${source}`,
    where === undefined ? '' : ` where ${where}`,
    buildGroupBy(groupBy),
    order === '' ? '' : ` order by ${order}`,
    limit === undefined ? '' : ` limit ${limit}`,
    offset === undefined ? '' : ` offset ${offset}`,
  ].join('')
}

export const buildGroupBy = (groupBy: string | null | undefined): string =>
  groupBy === undefined || groupBy === null || groupBy === '' ? '' : ` group by ${groupBy}`

/**
 * Builds the statement whose single row is the response: `body`, the text to send (null if not wanted), and
 * `row_count`. PostgreSQL writes the text, so that no number or timestamp loses digits. `extras` are further
 * expressions in the select list, evaluated after the rows have been read, in order.
 */
export function buildResponseQuery(
  query: RowsQuery,
  media: Media | null,
  extras: readonly string[] = [],
): string {
  const names = query.outputs.map((_, index) => `c${index}`)
  // CSV cells are named by position, because two outputs may have the same key.
  const alias = media?.format === 'csv' && names.length > 0 ? `r(${names.join(', ')})` : 'r'
  const body = media === null ? 'null::text' : `webhooks_internal.bounded_answer(${buildBody(names, media)})`
  const list = [`${body} as body`, 'count(*)::int as row_count', ...extras]
  const shown = query.shownWhere === undefined ? '' : ` where ${query.shownWhere}`
  return `select ${list.join(', ')} from (${buildRows(query)}) as ${alias}${shown}`
}

function buildBody(names: readonly string[], { format, stripsNulls }: Media): string {
  if (format === 'csv') return buildLines(names)
  const list = stripsNulls ? 'json_strip_nulls(json_agg(r))' : 'json_agg(r)'
  return format === 'object' ? `(${list} -> 0)::text` : `coalesce(${list}, '[]')::text`
}

function buildLines(names: readonly string[]): string {
  const cells = names.map((name) => `coalesce(${quoteCell(`${name}::text`)}, '')`)
  return `coalesce(string_agg(array_to_string(array[${cells.join(', ')}]::text[], ','), E'\\n'), '')`
}

/** An empty text is quoted, to distinguish it from null. */
function quoteCell(text: string): string {
  return `case when ${text} ~ '[",\\r\\n]' or ${text} = '' then '"' || replace(${text}, '"', '""') || '"' else ${text} end`
}

/** Writes the header line of a CSV response. */
export function writeCsvHeader(outputs: readonly Output[]): string {
  return outputs.map(({ key }) => (/[",\r\n]/.test(key) ? `"${key.replaceAll('"', '""')}"` : key)).join(',')
}
