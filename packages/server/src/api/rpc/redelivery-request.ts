import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { countMissed } from '../../maintenance/bulk-retry/missed-events.ts'
import type { Connection } from '../../database/database.ts'
import type { RedeliveryKind } from '../../maintenance/bulk-retry/redeliveries.ts'
import { countFailed, fixUntil, startRedelivery } from '../../maintenance/bulk-retry/redeliveries.ts'
import { ApiError } from '../../domain/errors.ts'
import { runWithActor } from '../../database/act-as.ts'
import type { Principal } from '../../domain/principal.ts'
import { readEventNames, unknownEvents } from '../tables/event-names.ts'
import type { redelivery } from './results.ts'
import type { RpcCall, RpcContext } from './rpc.ts'
import { findVisible } from './rpc.ts'
import { findWebhook } from './sql/statements.generated.ts'

/** Years and offsets that PostgreSQL knows. */
const KNOWN_TIME = /^(?!0000)\d{4}.*(?:Z|[+-](?:0\d|1[0-5]):\d\d)$/

export const time = z.iso
  .datetime({ offset: true, error: phrase('field.time') })
  .regex(KNOWN_TIME, phrase('field.time'))

export const redeliverySchema = z.strictObject({
  webhook_id: z.guid(phrase('field.uuidOfWebhook')),
  since: time.optional(),
  until: time.optional(),
  event: z.string(phrase('field.event')).optional(),
  dry_run: z.boolean(phrase('field.boolean')).default(false),
})

export type RedeliveryRequest = z.infer<typeof redeliverySchema>

/** Counts what bulk work would queue and, except in a dry run, requests it from a worker. */
export async function requestRedelivery(
  context: RpcContext,
  kind: RedeliveryKind,
  input: RedeliveryRequest,
  principal: Principal,
  call: RpcCall,
): Promise<z.infer<typeof redelivery>> {
  const webhook = await findVisible(context, principal, 'webhook', findWebhook, input.webhook_id)
  requireOrder(input)
  const { database } = context
  await requireKnownEvent(database, input.event)
  const scope = {
    webhookId: input.webhook_id,
    since: input.since ?? null,
    until: await fixUntil(database, input.until ?? null),
    event: input.event ?? null,
  }
  const matched = await (kind === 'retry_failed' ? countFailed : countMissed)(database, scope)
  if (input.dry_run) return { matched, queued: 0 }
  if (!webhook.is_active) {
    throw new ApiError(409, '55000', phrase('error.webhookDisabled'), {
      hint: phrase('hint.enableAgain'),
    })
  }
  return await runWithActor(database, principal.actor, async (connection) => {
    const id = await startRedelivery(connection, kind, scope, matched)
    const started = { matched, queued: matched, redelivery_id: id }
    await call.keep(connection, started)
    return started
  })
}

async function requireKnownEvent(connection: Connection, event: string | undefined): Promise<void> {
  if (event === undefined) return
  const names = await readEventNames(connection)
  if (!names.includes(event)) throw unknownEvents('event', [event], names)
}

/** @throws ApiError 400 if the period ends before it begins */
export function requireOrder({
  since,
  until,
}: {
  since?: string | undefined
  until?: string | undefined
}): void {
  if (since === undefined || until === undefined || Date.parse(since) < Date.parse(until)) return
  throw new ApiError(400, '22023', ofField('since', phrase('error.since')), { details: 'since' })
}
