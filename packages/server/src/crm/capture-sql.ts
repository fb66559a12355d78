import { quoteIdentifier, quoteLiteral } from '../db/identifiers.ts'
import type { CapturedTable, Operation } from './captured-table.ts'
import { functionName, triggerName } from './captured-table.ts'
import type { EventRule, RowSql } from './event-rules.ts'
import { RULES } from './event-rules.ts'

/** What captures a table: its functions, which no lock on the table is needed for, and the triggers. */
export interface CaptureSql {
  functions: readonly string[]
  triggers: readonly { name: string; function: string; sql: string }[]
}

export const relationOf = ({ schema, name }: Pick<CapturedTable, 'schema' | 'name'>): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

const OPERATIONS: Readonly<Record<Operation, { uses(rule: EventRule): boolean; tables: string }>> = {
  insert: { uses: ({ onInsert }) => onInsert !== undefined, tables: 'new table as new_rows' },
  update: {
    uses: ({ onUpdate }) => onUpdate !== undefined,
    tables: 'old table as old_rows new table as new_rows',
  },
}

/**
 * Writes what captures a table. Statement-level with transition tables: an import of 10,000 rows costs one call. Inside the
 * user's transaction, so a rollback takes the events with it and a commit cannot lose them.
 */
export function writeCapture(table: CapturedTable): CaptureSql {
  const used = (['insert', 'update'] as const).filter((operation) =>
    RULES[table.record].some(OPERATIONS[operation].uses),
  )
  return {
    functions: used.map((operation) => writeFunction(table, operation)),
    triggers: used.map((operation) => ({
      name: triggerName(operation),
      function: functionName(table.record, operation),
      sql:
        `create or replace trigger ${triggerName(operation)}\n  after ${operation} on ${relationOf(table)}\n` +
        `  referencing ${OPERATIONS[operation].tables}\n  for each statement\n` +
        `  execute function webhooks_internal.${functionName(table.record, operation)}();`,
    })),
  }
}

/**
 * `enable_nestloop`: the plan is kept for the session, and one made for a single row must not pair ten thousand with each
 * other one by one. `jit`: with it off no plan looks expensive enough to be compiled.
 */
function writeFunction(table: CapturedTable, operation: Operation): string {
  const body = operation === 'insert' ? writeInsert(table) : writeUpdate(table)
  return `create or replace function webhooks_internal.${functionName(table.record, operation)}() returns trigger
language plpgsql security definer
set search_path = pg_catalog
set timezone = 'UTC'
set enable_nestloop = off
set jit = off
as $capture$
begin
${indent(body)}
  return null;
exception
  -- What the user's transaction has to be told, or repeated for, is none of ours to hide.
  when transaction_rollback then
    raise;
  when others then
    perform webhooks_internal.record_capture_fault(
      format('%I.%I', tg_table_schema, tg_table_name), tg_op, sqlstate, sqlerrm, (select count(*) from new_rows),
      array(select coalesce(to_jsonb(n) ->> ${quoteLiteral(table.key[0] ?? 'id')}, '') from new_rows n limit 100));
    return null;
end
$capture$;
revoke execute on function webhooks_internal.${functionName(table.record, operation)} from public;`
}

function writeInsert(table: CapturedTable): string {
  const row = staticRow(table)
  const values = RULES[table.record].flatMap(({ event, onInsert, insertPrevious }) =>
    onInsert === undefined
      ? []
      : [
          `(${quoteLiteral(event)}, ${onInsert(row)}, ${insertPrevious === undefined ? 'null::json' : `${quoteLiteral(insertPrevious)}::json`})`,
        ],
  )
  return writeEvents(table, {
    from: 'new_rows n',
    happened: `(values\n  ${values.join(',\n  ')}\n) as happened (event, is_so, previous)`,
    previous: 'happened.previous',
  })
}

function writeUpdate(table: CapturedTable): string {
  const known = writeChanges(table, staticRow(table), staticPrevious(table))
  if (table.data === 'columns' || !hasPrevious(table)) return known
  const columns = [...table.columns.keys()].map((name) => quoteLiteral(name)).join(', ')
  return `if array(
  select attname::text from pg_catalog.pg_attribute where attrelid = tg_relid and attnum > 0 and not attisdropped order by attnum
) = array[${columns}] then
${indent(known)}
else
  -- The table has been altered since this was written: slower, and right.
${indent(writeChanges(table, anyRow(table), ANY_PREVIOUS))}
end if;`
}

const hasPrevious = ({ record }: CapturedTable): boolean => RULES[record].some((rule) => rule.hasPrevious)

function writeChanges(table: CapturedTable, row: RowSql, previous: string): string {
  const values = RULES[table.record].flatMap(({ event, onUpdate }) =>
    onUpdate === undefined ? [] : [`(${quoteLiteral(event)}, ${onUpdate(row)})`],
  )
  const same = table.key.map((name) => `o.${quoteIdentifier(name)} = n.${quoteIdentifier(name)}`)
  const changes = hasPrevious(table) ? `\n${previous}` : ''
  return writeEvents(table, {
    from: `new_rows n\njoin old_rows o on ${same.join(' and ')}${changes}`,
    happened: `(values\n  ${values.join(',\n  ')}\n) as happened (event, is_so)`,
    previous: hasPrevious(table) ? 'change.previous::json' : 'null',
  })
}

interface Events {
  from: string
  happened: string
  previous: string
}

function writeEvents(table: CapturedTable, { from, happened, previous }: Events): string {
  const { expression, joins } = table.organization
  const source = `from ${from}${joins === '' ? '' : `\n${joins}`}\ncross join lateral ${happened}\nwhere happened.is_so and ${expression} is not null`
  const target = 'insert into webhooks.webhook_events (organization_id, event, data, previous, source)'
  if (table.record !== 'message' || table.firstTimes === 'noted') {
    return `${target}\nselect ${expression}, happened.event, ${dataOf(table)}, ${previous}, 'crm'\n${source};`
  }
  const id = table.columns.get('id')?.value('n') ?? ''
  return `with found as materialized (
  select ${expression} as organization_id, happened.event, ${dataOf(table)} as data, ${id} as record_id
${indent(source)}
),
-- Each status of a message once, wherever it went in between.
first as (
  insert into webhooks_internal.reached_statuses (organization_id, record_id, event)
  select organization_id, record_id, event from found where event not in ('message.received', 'broadcast.response')
  on conflict do nothing
  returning organization_id, record_id, event
)
${target}
select organization_id, event, data, null, 'crm'
from found
where event in ('message.received', 'broadcast.response') or (organization_id, record_id, event) in (select organization_id, record_id, event from first);`
}

function dataOf({ data, columns }: CapturedTable): string {
  if (data === 'row') return 'row_to_json(n)'
  const list = Array.from(columns, ([name, column]) => `${column.value('n')} as ${quoteIdentifier(name)}`)
  return `(\n  select row_to_json(r) from (select\n    ${list.join(',\n    ')}\n  ) as r\n)`
}

/** Conditions over the columns that the table has now. */
function staticRow({ columns, firstTimes }: CapturedTable): RowSql {
  const columnOf = (name: string) => {
    const column = columns.get(name)
    if (column === undefined) throw new Error(`${name} is not captured`)
    return column
  }
  const isChanged = (name: string): string => {
    const { comparable } = columnOf(name)
    return comparable === undefined ? 'false' : `${comparable('n')} is distinct from ${comparable('o')}`
  }
  return {
    value: (name) => columnOf(name).value('n'),
    has: (name) => columns.has(name),
    isChanged,
    isAnyChangedBut: (apart) =>
      [...columns.keys()]
        .filter((name) => !apart.includes(name) && name !== 'updated_at')
        .map(isChanged)
        .filter((condition) => condition !== 'false')
        .join('\n    or ') || 'false',
    isFirst(status) {
      if (firstTimes === 'noted') {
        const { value } = columnOf(`${status}_at`)
        return `${value('o')} is null and ${value('n')} is not null`
      }
      const { value } = columnOf('status')
      return `${value('n')} = ${quoteLiteral(status)} and ${value('o')} is distinct from ${quoteLiteral(status)}`
    },
  }
}

/** `change.previous`: the old values of the columns that changed, as JSON text; nothing is built for those that did not. */
function staticPrevious({ columns }: CapturedTable): string {
  const parts = [...columns].flatMap(([name, { value, comparable }]) => {
    if (comparable === undefined || name === 'updated_at') return []
    const key = quoteLiteral(`,${JSON.stringify(name)}:`)
    return `case when ${comparable('n')} is distinct from ${comparable('o')} then ${key} || coalesce(to_json(${value('o')})::text, 'null') end`
  })
  return `cross join lateral (select '{' || substr(concat(\n  ${parts.join(',\n  ')}\n), 2) || '}' as previous) as change`
}

/** Conditions over whatever columns the table has. */
const anyRow = (table: CapturedTable): RowSql => ({
  ...staticRow(table),
  isChanged: (name) => `change.previous ? ${quoteLiteral(name)}`,
  isAnyChangedBut: (apart) => `change.previous - array[${apart.map(quoteLiteral).join(', ')}] <> '{}'`,
})

const ANY_PREVIOUS = `cross join lateral (
  select jsonb_object_agg(was.key, was.value) as previous
  from jsonb_each(to_jsonb(o)) was
  join jsonb_each(to_jsonb(n)) became using (key)
  where was.value <> became.value and was.key <> 'updated_at'
) as change`

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
