import { quoteIdentifier, quoteLiteral } from '../database/identifiers.ts'
import { writeFallback } from './capture-fallback.ts'
import type { CapturedTable, Operation, TriggerSql } from './captured-table.ts'
import { OPERATIONS, RAISED, changeSql, functionName, relationName, writeTrigger } from './captured-table.ts'
import type { EventRule } from './event-rules.ts'
import { columnsData, indent, insertChanged, insertWhole, writtenRow } from './event-select.ts'

/** The functions of a capture, which can be replaced without locking the table, and its triggers. */
export interface CaptureSql {
  functions: readonly string[]
  triggers: readonly TriggerSql[]
}

const TRANSITION_TABLES: Readonly<Record<Operation, string>> = {
  insert: 'new table as new_rows',
  update: 'old table as old_rows new table as new_rows',
  delete: 'old table as old_rows',
}

/** Whether a statement of this kind can emit the event: with a condition, an update inserts and deletes, too. */
function isUsed(operation: Operation, rule: EventRule, { where }: CapturedTable): boolean {
  const { onInsert, onUpdate, onDelete } = rule
  if (operation === 'insert') return onInsert !== undefined
  if (operation === 'delete') return onDelete !== undefined
  if (onUpdate !== undefined) return true
  if (where === undefined) return false
  return onInsert !== undefined || onDelete !== undefined
}

/**
 * Writes the capture of a table. Triggers are statement-level with transition tables: an import of 10,000 rows costs
 * one call. They run inside the user's transaction, so events roll back with it and a commit cannot lose them.
 */
export function writeCapture(table: CapturedTable): CaptureSql {
  const used = OPERATIONS.filter((operation) => table.rules.some((rule) => isUsed(operation, rule, table)))
  return {
    functions: used.map((operation) => writeFunction(table, operation)),
    triggers: used.map((operation) => writeTrigger(table, operation, TRANSITION_TABLES[operation])),
  }
}

/**
 * Settings of the user's session must not change events: fixes every setting that affects the text of a value, a
 * literal or the visibility of rows. `enable_nestloop`: the plan is cached for the session, and one made for a single
 * row must not join ten thousand rows by nested loops. `jit`: off, so that no plan is considered expensive enough to be
 * compiled. `lock_timeout`: limits how long the CRM's statement waits for locks on our tables.
 */
export const SETTINGS: readonly string[] = [
  `search_path = pg_catalog`,
  `timezone = 'UTC'`,
  `datestyle = 'ISO, MDY'`,
  `intervalstyle = 'postgres'`,
  `extra_float_digits = 1`,
  `bytea_output = 'hex'`,
  `lc_monetary = 'C'`,
  `quote_all_identifiers = off`,
  `standard_conforming_strings = on`,
  `transform_null_equals = off`,
  `row_security = on`,
  `lock_timeout = '1s'`,
  `enable_nestloop = off`,
  `jit = off`,
]

/**
 * Writes a function with two ways to emit events. The first is a single statement for all rows, written for the columns
 * known at installation. If it fails for any reason, the second uses the current columns and isolates single rows
 * (capture-fallback.ts).
 *
 * Names cannot clash with column names: columns are always qualified by the alias of their row, whole rows are
 * `alias.*`, and PL/pgSQL variables are qualified by the name of their block.
 */
function writeFunction(table: CapturedTable, operation: Operation): string {
  const name = functionName(table.id, operation)
  return `create or replace function webhooks_internal.${name}() returns trigger
language plpgsql security definer
${SETTINGS.map((setting) => `set ${setting}`).join('\n')}
as $capture$
#variable_conflict use_column
begin
${indent(writeIdentityCheck(table))}
${indent(writeDirect(table, operation))}
  return null;
exception
  when ${RAISED} then
    raise;
  when others or assert_failure then
${indent(indent(writeFallback(table, operation)))}
    return null;
end
$capture$;
revoke execute on function webhooks_internal.${name} from public;`
}

/** A table that was replaced by another stops emitting; a renamed table continues. */
function writeIdentityCheck(table: CapturedTable): string {
  const relation = quoteLiteral(relationName(table))
  return `if (tg_table_schema <> ${quoteLiteral(table.schema)} or tg_table_name <> ${quoteLiteral(table.name)})
  and to_regclass(${relation}) <> tg_relid::regclass then
  return null;
end if;`
}

function writeDirect(table: CapturedTable, operation: Operation): string {
  const row = writtenRow(table, operation)
  const data = dataSql(table)
  if (operation !== 'update') {
    const from = operation === 'insert' ? 'new_rows as n' : 'old_rows as n'
    return `${insertWhole(table, { from, data, row }, operation)};`
  }
  const [first = 'id'] = table.key
  const same = table.key.map((name) => `o.${quoteIdentifier(name)} = n.${quoteIdentifier(name)}`)
  const statement = insertChanged(table, {
    from: `new_rows as n\nleft join old_rows as o on ${same.join(' and ')}`,
    where: `(o.${quoteIdentifier(first)} is not null or webhooks_internal.row_is_unpaired())`,
    data,
    oldData: dataSql(table, 'o'),
    row,
    ...(hasPrevious(table) ? { previous: 'change.previous', change: writePrevious(table) } : {}),
  })
  return `${writeColumnsCheck(table)}${statement};`
}

/** `data` is the whole row, so an added column changes it. */
function writeColumnsCheck({ columnsEver }: CapturedTable): string {
  if (columnsEver === undefined) return ''
  return `if (select c.relnatts from pg_class c where c.oid = tg_relid) <> ${columnsEver} then
  raise exception 'the table has other columns than when this was written';
end if;
`
}

const hasPrevious = ({ rules }: CapturedTable): boolean => rules.some((rule) => rule.hasPrevious)

export function dataSql({ data, columns }: CapturedTable, alias = 'n'): string {
  if (data === 'row') return `row_to_json(${alias}.*)`
  return columnsData(Array.from(columns, ([name, column]) => [name, column.value(alias)]))
}

/** `change.previous`: the old values of the changed columns, as JSON text. Unchanged columns are not converted. */
function writePrevious({ columns }: CapturedTable): string {
  const parts = [...columns].flatMap(([name, column]) => {
    const change = changeSql(column)
    if (change === undefined || name === 'updated_at') return []
    const key = quoteLiteral(`,${JSON.stringify(name)}:`)
    return `case when ${change} then ${key} || coalesce(to_json(${column.value('o')})::text, 'null') end`
  })
  return `cross join lateral (select '{' || substr(array_to_string(array[\n  ${parts.join(',\n  ')}\n]::text[], ''), 2) || '}' as previous) as change`
}
