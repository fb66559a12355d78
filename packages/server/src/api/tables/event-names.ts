import { ofField, phrase, together } from '../../domain/messages/phrase.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { nearestNames } from '../../database/nearest-name.ts'
import { inRow } from '../../rest/request/row-place.ts'
import { readEventNames as readEventNamesStatement } from './sql/statements.generated.ts'

/** Reads the event types that can currently be subscribed to and emitted. */
export async function readEventNames(connection: Connection): Promise<string[]> {
  const { rows } = await connection.query(...readEventNamesStatement())
  return rows.map(({ name }) => name)
}

/** Where a batch has a fault: the row, and how many rows it has. */
export interface RowPlace {
  index: number
  count: number
}

const ALONE: RowPlace = { index: 0, count: 1 }

/** The first of the rows with one of the names. */
export function placeOf(named: readonly (readonly string[])[], wrong: readonly string[]): RowPlace {
  const index = named.findIndex((names) => names.some((name) => wrong.includes(name)))
  return index === -1 ? ALONE : { index, count: named.length }
}

/** Builds the error for unknown names, with suggestions for each. */
export function unknownEvents(
  field: string,
  wrong: readonly string[],
  names: readonly string[],
  { index, count }: RowPlace = ALONE,
): ApiError {
  const wildcards = new Set(['*', ...names.map((name) => `${name.slice(0, name.indexOf('.'))}.*`)])
  const problems = wrong.slice(0, 5).map((name) => {
    const quoted = nearestNames(name, name.includes('*') ? wildcards : names).map((near) => `'${near}'`)
    const nearest = quoted.join(', ')
    return ofField(
      field,
      name === ''
        ? phrase('field.empty')
        : phrase('events.unknown', { name: name.slice(0, 100), names: nearest }),
    )
  })
  return new ApiError(400, '22023', inRow(index, count, together(problems)), {
    details: field,
    hint: phrase('events.list'),
  })
}
