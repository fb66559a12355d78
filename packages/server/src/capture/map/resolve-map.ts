import { eventNames } from '../../domain/event-types/event-types.ts'
import { OPERATIONAL_EVENTS } from '../../domain/event-types/operational-events.ts'
import type { Database } from '../../database/database.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import type { CapturedTable } from '../captured-table.ts'
import { relationName } from '../captured-table.ts'
import type { CrmTable } from '../crm-tables.ts'
import { qualifiedName, readCrmTables } from '../crm-tables.ts'
import { ruleOfEvent, rulesOf } from '../event-rules.ts'
import type { DescribeExpression } from './describe-expression.ts'
import { createDescriber } from './describe-expression.ts'
import type { MappedEventType } from './event-types-of-map.ts'
import { deletedEventType, ownEventType } from './event-types-of-map.ts'
import { findTable } from './find-names.ts'
import type { CrmMap, Entry, EventEntry, RecordEntry } from './map-schema.ts'
import { isRecordEntry } from './map-schema.ts'
import type { Columns } from './resolve-columns.ts'
import { resolveData, resolveRecordColumns } from './resolve-columns.ts'
import { resolveOrganization } from './resolve-organization.ts'
import type { Resolving } from './resolving.ts'
import { conditionOver } from './row-scope.ts'
import { listTenantSchemas } from './tenant-schemas.ts'
import type { TenantTable } from './tenant-table.ts'
import { resolveTenantTable } from './tenant-table.ts'

export interface MappedTable extends Omit<CapturedTable, 'id'> {
  entry: StoredEntry
}

/** An entry of the map with the schema of its tenant, as `webhooks_internal.captures.map` keeps it. */
export type StoredEntry = Entry & { schema?: string }

export interface ResolvedMap {
  tables: MappedTable[]
  /** The table of tenants, if the map names one. */
  tenants: TenantTable | undefined
  /** Schemas that are tenants. */
  schemas: string[]
  /** Event types that are not among the seventeen. */
  eventTypes: MappedEventType[]
  /** Each names the place in the map, the problem and the fix. */
  problems: string[]
  /** Harmless problems: something that may not work as expected. */
  warnings: string[]
}

/** The events that need a column. */
const EMITS: readonly [column: string, record: RecordName, event: string][] = [
  ['assigned_to', 'contact', 'contact.assigned'],
  ['assigned_to', 'deal', 'deal.assigned'],
  ['assigned_to', 'conversation', 'conversation.assigned'],
  ['broadcast_id', 'message', 'broadcast.response'],
]

/** Validates a map against the catalog: returns the tables to capture, and all problems. */
export async function resolveMap(
  map: CrmMap,
  all: readonly CrmTable[],
  describe: DescribeExpression,
): Promise<ResolvedMap> {
  const { organizations } = map
  const resolved: ResolvedMap = {
    tables: [],
    tenants: undefined,
    schemas: listTenantSchemas(organizations, all),
    eventTypes: [],
    problems: [],
    warnings: [],
  }
  const { problems, warnings } = resolved
  const resolving: Resolving = { all, organizations, schema: undefined, describe, problems, warnings }
  if (organizations !== undefined && 'table' in organizations)
    resolved.tenants = resolveTenantTable(organizations, resolving)
  if (organizations !== undefined && 'schemas' in organizations && resolved.schemas.length === 0)
    warnings.push(
      `organizations: no schema is called ${organizations.schemas} yet; new ones are found within a minute`,
    )
  const entries: [Entry, string][] = [
    ...map.records.map((entry, index): [Entry, string] => [entry, `records.${index}`]),
    ...map.events.map((entry, index): [Entry, string] => [entry, `events.${index}`]),
  ]
  for (const [entry, place] of entries) await resolveEntry(entry, place, resolving, resolved)
  // What holds for the tables of every tenant is said once.
  return { ...resolved, problems: [...new Set(problems)], warnings: [...new Set(warnings)] }
}

/** Validates a map against the tables that the database has now. */
export const resolveOnDatabase = async (database: Database, map: CrmMap): Promise<ResolvedMap> =>
  await resolveMap(map, await readCrmTables(database), createDescriber(database))

/** With a schema per tenant, the entry stands for the table of every tenant that has it. */
async function resolveEntry(
  entry: Entry,
  place: string,
  resolving: Resolving,
  resolved: ResolvedMap,
): Promise<void> {
  const { organizations, all } = resolving
  const isPerSchema = organizations !== undefined && 'schemas' in organizations
  if (!isPerSchema || entry.table.includes('.')) {
    const table = findTable(entry.table, `${place}.table`, resolving)
    if (table !== undefined) await resolveTable(entry, table, place, resolving, resolved)
    return
  }
  for (const schema of resolved.schemas) {
    const table = all.find((one) => one.schema === schema && one.name === entry.table)
    if (table === undefined) resolving.warnings.push(`${place}.table: there is no ${schema}.${entry.table}`)
    else await resolveTable(entry, table, place, { ...resolving, schema }, resolved)
  }
}

async function resolveTable(
  entry: Entry,
  table: CrmTable,
  place: string,
  resolving: Resolving,
  resolved: ResolvedMap,
): Promise<void> {
  const { problems } = resolving
  const before = problems.length
  checkTable(entry, table, place, resolving)
  const organization = await resolveOrganization(
    entry.organization,
    table,
    `${place}.organization`,
    resolving,
  )
  const where = await resolveWhere(entry, table, place, resolving)
  const described = isRecordEntry(entry)
    ? await resolveRecord(entry, table, place, resolving)
    : await resolveEvent(entry, table, place, resolving)
  if (problems.length > before || organization === undefined) return
  if (isRecordEntry(entry)) {
    described.columns.set('organization_id', {
      source: undefined,
      value: () => organization.expression,
      comparable: undefined,
    })
  }
  resolved.tables.push({
    subject: isRecordEntry(entry) ? entry.record : entry.type,
    record: isRecordEntry(entry) ? entry.record : undefined,
    rules: isRecordEntry(entry) ? rulesOf(entry.record, entry.deletes === true) : [ruleOfEvent(entry)],
    schema: table.schema,
    name: table.name,
    key: table.keys[0] ?? [],
    where,
    organization,
    columns: described.columns,
    data: 'columns',
    columnsEver: undefined,
    firstTimes: 'remembered',
    entry: resolving.schema === undefined ? entry : { ...entry, schema: resolving.schema },
  })
  for (const type of described.eventTypes)
    if (!resolved.eventTypes.some(({ name }) => name === type.name)) resolved.eventTypes.push(type)
}

interface DescribedEntry {
  columns: Columns
  eventTypes: MappedEventType[]
}

async function resolveRecord(
  entry: RecordEntry,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): Promise<DescribedEntry> {
  for (const [column, of, event] of EMITS) {
    if (of === entry.record && entry.columns[column] === undefined)
      resolving.warnings.push(`${place}: no column is mapped to ${column}, so ${event} is never emitted`)
  }
  return {
    columns: await resolveRecordColumns(entry, table, place, resolving),
    eventTypes: entry.deletes === true ? [deletedEventType(entry.record)] : [],
  }
}

async function resolveEvent(
  entry: EventEntry,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): Promise<DescribedEntry> {
  const { columns, types } = await resolveData(entry.data, table, place, resolving)
  if (eventNames.includes(entry.type) || OPERATIONAL_EVENTS.some((name) => name === entry.type))
    resolving.problems.push(
      `${place}.type: ${entry.type} is an event type of the program; choose another name`,
    )
  if (entry.when !== undefined) {
    const described = await resolving.describe(table, entry.when, 'change')
    if ('error' in described) resolving.problems.push(`${place}.when: ${described.error}`)
    else if (described.type !== 'boolean')
      resolving.problems.push(`${place}.when: is ${described.type}, not a condition`)
  }
  return { columns, eventTypes: [ownEventType(entry, types)] }
}

async function resolveWhere(
  { where }: Entry,
  table: CrmTable,
  place: string,
  { describe, problems }: Resolving,
): Promise<MappedTable['where']> {
  if (where === undefined) return undefined
  const described = await describe(table, where, 'row')
  if ('error' in described) problems.push(`${place}.where: ${described.error}`)
  else if (described.type !== 'boolean')
    problems.push(`${place}.where: is ${described.type}, not a condition`)
  return (alias) => conditionOver(where, alias, table.name)
}

const KINDS: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
}

function checkTable(entry: Entry, table: CrmTable, place: string, { problems, warnings }: Resolving): void {
  const name = qualifiedName(table)
  const kind = KINDS[table.kind]
  if (kind !== undefined) {
    problems.push(`${place}.table: ${name} is ${kind}; only tables can be captured`)
    return
  }
  if (table.isPartition) problems.push(`${place}.table: ${name} is a partition; name its parent table`)
  if (!table.canTrigger) {
    problems.push(
      `${place}.table: this role may not create triggers on ${name}: grant trigger on ${relationName(table)} to <role>, and usage on its schema`,
    )
  }
  const needsKey = isRecordEntry(entry) || entry.on.includes('update') || entry.where !== undefined
  if (table.keys.length === 0 && needsKey) {
    problems.push(`${place}.table: ${name} has no primary key, which is required to identify changed rows`)
  }
  if (table.isHidden || table.columns.some(({ canSelect }) => !canSelect)) {
    warnings.push(
      `${place}: this role may not read all of ${name}, so lost events cannot be recaptured: grant select on ${relationName(table)} to <role>${table.isHidden ? ', and create a policy for select to <role> using (true)' : ''}`,
    )
  }
  if (table.kind === 'p')
    warnings.push(`${place}: ${name} is partitioned; rows written directly to a partition emit no events`)
}
