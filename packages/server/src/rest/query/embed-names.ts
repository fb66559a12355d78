import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Condition, Embed, QueryTree, Scoped, SelectItem } from '../request/query-tree.ts'

/** Returns the name by which other parameters refer to an embedded resource. */
export function embedName({ alias, relation }: Embed): string {
  return alias ?? relation
}

/** Tests if a condition, or a part of it, tests the existence of an embedded resource: `rel=not.is.null`. */
export function testsEmbed(condition: Condition, name: string): boolean {
  if (condition.kind === 'logic') return condition.conditions.some((branch) => testsEmbed(branch, name))
  const { field, operation } = condition
  return field.name === name && field.path.length === 0 && operation.kind === 'is'
}

/**
 * Finds the embedded resource of each filter, order and limit. With an alias, it goes by its table's name as well.
 * @throws ApiError if it is not embedded
 */
export function resolveEmbedded(query: QueryTree): QueryTree {
  const byPath = new Map<string, Scoped>()
  for (const scoped of query.embedded) {
    const path = resolvePath(query.select, scoped.path)
    const key = JSON.stringify(path)
    const before = byPath.get(key)
    byPath.set(key, before === undefined ? { ...scoped, path } : merge(before, scoped))
  }
  return { ...query, embedded: [...byPath.values()] }
}

function resolvePath(select: readonly SelectItem[], path: readonly string[]): string[] {
  let items = select
  return path.map((name) => {
    const found = findEmbed(items, name)
    if (found === undefined) throw refuseUnembedded(name)
    items = found.select
    return embedName(found)
  })
}

/** The same resource under both of its names. */
function merge(one: Scoped, other: Scoped): Scoped {
  return {
    path: one.path,
    conditions: [...one.conditions, ...other.conditions],
    order: other.order.length > 0 ? other.order : one.order,
    limit: other.limit ?? one.limit,
    offset: other.offset ?? one.offset,
  }
}

function findEmbed(items: readonly SelectItem[], name: string): Embed | undefined {
  const embeds = items.filter((item): item is Embed => item.kind === 'embed')
  return embeds.find((embed) => embedName(embed) === name) ?? embeds.find(({ relation }) => relation === name)
}

export function refuseUnembedded(name: string): ApiError {
  return new ApiError(400, 'PGRST108', verbatim(`'${name}' is not an embedded resource in this request`), {
    hint: verbatim(`Verify that '${name}' is included in the 'select' query parameter.`),
  })
}
