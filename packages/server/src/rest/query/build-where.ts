import { verbatim } from '../../domain/messages/phrase.ts'
import { textArray } from '../../database/array-literal.ts'
import { ApiError } from '../../domain/errors.ts'
import { buildField } from './build-field.ts'
import type { BuiltField } from './build-field.ts'
import type { Scope } from './scope.ts'
import type { Comparison, Condition, Filter, Operation, TextSearch, Truth } from '../request/query-tree.ts'
import type { Params } from './sql-text.ts'

const comparisonSql: Readonly<Record<Comparison, string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
  cs: '@>',
  cd: '<@',
  ov: '&&',
  sl: '<<',
  sr: '>>',
  nxl: '&>',
  nxr: '&<',
  adj: '-|-',
}

const searchSql: Readonly<Record<TextSearch, string>> = {
  fts: 'to_tsquery',
  plfts: 'plainto_tsquery',
  phfts: 'phraseto_tsquery',
  wfts: 'websearch_to_tsquery',
}

const truthSql: Readonly<Record<Truth, string>> = {
  null: 'null',
  not_null: 'not null',
  true: 'true',
  false: 'false',
  unknown: 'unknown',
}

/** Types whose text the embedded driver would validate, with errors of its own. */
const readBySql = new Set(['boolean', 'bytea'])

/** Combines all conditions; undefined for none. */
export function buildWhere(
  conditions: readonly Condition[],
  scope: Scope,
  params: Params,
): string | undefined {
  if (conditions.length === 0) return undefined
  return conditions.map((condition) => buildCondition(condition, scope, params)).join(' and ')
}

function buildCondition(condition: Condition, scope: Scope, params: Params): string {
  const not = condition.negated ? 'not ' : ''
  if (condition.kind === 'filter') return `${not}(${buildFilter(condition, scope, params)})`
  const branches = condition.conditions.map((branch) => buildCondition(branch, scope, params))
  return `${not}(${branches.join(` ${condition.operator} `)})`
}

function buildFilter({ field, operation }: Filter, scope: Scope, params: Params): string {
  const embed = field.path.length === 0 ? scope.embeds?.get(field.name) : undefined
  if (embed !== undefined) {
    if (operation.kind === 'is' && operation.truth === 'null') return `${embed.found} is not true`
    if (operation.kind === 'is' && operation.truth === 'not_null') return `${embed.found} is true`
    if (!scope.relation.columns.has(field.name)) throw refuseComparison(field.name)
  }
  return buildOperation(operation, buildField(field, scope, params, 'comparison'), params)
}

function refuseComparison(name: string): ApiError {
  return new ApiError(400, 'PGRST120', verbatim(`Bad operator on the '${name}' embedded resource`), {
    details: 'Only is null or not is null filters are allowed on embedded resources',
    hint: verbatim(`Filter by one of its columns: ${name}.<column>=….`),
  })
}

function buildOperation(operation: Operation, field: BuiltField, params: Params): string {
  if (operation.kind === 'compare') return buildComparison(operation, field, params)
  if (operation.kind === 'search') return buildSearch(operation, field, params)
  if (operation.kind === 'is') return `${field.sql} is ${truthSql[operation.truth]}`
  if (operation.kind === 'day') return buildDay(operation.date, field, params)
  return `${field.sql} = any(${params.add(textArray(operation.values))})`
}

function buildDay(date: string, field: BuiltField, params: Params): string {
  const day = `${params.add(date)}::date`
  const start = (from: string): string => `(${from})::timestamp at time zone 'UTC'`
  return `${field.sql} >= ${start(day)} and ${field.sql} < ${start(`${day} + 1`)}`
}

function buildComparison(
  { operator, quantifier, value }: Extract<Operation, { kind: 'compare' }>,
  field: BuiltField,
  params: Params,
): string {
  const isPattern = operator === 'like' || operator === 'ilike'
  const placeholder = params.add(isPattern ? value.replaceAll('*', '%') : value)
  const typed = readBySql.has(field.type) ? `${placeholder}::text::${field.type}` : placeholder
  const operand = quantifier === null ? typed : `${quantifier}(${placeholder})`
  return `${field.sql} ${comparisonSql[operator]} ${operand}`
}

function buildSearch(
  { operator, language, value }: Extract<Operation, { kind: 'search' }>,
  field: BuiltField,
  params: Params,
): string {
  const configuration = language === null ? '' : `${params.add(language)}::regconfig, `
  const document = field.type === 'tsvector' ? field.sql : `to_tsvector(${configuration}${field.sql})`
  return `${document} @@ ${searchSql[operator]}(${configuration}${params.add(value)})`
}
