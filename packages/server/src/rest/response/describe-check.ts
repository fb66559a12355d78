import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'

const LIST = /^\(*(\w+) = ANY \(ARRAY\[(.+?)\](?:::[\w ]+\[\])?\)\)*$/
const NOT_EMPTY = /^\(*(\w+) <> ''::text\)*$/
const LENGTH = /^\(*length\((\w+)\) <= (\d+)\)*$/
const PATTERN = /^\(*(\w+) ~ '((?:[^']|'')+)'::text\)*$/
const JSON_TYPE = /^\(*jsonb_typeof\((\w+)\) = '(\w+)'::text\)*$/
const AT_LEAST = /^\(*(\w+) >= (-?\d+)\)*$/
const BETWEEN = /^\(*(\w+) >= (-?\d+)\)* AND \(*(\w+) <= (-?\d+)\)*$/

/** Says in words what a check constraint demands of its column; undefined if there are no words for it. */
export function describeCheck(definition: string): Said | undefined {
  const list = LIST.exec(definition)?.[2]
  if (list !== undefined) return phrase('field.oneOf', { names: listLiterals(list).join(', ') })
  if (NOT_EMPTY.test(definition)) return phrase('field.empty')
  const length = LENGTH.exec(definition)?.[2]
  if (length !== undefined) return phrase('field.long', { count: Number(length) })
  const pattern = PATTERN.exec(definition)?.[2]
  if (pattern !== undefined) return phrase('row.match', { pattern: pattern.replaceAll("''", "'") })
  const type = JSON_TYPE.exec(definition)?.[2]
  if (type !== undefined) return phrase('row.jsonType', { type })
  const [, , from, , to] = BETWEEN.exec(definition) ?? []
  if (from !== undefined && to !== undefined) return phrase('row.range', { from, to })
  const least = AT_LEAST.exec(definition)?.[2]
  return least === undefined ? undefined : phrase('row.least', { least })
}

function listLiterals(list: string): string[] {
  return [...list.matchAll(/'((?:[^']|'')*)'|(-?\d+)/g)].map(([, text, number]) =>
    text === undefined ? number! : text.replaceAll("''", "'"),
  )
}
