import { quoteIdentifier, quoteLiteral } from '../database/identifiers.ts'
import type { CapturedTable, Operation } from './captured-table.ts'
import { EXACT_TYPES, RAISED, TEXT_TYPES, changeSql, keyTextSql } from './captured-table.ts'
import { indent, insertChanged, insertWhole, writtenRow } from './event-select.ts'

/** If rows cannot be examined one by one, each fault row lists the keys of this many. */
const KEYS_PER_FAULT = 1_000
/** A failing part is divided by this number, down to single rows. */
const DIVISOR = 8
/** Limit on the rows read while isolating single rows. Parts that still fail then are divided no further. */
const BUDGET = { rows: 100_000, timesTheRows: 50 }
const COARSE_PARTS = 100

/** The places where the statement takes in text from PL/pgSQL variables. */
const HOLES = {
  place: 'capture.place',
  newColumns: `webhooks_internal.row_columns(capture.columns, 'np', capture.lacking)`,
  oldColumns: `webhooks_internal.row_columns(capture.columns, 'op', capture.lacking)`,
  wholeColumns: `webhooks_internal.row_columns(capture.columns, 'np', '{}')`,
  change: 'webhooks_internal.change_columns(capture.changes, capture.lacking)',
  data: 'capture.data',
  oldData: 'capture.old_data',
  fields: 'capture.fields',
  oldFields: 'capture.old_fields',
} as const

const hole = (name: keyof typeof HOLES): string => `\u0001${name}\u0001`

/** Builds the PL/pgSQL expression for a text with holes. */
const concatenate = (text: string): string =>
  text
    .split('\u0001')
    .map((part, index) => (index % 2 === 0 ? quoteLiteral(part) : HOLES[part as keyof typeof HOLES]))
    .join(' || ')

/**
 * Writes what a trigger does when its single statement for all rows failed. It raises only errors that the user's
 * transaction has to see.
 *
 * The statement is built from the columns that the table has now. New and old rows are paired by their position, which
 * both transition tables share. Unreadable fields are left out. Failing parts are then divided down to single rows: the
 * fault names such a row, and all other rows emit their events.
 */
export function writeFallback(table: CapturedTable, operation: Operation): string {
  return `<<capture>>
declare
  place name;
  columns name[];
  lacking text[];
  changes json;
  data text;
  old_data text;
  fields text;
  old_fields text;
  field record;
  statement text;
  faults text;
  code text;
  message text;
  total bigint;
  at_row bigint := 1;
  size bigint;
  finest bigint := 1;
  read_rows bigint := 0;
begin
${indent(writePreparation(table, operation))}
${indent(LOOP)}
exception
  when ${RAISED} then
    raise;
  when others or assert_failure then
${indent(indent(writeWholeFault(operation)))}
end;`
}

function writePreparation(table: CapturedTable, operation: Operation): string {
  return `-- A name that no column has.
capture.place := 'place_' || replace(gen_random_uuid()::text, '-', '');
capture.faults := 'insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids)
  select $1, lower($2), $3, left($4, 1000), count(*), array_remove(array_agg(k.key order by k.place), null)
  from (select row_number() over () as place, ' || ${quoteLiteral(keyTextSql(table, 'n'))} || ' as key from ${rowsOf(operation)} as n) as k
  where k.place between $5 and $6
  group by (k.place - 1) / ${KEYS_PER_FAULT}';
capture.total := (select count(*) from ${rowsOf(operation)});
capture.columns := webhooks_internal.columns_of(tg_relid);
capture.lacking := array(
  select known.name from unnest(${textArrayLiteral(listSources(table))}) as known (name)
  where known.name <> all (capture.columns)
);
${operation === 'update' ? `${PAIR_CHECK}\n` : ''}${writeFields(table, operation)}
if cardinality(capture.lacking) > 0 then
  perform webhooks_internal.record_capture_fault(format('%I.%I', tg_table_schema, tg_table_name), tg_op, '42703',
    format('events go on without %s: missing, or of another type', array_to_string(capture.lacking, ', ')),
    capture.total, '{}', 'field');
end if;
${writeOrganizationCheck(table)}capture.statement := ${concatenate(writeStatement(table, operation))};`
}

/** The transition table with the rows that a statement is about. */
const rowsOf = (operation: Operation): string => (operation === 'delete' ? 'old_rows' : 'new_rows')

const PAIR_CHECK = `if capture.total <> (select count(*) from old_rows) then
  raise exception 'the changed rows cannot be paired with what they were';
end if;`

/** The columns that conditions and fields read. */
function listSources({ columns, organization, key }: CapturedTable): string[] {
  const sources = [...columns.values()].flatMap(({ source }) => (source === undefined ? [] : [source]))
  return [
    ...new Set([...sources, ...(organization.source === undefined ? [] : [organization.source]), ...key]),
  ]
}

const textArrayLiteral = (texts: readonly string[]): string =>
  `array[${texts.map(quoteLiteral).join(', ')}]::text[]`

/** Builds the list of readable fields and the columns they read; fields that cannot be read are added to `lacking`. */
function writeFields(table: CapturedTable, operation: Operation): string {
  if (table.data === 'row') {
    return `capture.changes := webhooks_internal.changes_of(tg_relid, ${quoteLiteral(EXACT_TYPES)}, ${quoteLiteral(TEXT_TYPES)});`
  }
  const fields = Array.from(table.columns, ([name, column]) => ({
    name,
    // What is read from more than a column is left out under the name of the field.
    source: column.source ?? (column.comparable === undefined ? undefined : `the field ${name}`),
    value: column.value('n'),
    changed: name === 'updated_at' ? undefined : changeSql(column),
    old: column.value('o'),
  }))
  const isUpdate = operation === 'update'
  // What conditions read: a field that cannot be read is null to them.
  const listFields = (what: 'value' | 'old'): string => `(
  select string_agg(
    case when coalesce(f.item ->> 'source', '') <> all (capture.lacking)
      then format('%s as %I', f.item ->> '${what}', f.item ->> 'name')
      else format('null::text as %I', f.item ->> 'name')
    end, ', ' order by f.place)
  from json_array_elements(capture.changes) with ordinality as f (item, place)
)`
  const listData = (what: 'value' | 'old'): string => `(
  select string_agg(format('%s as %I', f.item ->> '${what}', f.item ->> 'name'), ', ' order by f.place)
  from json_array_elements(capture.changes) with ordinality as f (item, place)
  where coalesce(f.item ->> 'source', '') <> all (capture.lacking)
)`
  return `capture.changes := ${quoteLiteral(JSON.stringify(fields))}::json;
for field in
  select f.source, f.value, f.changed
  from json_to_recordset(capture.changes) as f (source text, value text, changed text)
  where f.source <> all (capture.lacking)
loop
  begin
    execute 'select ' || capture.field.value || ' from ${rowsOf(operation)} as n limit 0';${
      isUpdate
        ? `
    execute 'select ' || coalesce(capture.field.changed, 'true') || ' from new_rows as n, old_rows as o limit 0';`
        : ''
    }
  exception
    when ${RAISED} then
      raise;
    when others or assert_failure then
      capture.lacking := capture.lacking || capture.field.source;
  end;
end loop;
capture.data := ${listData('value')};
capture.fields := ${listFields('value')};${isUpdate ? `\ncapture.old_data := ${listData('old')};\ncapture.old_fields := ${listFields('old')};` : ''}`
}

function writeOrganizationCheck({ organization: { source } }: CapturedTable): string {
  if (source === undefined) return ''
  return `if ${quoteLiteral(source)} = any (capture.lacking) then
  raise exception 'the column %, which leads to the organization, is missing or of another type', ${quoteLiteral(source)};
end if;
`
}

function writeStatement(table: CapturedTable, operation: Operation): string {
  const rowsSql = (name: string): string =>
    `(select row_number() over () as ${hole('place')}, r.* from ${name} as r)`
  const data = table.data === 'row' ? 'row_to_json(whole_row.*)' : wrap(hole('data'))
  const source = {
    where: `np.${hole('place')} between $1 and $2`,
    data,
    oldData: wrap(hole('oldData')),
    row: {
      ...(table.data === 'row'
        ? writtenRow(table, operation)
        : writtenRow(
            table,
            operation,
            (name, alias) => `${alias === 'o' ? 'old_field' : 'field'}.${quoteIdentifier(name)}`,
          )),
      isChanged: (name: string) => `${quoteLiteral(name)} = any (change.names)`,
      isAnyChangedBut: (apart: readonly string[]) => `not change.names <@ ${textArrayLiteral(apart)}`,
    },
  }
  const rows = [
    `cross join lateral (select ${hole('newColumns')}) as n`,
    table.data === 'row'
      ? `cross join lateral (select ${hole('wholeColumns')}) as whole_row`
      : `cross join lateral (select ${hole('fields')}) as field`,
  ]
  if (operation !== 'update') {
    const from = [`${rowsSql(rowsOf(operation))} as np`, ...rows].join('\n')
    return insertWhole(table, { ...source, from }, operation)
  }
  return insertChanged(table, {
    ...source,
    from: [
      `${rowsSql('new_rows')} as np`,
      `join ${rowsSql('old_rows')} as op on op.${hole('place')} = np.${hole('place')}`,
      ...rows,
      `cross join lateral (select ${hole('oldColumns')}) as o`,
      ...(table.data === 'row' ? [] : [`cross join lateral (select ${hole('oldFields')}) as old_field`]),
    ].join('\n'),
    previous: 'change.previous',
    change: `cross join lateral (select ${hole('change')}) as change`,
  })
}

const wrap = (columns: string): string => `(select row_to_json(r.*) from (select ${columns}) as r)`

const LOOP = `capture.size := capture.total;
while capture.at_row <= capture.total loop
  begin
    execute capture.statement using capture.at_row, capture.at_row + capture.size - 1;
    capture.at_row := capture.at_row + capture.size;
    capture.size := least(capture.size * 2, capture.total);
  exception
    when ${RAISED} then
      raise;
    when others or assert_failure then
      if capture.size > capture.finest then
        capture.size := greatest(capture.size / ${DIVISOR}, capture.finest);
      else
        execute capture.faults using format('%I.%I', tg_table_schema, tg_table_name), tg_op, sqlstate, sqlerrm,
          capture.at_row, capture.at_row + capture.size - 1;
        capture.at_row := capture.at_row + capture.size;
        capture.size := capture.finest;
      end if;
  end;
  capture.read_rows := capture.read_rows + capture.total;
  if capture.read_rows > ${BUDGET.rows} + ${BUDGET.timesTheRows} * capture.total then
    capture.finest := (capture.total + ${COARSE_PARTS - 1}) / ${COARSE_PARTS};
    capture.size := greatest(capture.size, capture.finest);
  end if;
end loop;`

/** No row could be processed: records a fault for all of them, with their keys if these can be read. */
const writeWholeFault = (operation: Operation): string => `capture.code := sqlstate;
capture.message := sqlerrm;
begin
  execute capture.faults using format('%I.%I', tg_table_schema, tg_table_name), tg_op, capture.code, capture.message,
    1::bigint, capture.total;
exception
  when ${RAISED} then
    raise;
  when others or assert_failure then
    begin
      perform webhooks_internal.record_capture_fault(format('%I.%I', tg_table_schema, tg_table_name), tg_op,
        capture.code, capture.message, (select count(*) from ${rowsOf(operation)}), '{}');
    exception
      when ${RAISED} then
        raise;
      when others or assert_failure then
        null;
    end;
end;`
