import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import type { Source } from '../map/map-schema.ts'
import { isOneOf, nameSql } from './write-sql.ts'

/** How messages to customers are told from messages of theirs. */
export interface Direction {
  source: Source
  /** Holds for messages of customers. */
  inbound: string
  /** Holds for messages that are of either side. */
  where: readonly string[]
  columns: readonly string[]
  confidence: number
  reason: string
  /** A table beside that of messages with a row for each of them, which says the direction. */
  beside?: { table: CrmTable; column: string }
}

export type Side = 'inbound' | 'outbound'

/** A direction for each value of a column. */
export function directionByValue(
  column: CrmColumn,
  sides: Readonly<Record<string, Side>>,
  rest: { hasOthers: boolean; confidence: number; reason: string },
): Direction {
  const values = Object.keys(sides)
  const inbound = values.filter((value) => sides[value] === 'inbound')
  const isPlain = values.every((value) => sides[value] === value)
  return {
    source: isPlain ? column.name : { column: column.name, values: { ...sides } },
    inbound: inbound.length === 0 ? 'false' : isOneOf(column, inbound),
    where: rest.hasOthers ? [isOneOf(column, values)] : [],
    columns: [column.name],
    confidence: rest.confidence,
    reason: rest.reason,
  }
}

export function directionByCondition(
  inbound: string,
  columns: readonly string[],
  rest: { confidence: number; reason: string; where?: readonly string[] },
): Direction {
  return {
    source: { sql: `case when ${inbound} then 'inbound' else 'outbound' end` },
    inbound,
    where: rest.where ?? [],
    columns,
    confidence: rest.confidence,
    reason: rest.reason,
  }
}

export const isSet = (column: string): string => `${nameSql(column)} is not null`
