import { verbatim } from '../../domain/messages/phrase.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError, RestError } from '../../domain/errors.ts'
import type { JsonObject } from '../request/json.ts'
import type { Condition, Filter } from '../request/query-tree.ts'
import { readRows } from '../request/read-rows.ts'
import type { TableRequest } from '../request/table-request.ts'
import type { Relation } from '../schema-cache/schema.ts'
import { prepareInsert } from './insert-rows.ts'
import type { Written } from './run-write.ts'

/**
 * Inserts or changes the one row that the filter names by its whole primary key, and the body too.
 * @param allow the methods to use instead, if the filter names no row
 */
export function preparePut(
  request: TableRequest,
  allow: string,
): (connection: Connection) => Promise<Written> {
  const { query, preferences, body, scope } = request
  const { limit, offset, conditions } = query.root
  const key = readKey(conditions, scope.relation)
  if (key === undefined) throw refuseFilter(allow)
  if (limit !== null || offset !== null) {
    throw new ApiError(
      400,
      'PGRST114',
      verbatim('limit/offset querystring parameters are not allowed for PUT'),
    )
  }
  const { rows } = readRows(body, scope.relation)
  const [row, ...others] = rows
  const isLeftOut = query.columns !== null && [...key.keys()].some((name) => !query.columns!.includes(name))
  if (isLeftOut || row === undefined || others.length > 0 || !hasKey(row, key, scope.relation)) {
    throw new ApiError(
      400,
      'PGRST115',
      verbatim('Payload values do not match URL in primary key column(s)'),
      {
        hint: verbatim('The body is one row, with the primary key that the filter has.'),
      },
    )
  }
  return prepareInsert({
    ...request,
    query: { ...query, onConflict: null },
    preferences: { ...preferences, resolution: 'merge-duplicates' },
  })
}

/** Reads the value of each column of the key; undefined if the filter is anything else. */
function readKey(
  conditions: readonly Condition[],
  { primaryKey }: Relation,
): ReadonlyMap<string, string> | undefined {
  const key = new Map(
    conditions.flatMap((condition) => {
      const value = condition.kind === 'filter' ? readEquality(condition) : undefined
      return value === undefined ? [] : [[value.name, value.value] as const]
    }),
  )
  const isWhole = primaryKey.length > 0 && primaryKey.every((name) => key.has(name))
  return isWhole && conditions.length === primaryKey.length ? key : undefined
}

function readEquality({ field, negated, operation }: Filter): { name: string; value: string } | undefined {
  if (negated || field.path.length > 0 || operation.kind !== 'compare') return undefined
  if (operation.operator !== 'eq' || operation.quantifier !== null) return undefined
  return { name: field.name, value: operation.value }
}

const refuseFilter = (allow: string): RestError =>
  new RestError(
    405,
    'PGRST105',
    verbatim("Filters must include all and only primary key columns with 'eq' operators"),
    { headers: { allow } },
  )

function hasKey(row: JsonObject, key: ReadonlyMap<string, string>, { columns }: Relation): boolean {
  return [...key].every(([name, wanted]) => {
    const given = row[name]
    if (given === undefined || given === null || typeof given === 'object') return false
    const isUuid = columns.get(name)?.baseType === 'uuid'
    return isUuid ? String(given).toLowerCase() === wanted.toLowerCase() : String(given) === wanted
  })
}
