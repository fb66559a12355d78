import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn } from '../crm-tables.ts'
import type { Guessing } from './guessing.ts'
import { countValues } from './samples.ts'

/** More different values are no kinds of something. */
const MAX_VALUES = 25

/** The values that a column is known to have: of its type, its conditions, its default, and its rows. */
export function knownValues(
  table: CrmTable,
  name: string,
  { facts, sample }: Pick<Guessing, 'facts' | 'sample'>,
): string[] {
  const { allowed, default: initial } = facts(table, name)
  const seen = countValues(sample(table), name).map(({ value }) => value)
  const few = seen.length <= MAX_VALUES ? seen : []
  const labels = findColumn(table, name)?.labels ?? []
  return [...new Set([...labels, ...allowed, ...(initial === undefined ? [] : [initial]), ...few])]
}

/** Whether no other values can come. */
export const isClosedSet = (
  table: CrmTable,
  { name, labels }: CrmColumn,
  { facts }: Pick<Guessing, 'facts'>,
): boolean => labels !== null || facts(table, name).allowed.length > 0

/** `0=open, 1=resolved`, as it is answered. */
export function parsePairs(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()))
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => pair.length === 2 && pair[0] !== '' && pair[1] !== ''),
  )
}

/** How often each value is there, for a question. */
export const describeValues = (
  table: CrmTable,
  name: string,
  { sample }: Pick<Guessing, 'sample'>,
): string[] =>
  countValues(sample(table), name)
    .slice(0, 6)
    .map(({ value, count }) => `${name} = ${value} in ${count} ${count === 1 ? 'row' : 'rows'}`)
