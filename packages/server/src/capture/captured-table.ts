import { quoteIdentifier } from '../database/identifiers.ts'
import type { RecordName } from '../domain/event-types/records.ts'

/** A column as the events name it; SQL over the alias of a row. */
export interface CapturedColumn {
  /** The table's column that it is read from; undefined: the value is the same in all rows. */
  source: string | undefined
  /** The value as `data` carries it. */
  value(alias: string): string
  /** What differs exactly when the value does; undefined: it never does. */
  comparable: ((alias: string) => string) | undefined
}

/** SQL over `n` and `o`: whether the value differs; undefined: it never does. */
export function changeOf({ comparable }: CapturedColumn): string | undefined {
  return comparable && `${comparable('n')} is distinct from ${comparable('o')}`
}

/** A table whose changes emit events, and how its columns are called in them. */
export interface CapturedTable {
  record: RecordName
  schema: string
  name: string
  /** By which a row that was updated is found again among the old ones. */
  key: readonly string[]
  organization: CapturedOrganization
  /** In the order in which `data` has them, by the names that they have there. */
  columns: ReadonlyMap<string, CapturedColumn>
  /**
   * `row`: `data` is the whole row, columns included that are added later (the reference CRM). `columns`: exactly those above.
   */
  data: 'row' | 'columns'
  /** How many columns the table has had, dropped ones included: one more says that some was added. Undefined: it does not matter. */
  columnsEver: number | undefined
  /** How the first time of a message's status is known: noted in a column by the database, or remembered beside the table. */
  firstTimes: 'noted' | 'remembered'
}

/** The way from a row to the id of its organization. */
export interface CapturedOrganization {
  /** SQL over the row `n`: the id as uuid, and the joins that it takes. */
  expression: string
  joins: string
  /** SQL over `n` and `o`: whether a changed row had another one before; undefined: all rows have the same. */
  isMoved: string | undefined
  /** The column that the way begins at. */
  source: string | undefined
}

/** Types whose `=` sees every difference; any other is compared as text. */
export const EXACT_TYPES =
  '^(uuid|smallint|integer|bigint|numeric|real|double precision|boolean|date|jsonb|time(stamp)? with(out)? time zone)(\\[\\])*$'
/** As are these, once the collation is taken out of it: some say that "a" is "A". */
export const TEXT_TYPES = '^(text|character varying|character)(\\[\\])*$'

const EXACT = new RegExp(EXACT_TYPES)
const TEXT = new RegExp(TEXT_TYPES)

/** SQL for telling values of a type apart. */
export function toComparable(expression: string, type: string): string {
  const plain = type.replace(/\(\d+(,-?\d+)?\)/, '')
  if (TEXT.test(plain)) return `${expression} collate "C"`
  return EXACT.test(plain) ? expression : `(${expression})::text collate "C"`
}

export const functionName = (record: RecordName, operation: Operation): string =>
  `capture_${record}_${operation}s`

export type Operation = 'insert' | 'update'

export const triggerName = (operation: Operation): string => `webhooks_capture_${operation}s`

export const relationOf = ({ schema, name }: Pick<CapturedTable, 'schema' | 'name'>): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

/** SQL of a row's key as text, by which a fault names it. */
export function keyTextOf({ key }: CapturedTable, alias: string): string {
  const parts = key.map((name) => `${alias}.${quoteIdentifier(name)}::text`)
  return `left(${parts.length === 1 ? parts[0]! : `json_build_array(${parts.join(', ')})::text`}, 1000)`
}

/** PL/pgSQL conditions. What the user's transaction has to be told, or repeated for, is not ours to hide. */
export const RAISED = 'transaction_rollback or disk_full or out_of_memory or too_many_connections'
