import { quoteIdentifier } from '../database/identifiers.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import { RECORD_NAMES } from '../domain/event-types/records.ts'
import type { EventRule } from './event-rules.ts'

/** A field of events; its SQL refers to the alias of a row. */
export interface CapturedColumn {
  /** The table's column that it is read from; undefined: a constant, or more than a column. */
  source: string | undefined
  /** SQL of the value in `data`. */
  value(alias: string): string
  /** SQL that differs exactly when the value does; undefined: it never changes. */
  comparable: ((alias: string) => string) | undefined
  /** SQL over `n` and `o` that is true if the value may have changed, and cheaper to know than the value. */
  mayChange?: string
}

/** Returns SQL over `n` and `o` that tests if the value changed; undefined: it never changes. */
export function changeSql({ comparable, mayChange }: CapturedColumn): string | undefined {
  if (comparable === undefined) return undefined
  const isOther = `${comparable('n')} is distinct from ${comparable('o')}`
  return mayChange === undefined ? isOther : `(${mayChange} and ${isOther})`
}

/** A table whose changes emit events, and the names of its columns in them. */
export interface CapturedTable {
  /** Names this capture among all; part of the names of its functions and triggers. */
  id: string
  /** What the rows are: a record, or the type of the only event that they emit. */
  subject: string
  /** Undefined: an event of the operator's own. */
  record: RecordName | undefined
  rules: readonly EventRule[]
  schema: string
  name: string
  /** Pairs an updated row with its old version. */
  key: readonly string[]
  /** SQL of the condition that a row has to meet, over an alias; undefined: every row counts. */
  where: ((alias: string) => string) | undefined
  organization: CapturedOrganization
  /** By their names in `data`, in the order of `data`. */
  columns: ReadonlyMap<string, CapturedColumn>
  /**
   * `row`: `data` is the whole row, including columns added later (the reference CRM). `columns`: exactly the columns
   * above.
   */
  data: 'row' | 'columns'
  /**
   * Number of columns the table has ever had, including dropped ones: it grows when a column is added. Undefined: not
   * checked.
   */
  columnsEver: number | undefined
  /**
   * How the first occurrence of a message's status is recognized: by a column that the database keeps, or by a separate
   * table.
   */
  firstTimes: 'noted' | 'remembered'
}

/** The lookup of the organization id for a row. */
export interface CapturedOrganization {
  /** SQL over the row `n`: the id as uuid, and the joins it needs. */
  expression: string
  joins: string
  /** SQL over `n` and `o`: tests if the row moved to another organization; undefined: all rows have the same one. */
  isMoved: string | undefined
  /** The column that the lookup starts from. */
  source: string | undefined
}

/** Types whose `=` detects every difference; other types are compared as text. */
export const EXACT_TYPES =
  '^(uuid|smallint|integer|bigint|numeric|real|double precision|boolean|date|jsonb|time(stamp)? with(out)? time zone)(\\[\\])*$'
/** Also exact, once a deterministic collation is applied: some collations treat "a" and "A" as equal. */
export const TEXT_TYPES = '^(text|character varying|character)(\\[\\])*$'

const EXACT = new RegExp(EXACT_TYPES)
const TEXT = new RegExp(TEXT_TYPES)

/** Returns SQL whose equality detects every difference between two values of the type. */
export function toComparable(expression: string, type: string): string {
  const plain = type.replace(/\(\d+(,-?\d+)?\)/, '')
  if (TEXT.test(plain)) return `${expression} collate "C"`
  return EXACT.test(plain) ? expression : `(${expression})::text collate "C"`
}

export const OPERATIONS = ['insert', 'update', 'delete'] as const
export type Operation = (typeof OPERATIONS)[number]

/** The start of the names of a capture's functions. */
export const functionPrefix = (id: string): string => `capture_${id}_`

export const functionName = (id: string, operation: Operation): string => `${functionPrefix(id)}${operation}s`

/** A capture that is named like a record is its table's only one. */
export const triggerName = (id: string, operation: Operation): string =>
  RECORD_NAMES.some((record) => record === id)
    ? `webhooks_capture_${operation}s`
    : `webhooks_capture_${id}_${operation}s`

export const relationName = ({ schema, name }: Pick<CapturedTable, 'schema' | 'name'>): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

export interface TriggerSql {
  name: string
  function: string
  sql: string
}

/** Writes the statement-level trigger of a capture, which calls the capture's function of that operation. */
export function writeTrigger(
  table: Pick<CapturedTable, 'id' | 'schema' | 'name'>,
  operation: Operation,
  transitionTables: string,
): TriggerSql {
  const [name, called] = [triggerName(table.id, operation), functionName(table.id, operation)]
  return {
    name,
    function: called,
    sql:
      `create or replace trigger ${name}\n  after ${operation} on ${relationName(table)}\n` +
      `  referencing ${transitionTables}\n  for each statement\n` +
      `  execute function webhooks_internal.${called}();`,
  }
}

/** Returns SQL of a row's key as text, which identifies the row in a fault. */
export function keyTextSql({ key }: CapturedTable, alias: string): string {
  const parts = key.map((name) => `${alias}.${quoteIdentifier(name)}::text`)
  if (parts.length === 0) return 'null::text'
  return `left(${parts.length === 1 ? parts[0]! : `json_build_array(${parts.join(', ')})::text`}, 1000)`
}

/** PL/pgSQL conditions that the user's transaction must see, to report them or to retry. */
export const RAISED = 'transaction_rollback or disk_full or out_of_memory or too_many_connections'
