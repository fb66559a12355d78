import { quoteLiteral } from '../../database/identifiers.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_COLUMNS } from '../../domain/event-types/records.ts'
import type { CapturedColumn } from '../captured-table.ts'
import type { CrmTable } from '../crm-tables.ts'
import type { RecordEntry, Source } from './map-schema.ts'
import { absentColumn, dataColumn, isTranslatable, mappedColumn, plainColumn } from './mapped-column.ts'
import type { SourceSql } from './read-source.ts'
import { readSource } from './read-source.ts'
import type { Resolving } from './resolving.ts'

export type Columns = Map<string, CapturedColumn>

/** Columns without which a table has no useful events. */
export const NEEDED_COLUMNS: Readonly<Record<RecordName, readonly string[]>> = {
  contact: ['id'],
  deal: ['id', 'stage'],
  conversation: ['id', 'status'],
  message: ['id', 'direction', 'status'],
  meeting: ['id', 'recording_status'],
}

/** Builds the fields of a record's events: those of the record, in their order, then the additional ones. */
export async function resolveRecordColumns(
  entry: RecordEntry,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): Promise<Columns> {
  const columns: Columns = new Map()
  const { problems } = resolving
  for (const [name, definition] of Object.entries(RECORD_COLUMNS[entry.record])) {
    columns.set(name, absentColumn(definition))
    const where = `${place}.columns.${name}`
    const parts = Object.entries(entry.columns).filter(([target]) => target.startsWith(`${name}.`))
    const given = entry.columns[name]
    if (given === undefined && parts.length === 0) {
      if (NEEDED_COLUMNS[entry.record].includes(name))
        problems.push(`${where}: is missing; the events of a ${entry.record} require it`)
      continue
    }
    const read = given === undefined ? undefined : await readSource(given, table, where, resolving)
    if (given !== undefined && read === undefined) continue
    const whole = read === undefined ? absentColumn(definition) : mappedColumn(definition, read)
    if (whole === undefined) {
      problems.push(`${where}: ${nameSource(given)} is ${read?.type}, which is not a ${definition.kind}`)
      continue
    }
    if (read !== undefined && hasTranslation(read) && !isTranslatable(definition.kind))
      problems.push(`${where}: values and default are for texts, and ${name} is a ${definition.kind}`)
    const nested = await resolveParts(parts, name, table, place, resolving)
    columns.set(name, nested === undefined ? whole : merge(whole, read, nested, where, problems))
  }
  await addFields(columns, listAlso(entry), { table, place: `${place}.also`, resolving, make: plainColumn })
  return columns
}

const hasTranslation = ({ values, default: other }: SourceSql): boolean =>
  values !== undefined || other !== undefined

const nameSource = (given: Source | undefined): string =>
  typeof given === 'string'
    ? given
    : given !== undefined && 'column' in given
      ? given.column
      : 'the expression'

const listAlso = ({ also = [] }: RecordEntry): Record<string, Source> =>
  Array.isArray(also) ? Object.fromEntries(also.map((name) => [name, name])) : also

/** Builds the fields of `data` of an event of the operator's own. */
export async function resolveData(
  data: Readonly<Record<string, Source>>,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): Promise<{ columns: Columns; types: Map<string, string> }> {
  const columns: Columns = new Map()
  const types = new Map<string, string>()
  await addFields(columns, data, { table, place: `${place}.data`, resolving, make: dataColumn, types })
  return { columns, types }
}

interface Fields {
  table: CrmTable
  place: string
  resolving: Resolving
  make(read: SourceSql): CapturedColumn
  /** Filled with the PostgreSQL type of each field. */
  types?: Map<string, string>
}

async function addFields(
  columns: Columns,
  fields: Readonly<Record<string, Source>>,
  { table, place, resolving, make, types }: Fields,
): Promise<void> {
  const heads = new Set(Object.keys(fields).map((target) => target.split('.')[0]!))
  for (const head of heads) {
    const where = `${place}.${head}`
    const given = fields[head]
    const parts = Object.entries(fields).filter(([target]) => target.startsWith(`${head}.`))
    if (columns.has(head)) {
      resolving.problems.push(`${where}: is a field of these events already; map it under columns`)
    } else if (given !== undefined && parts.length > 0) {
      resolving.problems.push(`${where}: is a field, and an object with fields of its own; choose one`)
    } else if (given !== undefined) {
      const read = await readSource(given, table, where, resolving)
      if (read === undefined) continue
      columns.set(head, make(read))
      types?.set(head, hasTranslation(read) ? 'text' : read.type)
    } else {
      const nested = await resolveParts(parts, head, table, place, resolving)
      if (nested === undefined) continue
      columns.set(head, objectColumn(nested))
      types?.set(head, 'jsonb')
    }
  }
}

/** An object of fields, and of objects of fields. */
interface Tree {
  [key: string]: Tree | CapturedColumn
}

const isColumn = (node: Tree | CapturedColumn): node is CapturedColumn => typeof node.value === 'function'

async function resolveParts(
  parts: readonly [string, Source][],
  head: string,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): Promise<Tree | undefined> {
  if (parts.length === 0) return undefined
  const tree: Tree = {}
  for (const [target, given] of parts) {
    const read = await readSource(given, table, `${place}.${target}`, resolving)
    if (read === undefined) continue
    const keys = target.slice(head.length + 1).split('.')
    let node = tree
    for (const key of keys.slice(0, -1)) {
      const next = (node[key] ??= {})
      if (isColumn(next)) resolving.problems.push(`${place}.${target}: ${key} is a field already`)
      else node = next
    }
    node[keys.at(-1)!] = dataColumn(read)
  }
  return tree
}

function treeSql(tree: Tree, alias: string): string {
  const entries = Object.entries(tree).map(
    ([key, node]) => `${quoteLiteral(key)}, ${isColumn(node) ? node.value(alias) : treeSql(node, alias)}`,
  )
  return `jsonb_build_object(${entries.join(', ')})`
}

const fromSql = (value: (alias: string) => string): CapturedColumn => ({
  source: undefined,
  value,
  comparable: (alias) => `(${value(alias)})`,
})

const objectColumn = (tree: Tree): CapturedColumn => fromSql((alias) => treeSql(tree, alias))

/** An object of the CRM with further keys. */
function merge(
  whole: CapturedColumn,
  read: SourceSql | undefined,
  tree: Tree,
  place: string,
  problems: string[],
): CapturedColumn {
  if (read?.type === 'json')
    problems.push(`${place}: is json, to which nothing can be added; use {"sql": "<column>::jsonb"}`)
  return fromSql((alias) => `(${whole.value(alias)} || ${treeSql(tree, alias)})`)
}
