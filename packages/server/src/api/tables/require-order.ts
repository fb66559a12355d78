import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { inRow } from '../../rest/request/row-place.ts'
import { hasUnordered } from './sql/statements.generated.ts'

interface Ordered {
  ordering?: string | undefined
  coalesce?: boolean | undefined
}

/** Updates are merged only where deliveries about one record wait for each other. */
export function requireOrderOfEach(rows: readonly Ordered[]): void {
  const wrong = rows.findIndex((row) => row.coalesce === true && row.ordering !== 'record')
  if (wrong >= 0) throw refuse(wrong, rows.length)
}

/** The same for a change of stored webhooks. */
export async function requireOrder(
  connection: Connection,
  ids: readonly string[],
  { ordering, coalesce }: Ordered,
): Promise<void> {
  if (coalesce !== true && ordering !== 'none') return
  const { rows } = await connection.query(
    ...hasUnordered({ ids: plainArray(ids), coalesce: coalesce ?? null, ordering: ordering ?? null }),
  )
  if (rows[0]?.is_so === true) throw refuse(0, 1)
}

function refuse(row: number, count: number): ApiError {
  return new ApiError(400, '22023', inRow(row, count, ofField('coalesce', phrase('field.needsOrdering'))), {
    details: 'coalesce',
    hint: phrase('hint.setOrdering'),
  })
}
