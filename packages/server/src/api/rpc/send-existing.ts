import { z } from 'zod'
import type { ExistingTable } from '../../capture/existing-rows.ts'
import { existingTypes, findExistingTables, UnreadableTable } from '../../capture/existing-rows.ts'
import { runWithActor } from '../../database/act-as.ts'
import { isDatabaseError } from '../../database/database.ts'
import { covers } from '../../domain/event-types/covers.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_NAMES } from '../../domain/event-types/records.ts'
import { ApiError } from '../../domain/errors.ts'
import { readSubscription } from '../../maintenance/bulk-retry/missed-events.ts'
import { countRecords } from '../../maintenance/initial-sync/count-records.ts'
import { startSync } from '../../maintenance/initial-sync/sql/statements.generated.ts'
import { checkFilter } from '../tables/configuration-fields.ts'
import { time } from './redelivery-request.ts'
import { count } from './results.ts'
import type { RpcContext } from './rpc.ts'
import { defineFunction, findVisible } from './rpc.ts'
import { findWebhook } from './sql/statements.generated.ts'

const schema = z.strictObject({
  webhook_id: z.guid('must be the UUID of a webhook'),
  record: z.enum(RECORD_NAMES, `must be one of ${RECORD_NAMES.join(', ')}`),
  filter: z
    .record(z.string(), z.unknown(), 'must be a filter, such as {"data.stage": "Won"}')
    .superRefine(checkFilter)
    .optional(),
  since: time.optional(),
  dry_run: z.boolean('must be true or false').default(false),
})

const result = z.object({
  matched: count.nullable().describe('Records to send; null: too many to count in advance'),
  sync_id: z.guid().optional().describe('Its row in webhook_syncs; missing in a dry run'),
})

/**
 * Sends a webhook the records that exist, each as the event of its creation. Runs in the background, at the endpoint's pace. A dry run
 * only counts.
 */
export const sendExisting = defineFunction(
  'change',
  schema,
  result,
  async (context, input, principal, call) => {
    const { webhook_id: webhookId, record, dry_run: dryRun } = input
    const webhook = await findVisible(context, principal, 'webhook', findWebhook, webhookId)
    requireSubscription(webhook.events, record)
    if (!dryRun && !webhook.is_active) {
      throw new ApiError(409, '55000', 'the webhook is disabled', {
        hint: 'Enable the webhook, then try again.',
      })
    }
    const { database } = context
    const filter = input.filter === undefined ? null : JSON.stringify(input.filter)
    const scope = { record, organizationId: webhook.organization_id, since: input.since ?? null }
    const tables = await findTables(context, scope)
    const subscription = await readSubscription(database, webhookId)
    const matched =
      subscription === undefined ? 0 : await countRecords(database, tables, scope, subscription, filter)
    if (dryRun) return { matched }
    return await runWithActor(database, principal.actor, async (connection) => {
      const { rows } = await connection.query(
        ...startSync({
          organizationId: webhook.organization_id,
          webhookId,
          record,
          filter,
          since: scope.since,
          matched,
        }),
      )
      const [row] = rows
      if (row === undefined) {
        throw new ApiError(409, '55006', `existing records of this kind are already being sent: ${record}`, {
          details: 'record',
          hint: 'Wait for the sync in webhook_syncs to end, or set its status to cancelled.',
        })
      }
      const started = { matched, sync_id: row.id }
      await call.keep(connection, started)
      return started
    })
  },
)

function requireSubscription(events: readonly string[], record: RecordName): void {
  const types = existingTypes(record)
  if (types.some((type) => events.some((name) => covers(name, type)))) return
  throw new ApiError(400, '22023', `record: the webhook does not subscribe to ${types.join(' or ')}`, {
    details: 'record',
    hint: 'Existing records are sent as these events. Add one to the events of the webhook.',
  })
}

async function findTables(
  { database }: RpcContext,
  scope: { record: RecordName; since: string | null },
): Promise<ExistingTable[]> {
  const tables = await findExistingTables(database, scope).catch((error: unknown) => {
    if (error instanceof UnreadableTable)
      throw new ApiError(409, '55000', `existing records cannot be read: ${error.message}`)
    if (isDatabaseError(error) && error.code === '42501') {
      throw new ApiError(403, '42501', 'The table cannot be read.', {
        hint: 'Grant select on it to the role of DATABASE_URL.',
      })
    }
    throw error
  })
  if (tables.length > 0) return tables
  throw new ApiError(409, '55000', `no table of the CRM is captured for this record: ${scope.record}`, {
    details: 'record',
    hint: 'Name its table in the map and run install, or use another record.',
  })
}
