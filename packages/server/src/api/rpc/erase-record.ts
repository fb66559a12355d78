import { z } from 'zod'
import { textArray } from '../../database/array-literal.ts'
import { ApiError } from '../../domain/errors.ts'
import { runWithActor } from '../../database/act-as.ts'
import { uuid } from '../tables/configuration-fields.ts'
import { count } from './results.ts'
import { defineFunction, readAs } from './rpc.ts'
import { countMentions, startErasure } from './sql/statements.generated.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const term = z.string('must be a string').min(6, 'must have at least 6 characters').max(200, 'is too long')

const schema = z.strictObject({
  organization_id: uuid.optional(),
  record_id: z
    .string('must be the id of a record, as a string')
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters'),
  object: z
    .string('must be a string')
    .regex(/^[a-z][a-z0-9_]{0,49}$/, 'must be the type of the record, such as "contact"')
    .optional(),
  terms: z.array(term, 'must be a list of strings').max(20, 'must not list more than 20').default([]),
  dry_run: z.boolean('must be true or false').default(false),
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
      throw new ApiError(400, '22023', 'organization_id: is required with the service key', {
        details: 'organization_id',
      })
    }
    if (principal.organizationId !== null && organizationId !== principal.organizationId) {
      throw new ApiError(404, 'P0002', `no organization has the id ${organizationId}`, {
        details: 'organization_id',
      })
    }
    if (object === null && !UUID.test(record_id)) {
      throw new ApiError(400, '22023', 'object: is required with an id that is not a UUID', {
        details: 'object',
        hint: 'Name the type of the record, such as "contact": other records can have the same id.',
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
