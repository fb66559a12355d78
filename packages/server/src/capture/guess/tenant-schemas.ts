import type { CrmTable } from '../crm-tables.ts'
import { groupBy } from '../../domain/group-by.ts'

/** Schemas that belong to a platform, not to the CRM. */
const PLATFORM =
  /^(auth|storage|realtime|vault|graphql|graphql_public|extensions|net|cron|pgbouncer|supabase_.*|hdb_.*|_.*)$/
/** Of a schema that is the only one of its kind so far. */
const TENANT_PREFIX = /^(workspace|tenant)$/
/** Fewer tables in common could be chance. */
const MIN_TABLES = 3

export interface SchemaPerTenant {
  /** As `organizations.schemas` of the map has it. */
  pattern: string
  schemas: readonly string[]
  isCertain: boolean
}

/** Tables that could be mapped: no views, no partitions, nothing of a platform. */
export const listOwnTables = (all: readonly CrmTable[]): CrmTable[] =>
  all.filter(({ schema, kind, isPartition }) => !PLATFORM.test(schema) && 'rp'.includes(kind) && !isPartition)

/** Finds schemas of a common prefix with the same tables. */
export function findSchemaPerTenant(tables: readonly CrmTable[]): SchemaPerTenant | undefined {
  const schemas = groupBy(tables, ({ schema }) => schema)
  const groups = groupBy([...schemas.keys()], prefixOf)
  for (const [prefix, members] of groups) {
    if (prefix === undefined) continue
    const named = members.map((schema) => new Set(schemas.get(schema)!.map(({ name }) => name)))
    const common = named.reduce((one, other) => new Set([...one].filter((name) => other.has(name))))
    const isAlike = named.every((names) => common.size >= MIN_TABLES && common.size >= names.size / 2)
    const isNamedSo = TENANT_PREFIX.test(prefix.replace(/[_-]$/, ''))
    if (isAlike && (members.length > 1 || isNamedSo))
      return { pattern: `${prefix}*`, schemas: members, isCertain: members.length > 1 }
  }
  return undefined
}

/** `workspace_` of `workspace_1wgvd1`, `tenant` of `tenant42`; undefined: no schema of many. */
function prefixOf(schema: string): string | undefined {
  const [, prefix] =
    /^(\p{L}[\p{L}\p{N}]*[_-])[\p{L}\p{N}_-]+$/u.exec(schema) ?? /^(\p{L}{3,}?)\d+$/u.exec(schema) ?? []
  return prefix
}
