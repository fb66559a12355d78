import type { EventType, JsonObject } from './types.ts'

/**
 * The example with its columns in the order of the events themselves: the database orders the keys of a `jsonb` by length, but keeps
 * the order of a list.
 */
export function orderExample({ example, schema }: Pick<EventType, 'example' | 'schema'>): JsonObject {
  const required = (schema as { required?: unknown } | null)?.required
  const columns = Array.isArray(required)
    ? required.filter((name): name is string => typeof name === 'string')
    : []
  const known = columns.filter((name) => Object.hasOwn(example, name))
  return Object.fromEntries(
    [...new Set([...known, ...Object.keys(example)])].map((name) => [name, example[name]]),
  )
}
