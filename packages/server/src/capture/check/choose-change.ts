import type { Connection } from '../../database/database.ts'
import { quoteIdentifier, quoteLiteral } from '../../database/identifiers.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import type { CrmTable } from '../crm-tables.ts'
import type { MappedTable } from '../map/resolve-map.ts'
import { AT_PLACES, placeParams } from './sample-rows.ts'

/** An assignment of an update, for example `"name" = "name"`. */
export interface Change {
  column: string
  set: string
}

/** Fields whose change emits an event where that of others does not. */
const TELLING: Readonly<Partial<Record<RecordName, readonly string[]>>> = {
  conversation: ['status', 'assigned_to'],
  message: ['status'],
  meeting: ['recording_status'],
}

/**
 * Lists mapped columns, the most telling first. Keys and references are left out: other values of theirs are rarely
 * valid.
 */
export function listCandidates(tables: readonly MappedTable[], crmTable: CrmTable): string[] {
  const apart = new Set([
    ...crmTable.keys.flat(),
    ...tables.flatMap(({ organization: { source } }) => (source === undefined ? [] : [source])),
  ])
  const references = new Set(crmTable.foreignKeys.map(({ column }) => column))
  const found = tables.flatMap(({ record, columns }) => {
    const telling = record === undefined ? [] : (TELLING[record] ?? [])
    return [...columns].flatMap(([name, { source }]) =>
      source === undefined || apart.has(source) || name === 'updated_at'
        ? []
        : [{ source, rank: telling.includes(name) ? 0 : references.has(source) ? 2 : 1 }],
    )
  })
  return [...new Set(found.sort((one, other) => one.rank - other.rank).map(({ source }) => source))]
}

/**
 * Writes a change of the column to a value that other rows of the sample have, which its checks allow, or to one of the
 * same form; undefined: there is none.
 */
export async function writeChange(
  connection: Connection,
  {
    relation,
    places,
    column,
    type,
  }: { relation: string; places: readonly string[]; column: string; type: string },
): Promise<Change | undefined> {
  const name = quoteIdentifier(column)
  const { rows } = await connection.query<{ value: string }>(
    `select distinct n.${name}::text as value from ${relation} as n where ${AT_PLACES} and n.${name} is not null limit 2`,
    placeParams(places),
  )
  const [one, other] = rows.map(({ value }) => quoteLiteral(value))
  if (one !== undefined && other !== undefined)
    return {
      column,
      set: `${name} = (case when ${name}::text = ${one} then ${other} else ${one} end)::${type}`,
    }
  const set = writeValue(name, type)
  return set === undefined ? undefined : { column, set: `${name} = ${set}` }
}

function writeValue(name: string, type: string): string | undefined {
  switch (type.replaceAll('"', '').split('.').at(-1) ?? '') {
    case 'text':
    case 'varchar':
    case 'bpchar':
      return `case when ${name} = 'x' then 'y' else 'x' end`
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return `case when ${name} = 1 then 2 else 1 end`
    case 'bool':
      return `not coalesce(${name}, false)`
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return `coalesce(${name}, now()) + interval '1 day'`
    default:
      return undefined
  }
}
