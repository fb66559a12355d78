import { ApiError } from '../../domain/errors.ts'
import type { Condition, Embed, QueryTree, SelectItem } from '../request/query-tree.ts'

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

/** Refuses filters, orders and limits of resources that are not embedded. */
export function requireEmbedded({ select, embedded }: QueryTree): void {
  for (const { path } of embedded) {
    let items = select
    for (const name of path) {
      const found = findEmbed(items, name)
      if (found === undefined) throw refuseUnembedded(name)
      items = found.select
    }
  }
}

function findEmbed(items: readonly SelectItem[], name: string): Embed | undefined {
  return items.find((item): item is Embed => item.kind === 'embed' && embedName(item) === name)
}

export function refuseUnembedded(name: string): ApiError {
  return new ApiError(400, 'PGRST108', `'${name}' is not an embedded resource in this request`, {
    hint: `Verify that '${name}' is included in the 'select' query parameter.`,
  })
}
