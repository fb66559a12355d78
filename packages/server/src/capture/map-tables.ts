import { quoteIdentifier, quoteLiteral } from '../database/identifiers.ts'
import { RECORD_COLUMNS } from '../domain/event-types/records.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import { findNearest } from '../database/nearest-name.ts'
import type { CapturedColumn, CapturedOrganization, CapturedTable } from './captured-table.ts'
import { relationName, toComparable } from './captured-table.ts'
import type { CrmTable } from './crm-tables.ts'
import { findColumn, qualifiedName } from './crm-tables.ts'
import { absentColumn, mappedColumn, plainColumn } from './mapped-column.ts'
import type { CrmMap, TableMap } from './table-map.ts'

export interface MappedTables {
  tables: CapturedTable[]
  /** Each names the place in the map, the problem and the fix. */
  problems: string[]
  /** Harmless problems: something that may not work as expected. */
  warnings: string[]
}

/** Columns without which a table has no useful events. */
const NEEDED: Readonly<Record<RecordName, readonly string[]>> = {
  contact: ['id'],
  deal: ['id', 'stage'],
  conversation: ['id', 'status'],
  message: ['id', 'direction', 'status'],
  meeting: ['id', 'recording_status'],
}
/** The events that need a column. */
const EMITS: readonly [column: string, record: RecordName, event: string][] = [
  ['assigned_to', 'contact', 'contact.assigned'],
  ['assigned_to', 'deal', 'deal.assigned'],
  ['assigned_to', 'conversation', 'conversation.assigned'],
  ['broadcast_id', 'message', 'broadcast.response'],
]

/** Validates a map against the catalog: returns the tables to capture, and all problems. */
export function mapTables(map: CrmMap, all: readonly CrmTable[]): MappedTables {
  const mapped: MappedTables = { tables: [], problems: [], warnings: [] }
  for (const [record, tableMap] of Object.entries(map) as [RecordName, TableMap][]) {
    const table = findTable(tableMap.table, `${record}.table`, all, mapped.problems)
    if (table !== undefined) mapTable(record, tableMap, table, all, mapped)
  }
  const names = mapped.tables.map(relationName)
  for (const twice of new Set(names.filter((name, index) => names.indexOf(name) !== index)))
    mapped.problems.push(`${twice} is mapped twice: a table can have only one type of record`)
  return mapped
}

function findTable(
  name: string,
  place: string,
  all: readonly CrmTable[],
  problems: string[],
): CrmTable | undefined {
  const table = all.find((candidate) => qualifiedName(candidate) === name)
  if (table !== undefined) return table
  const nearest = findNearest(name, all.map(qualifiedName))
  problems.push(
    `${place}: no table is called ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
  )
  return undefined
}

function mapTable(
  record: RecordName,
  map: TableMap,
  table: CrmTable,
  all: readonly CrmTable[],
  { tables, problems, warnings }: MappedTables,
): void {
  const before = problems.length
  checkTable(record, map, table, problems, warnings)
  const columns = mapColumns(record, map, table, problems)
  const organization = mapOrganization(record, map, table, all, problems)
  for (const [column, of, event] of EMITS) {
    if (of === record && map.columns[column] === undefined)
      warnings.push(`${record}: no column is mapped to ${column}, so ${event} is never emitted`)
  }
  if (problems.length > before || organization === undefined) return
  columns.set('organization_id', {
    source: undefined,
    value: () => organization.expression,
    comparable: undefined,
  })
  tables.push({
    record,
    schema: table.schema,
    name: table.name,
    key: table.keys[0] ?? [],
    organization,
    columns,
    data: 'columns',
    columnsEver: undefined,
    firstTimes: 'remembered',
  })
}

const KINDS: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
}

function checkTable(
  record: RecordName,
  { table: name }: TableMap,
  table: CrmTable,
  problems: string[],
  warnings: string[],
): void {
  const kind = KINDS[table.kind]
  if (kind !== undefined) {
    problems.push(`${record}.table: ${name} is ${kind}; only tables can be captured`)
    return
  }
  if (table.isPartition) problems.push(`${record}.table: ${name} is a partition; name its parent table`)
  if (!table.canTrigger) {
    problems.push(
      `${record}.table: this role may not create triggers on ${name}: grant trigger on ${relationName(table)} to <role>, and usage on its schema`,
    )
  }
  if (table.keys.length === 0) {
    problems.push(`${record}.table: ${name} has no primary key, which is required to identify changed rows`)
  }
  if (table.isHidden || table.columns.some(({ canSelect }) => !canSelect)) {
    warnings.push(
      `${record}: this role may not read all of ${name}, so lost events cannot be recaptured: grant select on ${relationName(table)} to <role>${table.isHidden ? ', and create a policy for select to <role> using (true)' : ''}`,
    )
  }
  if (table.kind === 'p') {
    warnings.push(`${record}: ${name} is partitioned; rows written directly to a partition emit no events`)
  }
}

function mapColumns(
  record: RecordName,
  map: TableMap,
  table: CrmTable,
  problems: string[],
): Map<string, CapturedColumn> {
  const columns = new Map<string, CapturedColumn>()
  for (const [name, definition] of Object.entries(RECORD_COLUMNS[record])) {
    columns.set(name, absentColumn(definition))
    const given = map.columns[name]
    const place = `${record}.columns.${name}`
    if (given === undefined) {
      if (NEEDED[record].includes(name))
        problems.push(`${place}: is missing; the events of a ${record} require it`)
      continue
    }
    const { column: theirs, values } =
      typeof given === 'string' ? { column: given, values: undefined } : given
    const column = requireColumn(table, theirs, place, problems)
    if (column === undefined) continue
    const captured = mappedColumn(definition, column, values)
    if (captured === undefined) {
      problems.push(`${place}: ${theirs} is ${column.type}, which is not a ${definition.kind}`)
    } else columns.set(name, captured)
  }
  for (const name of map.also) {
    if (columns.has(name)) problems.push(`${record}.also: ${name} is an event column; map it under columns`)
    const column = requireColumn(table, name, `${record}.also`, problems)
    if (column !== undefined) columns.set(name, plainColumn(column))
  }
  return columns
}

function requireColumn(table: CrmTable, name: string, place: string, problems: string[]) {
  const column = findColumn(table, name)
  if (column !== undefined) return column
  const nearest = findNearest(
    name,
    table.columns.map((candidate) => candidate.name),
  )
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  problems.push(`${place}: ${qualifiedName(table)} has no column ${name}${hint}`)
  return undefined
}

/**
 * Builds the lookup of a row's organization. Each step looks up a key; the SQL rules out a scan, whatever the planner
 * estimates.
 */
function mapOrganization(
  record: RecordName,
  { organization }: TableMap,
  table: CrmTable,
  all: readonly CrmTable[],
  problems: string[],
): CapturedOrganization | undefined {
  if ('value' in organization) {
    const expression = `${quoteLiteral(organization.value)}::uuid`
    return { expression, joins: '', isMoved: undefined, source: undefined }
  }
  const place = `${record}.organization`
  let found = requireColumn(table, organization.column, `${place}.column`, problems)
  let expression = `n.${quoteIdentifier(organization.column)}`
  let joins = ''
  let of = (alias: string): string => `${alias}.${quoteIdentifier(organization.column)}`
  let from = found
  for (const [index, hop] of (organization.through ?? []).entries()) {
    const next = findTable(hop.table, `${place}.through.${index}.table`, all, problems)
    if (next === undefined) return undefined
    const key = requireColumn(next, hop.key, `${place}.through.${index}.key`, problems)
    found = requireColumn(next, hop.column, `${place}.through.${index}.column`, problems)
    checkHop(next, hop, `${place}.through.${index}`, problems)
    if (key === undefined || found === undefined) return undefined
    if (from !== undefined && comparisonKind(from.type) !== comparisonKind(key.type)) {
      problems.push(
        `${place}.through.${index}.key: ${hop.key} is ${key.type}, but the column that refers to it is ${from.type}`,
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
  if (!/^(uuid|text|character varying|character)$/.test(found.type)) {
    problems.push(
      `${place}: ${found.name} is ${found.type}, but an organization has a UUID; go through a table that has it, or set {"value": "<uuid>"} for a CRM of one organization`,
    )
  }
  const cast = found.type === 'uuid' ? '' : '::uuid'
  return {
    expression: `${expression}${cast}`,
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

/** Integers of all sizes can be compared with each other, and so can texts. */
const comparisonKind = (type: string): string =>
  /^(smallint|integer|bigint)$/.test(type)
    ? 'number'
    : /^(text|character varying)$/.test(type)
      ? 'text'
      : type

function checkHop(
  table: CrmTable,
  { key, column }: { key: string; column: string },
  place: string,
  problems: string[],
): void {
  const name = qualifiedName(table)
  if (![key, column].every((one) => findColumn(table, one)?.canSelect !== false)) {
    problems.push(
      `${place}: this role may not read ${name}: grant select (${quoteIdentifier(key)}, ${quoteIdentifier(column)}) on ${relationName(table)} to <role>, and usage on its schema`,
    )
  }
  if (table.isHidden) {
    problems.push(
      `${place}: row-level security hides the rows of ${name} from this role, so the organization cannot be read: create a policy for select to <role> using (true)`,
    )
  }
  if (!table.keys.some((columns) => columns.length === 1 && columns[0] === key)) {
    problems.push(
      `${place}.key: ${name}.${key} is not unique and not null; each row must have exactly one organization`,
    )
  }
}
