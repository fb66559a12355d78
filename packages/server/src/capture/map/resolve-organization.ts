import { quoteIdentifier, quoteLiteral } from '../../database/identifiers.ts'
import type { CapturedOrganization } from '../captured-table.ts'
import { relationName, toComparable } from '../captured-table.ts'
import type { CrmTable } from '../crm-tables.ts'
import { findColumn } from '../crm-tables.ts'
import { checkLookupTable, comparisonKind, findTable, requireColumn } from './find-names.ts'
import type { Organizations, OrganizationSource } from './map-schema.ts'
import type { Resolving } from './resolving.ts'
import { overRow } from './row-scope.ts'

/** What leads from a row to its tenant, before it is a UUID. */
interface TenantKey {
  type: string
  /** SQL over `n`. */
  expression: string
  joins: string
  isMoved: string
  source: string | undefined
}

/** Builds the lookup of a row's organization; undefined: with problems, which are noted. */
export async function resolveOrganization(
  given: OrganizationSource | undefined,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): Promise<CapturedOrganization | undefined> {
  const { organizations, schema, problems } = resolving
  if (schema !== undefined) return constant(`webhooks_internal.tenant_id(${quoteLiteral(schema)})`)
  if (given !== undefined && 'value' in given) return constant(`${quoteLiteral(given.value)}::uuid`)
  if (organizations !== undefined && 'value' in organizations)
    return constant(`${quoteLiteral(organizations.value)}::uuid`)
  if (given === undefined) {
    problems.push(`${place}: is missing; it says where a row has its organization`)
    return undefined
  }
  const key =
    'sql' in given
      ? await readExpression(given.sql, table, place, resolving)
      : readColumn(given, table, place, resolving)
  return key && toOrganization(key, place, resolving)
}

const constant = (expression: string): CapturedOrganization => ({
  expression,
  joins: '',
  isMoved: undefined,
  source: undefined,
})

async function readExpression(
  sql: string,
  table: CrmTable,
  place: string,
  { describe, problems }: Resolving,
): Promise<TenantKey | undefined> {
  const described = await describe(table, sql, 'row')
  if ('error' in described) {
    problems.push(`${place}.sql: ${described.error}`)
    return undefined
  }
  const of = (alias: string): string => overRow(sql, alias, table.name)
  const { type } = described
  return {
    type,
    expression: of('n'),
    joins: '',
    isMoved: `${toComparable(of('n'), type)} is distinct from ${toComparable(of('o'), type)}`,
    source: undefined,
  }
}

/** Each step looks up a key; the SQL rules out a scan, whatever the planner estimates. */
function readColumn(
  organization: Extract<OrganizationSource, { column: string }>,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): TenantKey | undefined {
  const { problems } = resolving
  let found = requireColumn(table, organization.column, `${place}.column`, problems)
  let expression = `n.${quoteIdentifier(organization.column)}`
  let joins = ''
  let of = (alias: string): string => `${alias}.${quoteIdentifier(organization.column)}`
  let from = found
  for (const [index, hop] of (organization.through ?? []).entries()) {
    const step = `${place}.through.${index}`
    const next = findTable(hop.table, `${step}.table`, resolving)
    if (next === undefined) return undefined
    const key = requireColumn(next, hop.key, `${step}.key`, problems)
    found = requireColumn(next, hop.column, `${step}.column`, problems)
    checkLookupTable(next, hop.key, [hop.column], step, problems)
    if (key === undefined || found === undefined) return undefined
    if (from !== undefined && comparisonKind(from.type) !== comparisonKind(key.type)) {
      problems.push(
        `${step}.key: ${hop.key} is ${key.type}, but the column that refers to it is ${from.type}`,
      )
    }
    from = found
    const alias = `organization_${index + 1}`
    joins +=
      `${index === 0 ? '' : '\n'}left join lateral (select t.${quoteIdentifier(hop.column)} as id from ${relationName(next)} t ` +
      `where t.${quoteIdentifier(hop.key)} = ${expression} limit 1) as ${alias} on true`
    expression = `${alias}.id`
    const before = of
    of = (row) =>
      `(select t.${quoteIdentifier(hop.column)} from ${relationName(next)} t where t.${quoteIdentifier(hop.key)} = ${before(row)} limit 1)`
  }
  if (found === undefined) return undefined
  return {
    type: found.type,
    expression,
    joins,
    isMoved: movedSql(organization.column, of, found.type),
    source: organization.column,
  }
}

/** The organization can only have changed if the first column of the lookup has. */
function movedSql(column: string, of: (alias: string) => string, type: string): string {
  const first = (alias: string): string => `${alias}.${quoteIdentifier(column)}`
  const isOther = `${toComparable(of('n'), type)} is distinct from ${toComparable(of('o'), type)}`
  return of('n') === first('n') ? isOther : `(${first('n')} is distinct from ${first('o')} and ${isOther})`
}

const TEXTS = /^(text|character varying|character)$/

function toOrganization(
  { type, expression, joins, isMoved, source }: TenantKey,
  place: string,
  { organizations, problems, all }: Resolving,
): CapturedOrganization {
  const result = (sql: string): CapturedOrganization => ({ expression: sql, joins, isMoved, source })
  const id = findTenantKey(organizations, all)
  if (id !== undefined && id.type !== 'uuid') {
    if (comparisonKind(type) !== comparisonKind(id.type)) {
      problems.push(`${place}: leads to ${type}, but the tenants' key ${id.name} is ${id.type}`)
    }
    return result(`webhooks_internal.tenant_id((${expression})::text)`)
  }
  if (type === 'uuid') return result(expression)
  if (!TEXTS.test(type)) {
    problems.push(
      `${place}: leads to ${type}, but an organization has a UUID; name the table of tenants under organizations, go through a table that has UUIDs, or set organizations to {"value": "<uuid>"} for a CRM of one organization`,
    )
  }
  return result(`(${expression})::uuid`)
}

/** The key of the table of tenants. */
function findTenantKey(organizations: Organizations | undefined, all: Resolving['all']) {
  if (organizations === undefined || !('table' in organizations)) return undefined
  const ignored: string[] = []
  const table = findTable(organizations.table, '', { all, schema: undefined, problems: ignored })
  return table && findColumn(table, organizations.id)
}
