import type { RecordName } from '../events/records.ts'

/** A column as the events name it; SQL over the alias of a row. */
export interface CapturedColumn {
  /** The value as `data` carries it. */
  value(alias: string): string
  /** What differs exactly when the value does; undefined: it never does. */
  comparable: ((alias: string) => string) | undefined
}

/** A table whose changes emit events, and how its columns are called in them. */
export interface CapturedTable {
  record: RecordName
  schema: string
  name: string
  /** By which a row that was updated is found again among the old ones. */
  key: readonly string[]
  /** SQL over `n`: the id of the organization, as uuid, and the joins that it takes. */
  organization: { expression: string; joins: string }
  /** In the order in which `data` has them, by the names that they have there. */
  columns: ReadonlyMap<string, CapturedColumn>
  /**
   * `row`: `data` is the whole row, columns included that are added later (the reference CRM). `columns`: exactly those above.
   */
  data: 'row' | 'columns'
  /** How the first time of a message's status is known: noted in a column by the database, or remembered beside the table. */
  firstTimes: 'noted' | 'remembered'
}

/** Types whose `=` sees every difference; any other is compared as text. */
const EXACT =
  /^(uuid|text|character varying|character|smallint|integer|bigint|numeric|real|double precision|boolean|date|jsonb|time(stamp)? with(out)? time zone)(\(.*?\))?(\[\])*$/

/** SQL for telling values of a type apart. */
export function toComparable(expression: string, type: string): string {
  return EXACT.test(type.replace(/\(\d+(,\d+)?\)/, '')) ? expression : `(${expression})::text`
}

export const functionName = (record: RecordName, operation: Operation): string =>
  `capture_${record}_${operation}s`

export type Operation = 'insert' | 'update'

export const triggerName = (operation: Operation): string => `webhooks_capture_${operation}s`
