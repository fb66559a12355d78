import { quoteIdentifier } from '../../src/database/identifiers.ts'
import type { RecordName } from '../../src/domain/event-types/records.ts'
import { RECORD_NAMES } from '../../src/domain/event-types/records.ts'

/** A table with unusual types and names. */
export interface OddTable {
  record: RecordName
  /** Quoted, in the schema public. */
  relation: string
  /** As a map and a fault name it. */
  name: string
  /** What its odd column is called, and can hold. */
  odd: { name: string; type: string; values: readonly string[] }
  /** SQL of the key of row `n`, as `id` and, where that is not enough, `region`. */
  idType: string
  isPartitioned: boolean
}

const NAMES = ['n', 'Größe Co', 'new_rows', 'select', 'webhook_events', 'o', 'Case', 'capture', 'r', 'a b']
const COLUMNS = ['happened', 'r', 'place', 'Ünï x', 'tg_op', 'found', 'n', 'whole_row', 'np', 'data']
const ODD: readonly (readonly [type: string, values: readonly string[]])[] = [
  ['float8', [`'NaN'`, `'-Infinity'`, '0.1::float8 + 0.2', '1e308']],
  ['json', [`'{"a":"x\\u0000y"}'`, `'{"a":"\\ud83d"}'`, `'{"b":1,"b":2}'`, 'null']],
  ['interval', [`'178000000 years'`, `'-1 day 2 hours'`]],
  ['bytea', [`'\\x00ff'`, `decode('', 'hex')`]],
  ['daterange', [`'[2025-01-01,)'`, `'empty'`]],
  ['xml', [`'<a>&#x41;</a>'`]],
  ['point', [`'(1,2)'`]],
  ['money', [`'12.34'::numeric::money`]],
  ['timestamptz', [`'infinity'`, `'0044-03-15 BC'`]],
  ['text[]', [`array[null, 'a"b', '{}']`, `'{{a,b},{c,d}}'`]],
  ['numeric', [`'NaN'`, '123456789012345678901234567890.12345']],
  ['mood', [`'fine'`, `'bad'`]],
  ['positive', ['1', '2']],
  ['pair', [`row(1, 'x')::pair`]],
  ['cidr', [`'10.0.0.0/8'`]],
  ['bit varying', [`B'0101'`]],
  ['tsvector', [`'a b'::tsvector`]],
  ['"char"', [`'x'`]],
  ['jsonpath', [`'$.a'`]],
  ['varchar(3)', [`'abc'`]],
]

/** Types of the CRM's own; a cast that fails for one of the values. */
export const TYPES = `
  create type mood as enum ('fine', 'bad');
  create domain positive as int check (value > 0);
  create type pair as (a int, b text);
  create function mood_text(mood) returns text language plpgsql as $$
    begin if $1 = 'bad' then raise exception 'no text for it'; end if; return 'fine'; end $$;
  create cast (mood as text) with function mood_text(mood);`

/** The five tables of database `index`: among four databases all twenty are different. */
export function oddTables(index: number): OddTable[] {
  return RECORD_NAMES.map((record, place) => {
    const number = index * RECORD_NAMES.length + place
    const [type, values] = ODD[number % ODD.length]!
    const name = `${NAMES[number % NAMES.length]!} ${number}`
    return {
      record,
      relation: `public.${quoteIdentifier(name)}`,
      name,
      odd: { name: COLUMNS[number % COLUMNS.length]!, type, values },
      idType: ['int', 'text', 'uuid', 'bigint', 'numeric'][(number + index) % 5]!,
      isPartitioned: number % 4 === 3,
    }
  })
}

/** What the map says of every table: `version` tells the writes of one row apart. */
export function createTable({ relation, odd, idType, isPartitioned }: OddTable): string {
  const key = isPartitioned ? 'id, region' : 'id'
  const columns = `
    id ${idType}, region text not null default 'eu', org text, version int, status text, direction text default 'inbound',
    recording_status text default 'completed', changed timestamptz default now(), v_text text, v_json json,
    ${quoteIdentifier(odd.name)} ${odd.type}, primary key (${key})`
  if (!isPartitioned) return `create table ${relation} (${columns})`
  const part = (suffix: string): string =>
    `public.${quoteIdentifier(`part ${suffix} ${relation.length} ${odd.name.length} ${odd.type}`)}`
  return `create table ${relation} (${columns}) partition by list (region);
    create table ${part('eu')} partition of ${relation} for values in ('eu');
    create table ${part('us')} partition of ${relation} for values in ('us')`
}

export const mapOf = (tables: readonly OddTable[]): object =>
  Object.fromEntries(
    tables.map(({ record, name, odd }) => [
      record,
      {
        table: `public.${name}`,
        organization: { column: 'org' },
        columns: { id: 'id', updated_at: 'changed', ...STATES[record] },
        also: ['version', 'v_text', 'v_json', ...(RESERVED.has(odd.name) ? [] : [odd.name])],
      },
    ]),
  )

const RESERVED = new Set(['status'])
const STATES: Readonly<Record<RecordName, object>> = {
  contact: {},
  deal: { stage: 'status' },
  conversation: { status: 'status' },
  message: { direction: 'direction', status: 'status' },
  meeting: { recording_status: 'recording_status' },
}
