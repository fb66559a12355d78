import { z } from 'zod'
import { plainArray } from '../../database/array-literal.ts'
import { ApiError } from '../../domain/errors.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import type { TableRules } from '../../rest/schema-cache/table-rules.ts'
import { parseRow } from './field-problems.ts'
import { listEndedSyncs } from './sql/statements.generated.ts'

const STATUSES = ['running', 'paused', 'cancelled'] as const

const schema = z.strictObject({
  status: z.enum(STATUSES, phrase('field.oneOf', { names: STATUSES.join(', ') })),
})

/** A person pauses, resumes and cancels a sync; only the system ends one. */
export const webhookSyncRules: TableRules = {
  writable: ['status'],
  async beforeUpdate(connection, change, ids) {
    const { status } = parseRow(schema, change)
    const { rows } = await connection.query(...listEndedSyncs({ ids: plainArray(ids) }))
    const [ended] = rows
    if (ended !== undefined) {
      throw new ApiError(409, '55000', phrase('error.syncEnded', { status: ended.status }), {
        details: 'status',
        hint: phrase('hint.anotherSync'),
      })
    }
    return new Map(ids.map((id) => [id, { status }]))
  },
}
