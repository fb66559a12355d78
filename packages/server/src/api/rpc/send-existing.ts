import { z } from 'zod'
import type { ExistingScope, ExistingTable } from '../../capture/existing-rows.ts'
import { findExistingTables, UnreadableTable } from '../../capture/existing-rows.ts'
import { runWithActor } from '../../database/act-as.ts'
import type { Database } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { covers } from '../../domain/event-types/covers.ts'
import { EXISTING_TYPES } from '../../domain/event-types/existing-types.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_NAMES } from '../../domain/event-types/records.ts'
import { ofField, phrase } from '../../domain/messages/phrase.ts'
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
  webhook_id: z.guid(phrase('field.uuidOfWebhook')),
  record: z.enum(RECORD_NAMES, phrase('field.oneOf', { names: RECORD_NAMES.join(', ') })),
  filter: z.record(z.string(), z.unknown(), phrase('field.filter')).superRefine(checkFilter).optional(),
  since: time.optional(),
  dry_run: z.boolean(phrase('field.boolean')).default(false),
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
      throw new ApiError(409, '55000', phrase('error.webhookDisabled'), { hint: phrase('hint.enableAgain') })
    }
    const { database } = context
    const filter = input.filter === undefined ? null : JSON.stringify(input.filter)
    const scope = { record, organizationId: webhook.organization_id, since: input.since ?? null }
    const matched = await countMatching(context, webhookId, scope, filter)
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
        throw new ApiError(409, '55006', phrase('error.syncRunning', { record }), {
          details: 'record',
          hint: phrase('hint.endSync'),
        })
      }
      const started = { matched, sync_id: row.id }
      await call.keep(connection, started)
      return started
    })
  },
)

function requireSubscription(events: readonly string[], record: RecordName): void {
  const types: readonly string[] = EXISTING_TYPES[record]
  if (types.some((type) => events.some((name) => covers(name, type)))) return
  throw new ApiError(
    400,
    '22023',
    ofField('record', phrase('field.subscribedRecord', { events: types.join(', ') })),
    {
      details: 'record',
      hint: phrase('hint.addRecordEvent'),
    },
  )
}

async function countMatching(
  { database, crm }: RpcContext,
  webhookId: string,
  scope: ExistingScope,
  filter: string | null,
): Promise<number | null> {
  try {
    const tables = await findTables(crm, scope)
    const subscription = await readSubscription(database, webhookId)
    return subscription === undefined ? 0 : await countRecords(crm, tables, scope, subscription, filter)
  } catch (error) {
    throw describeFault(error)
  }
}

/** What the CRM's tables refuse is no fault of this server. */
function describeFault(error: unknown): unknown {
  if (error instanceof UnreadableTable) return new ApiError(409, '55000', phrase(error.code))
  if (!isDatabaseError(error)) return error
  if (error.code === '42501')
    return new ApiError(403, '42501', phrase('error.tableUnreadable'), { hint: phrase('hint.grantSelect') })
  // A table or a column that is gone.
  return error.code.startsWith('42') ? new ApiError(409, '55000', phrase('sync.otherMap')) : error
}

async function findTables(crm: Database, scope: ExistingScope): Promise<ExistingTable[]> {
  const tables = await findExistingTables(crm, scope)
  if (tables.length > 0) return tables
  throw new ApiError(409, '55000', phrase('error.recordNotCaptured', { record: scope.record }), {
    details: 'record',
    hint: phrase('hint.mapRecord'),
  })
}
