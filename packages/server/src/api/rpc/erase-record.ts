import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { textArray } from '../../database/array-literal.ts'
import { ApiError } from '../../domain/errors.ts'
import { runWithActor } from '../../database/act-as.ts'
import { uuid } from '../tables/configuration-fields.ts'
import { count } from './results.ts'
import { defineFunction, readAs } from './rpc.ts'
import { countMentions, startErasure } from './sql/statements.generated.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const term = z
  .string(phrase('field.text'))
  .min(6, phrase('field.short', { count: 6 }))
  .max(200, phrase('field.tooLong'))

const schema = z.strictObject({
  organization_id: uuid.optional(),
  record_id: z.string(phrase('field.recordId')).regex(/^[\x21-\x7e]{1,200}$/, phrase('field.printable')),
  object: z
    .string(phrase('field.text'))
    .regex(/^[a-z][a-z0-9_]{0,49}$/, phrase('field.recordType'))
    .optional(),
  terms: z
    .array(term, phrase('field.strings'))
    .max(20, phrase('field.many', { count: 20 }))
    .default([]),
  dry_run: z.boolean(phrase('field.boolean')).default(false),
})

const result = z.union([
  z.object({ matched: count.describe('Events that contain the id: the result of a dry run') }),
  z.object({ erasure_id: z.guid().describe('Its row in webhook_erasures') }),
])

/**
 * Erases what the log holds about a record, in the background; docs/privacy.md defines what that is. Repeated, it also
 * finds later data. A dry run only counts the events that contain the id.
 */
export const eraseRecord = defineFunction(
  'change',
  schema,
  result,
  async (context, input, principal, call) => {
    const { record_id, object = null, terms, dry_run } = input
    const organizationId = input.organization_id ?? principal.organizationId
    if (organizationId === null) {
      throw new ApiError(400, '22023', ofField('organization_id', phrase('field.needed')), {
        details: 'organization_id',
      })
    }
    if (principal.organizationId !== null && organizationId !== principal.organizationId) {
      throw new ApiError(404, 'P0002', phrase('error.noOrganization', { id: organizationId }), {
        details: 'organization_id',
      })
    }
    if (object === null && !UUID.test(record_id)) {
      throw new ApiError(400, '22023', ofField('object', phrase('field.neededForId')), {
        details: 'object',
        hint: phrase('hint.nameType'),
      })
    }
    if (dry_run) {
      const query = countMentions({ organizationId, terms: textArray([record_id]) })
      const [counted] = await readAs(context, principal, query)
      return { matched: counted?.matched ?? 0 }
    }
    return await runWithActor(context.database, principal.actor, async (connection) => {
      const { rows } = await connection.query(
        ...startErasure({ organizationId, recordId: record_id, object, terms: textArray(terms) }),
      )
      const started = { erasure_id: rows[0]!.id }
      await call.keep(connection, started)
      return started
    })
  },
)
