import { textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { quoteIdentifier } from '../../database/identifiers.ts'
import type { CapturedTable } from '../captured-table.ts'
import { relationName } from '../captured-table.ts'
import { undo } from './rehearse.ts'

/** Rows of a table, by their places, which are found without an index. */
export interface Sample {
  /** `last hour`, or the newest by key where no row is of the last hour, or no time is mapped. */
  from: 'last hour' | 'newest by key'
  places: string[]
}

/** Tables of a partitioned one number their rows alike, so a place names both. */
const PLACE = `n.tableoid::text || ' ' || n.ctid::text`

/** A condition on `n`: its place is among the given ones; $1 and $2 are `placeParams`. */
export const AT_PLACES = `n.ctid = any ($1::tid[]) and ${PLACE} = any ($2::text[])`

export const placeParams = (places: readonly string[]): [string, string] => [
  textArray(places.map((place) => place.slice(place.indexOf(' ') + 1))),
  textArray(places),
]

/**
 * Finds rows of the last hour, or else others.
 * @param time SQL of a row's last change, over `n`; undefined: not known
 */
export async function sampleRows(
  connection: Connection,
  table: CapturedTable,
  { time, maxRows }: { time: string | undefined; maxRows: number },
): Promise<Sample> {
  if (time !== undefined) {
    const where = `where ${time} >= now() - interval '1 hour'`
    const found = await undo(connection, () => readPlaces(connection, table, `${where} limit ${maxRows}`))
    if ('result' in found && found.result.length > 0) return { from: 'last hour', places: found.result }
  }
  const order = table.key.map((name) => `n.${quoteIdentifier(name)} desc`)
  const newest = `${order.length === 0 ? '' : `order by ${order.join(', ')} `}limit ${maxRows}`
  return { from: 'newest by key', places: await readPlaces(connection, table, newest) }
}

async function readPlaces(connection: Connection, table: CapturedTable, rest: string): Promise<string[]> {
  const { rows } = await connection.query<{ place: string }>(
    `select ${PLACE} as place from ${relationName(table)} as n ${rest}`,
  )
  return rows.map(({ place }) => place)
}

/** Locks rows that nobody else has locked, and returns their places. */
export async function lockRows(connection: Connection, relation: string, maxRows: number): Promise<string[]> {
  const { rows } = await connection.query<{ place: string }>(
    `select ${PLACE} as place from ${relation} as n limit ${maxRows} for no key update skip locked`,
  )
  return rows.map(({ place }) => place)
}
