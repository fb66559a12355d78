import type { Clock } from '../../domain/clock.ts'
import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import type { AttemptTrigger, LeasedDelivery } from '../../domain/delivery.ts'
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts'
import { newToken } from '../../domain/ids.ts'
import { hasOwnBody, shapeBody } from '../../domain/shapes/shape-body.ts'
import type { EndpointLoad } from '../dispatch/endpoint-slots.ts'
import { CLAIM_AHEAD } from '../dispatch/endpoint-slots.ts'
import type { OpenTarget, TargetRow } from '../../domain/webhook.ts'
import { claimDue as claimDueStatement, nextClaim } from './sql/statements.generated.ts'

export interface ClaimOptions {
  clock: Clock
  nodeId: string
  openTarget: OpenTarget
  /** Milliseconds for an attempt to a webhook that sets none of its own. */
  defaultTimeout: number
  /** Concurrent requests to a webhook that sets no limit of its own. */
  defaultMaxInFlight: number
  /** Deliveries to skip. */
  except?: readonly string[]
  /** The only deliveries to claim; undefined: any. */
  only?: readonly string[]
}

/** A delivery as a claiming statement returns it. */
export interface ClaimedRow extends TargetRow {
  /** What the next attempt stands for; null: its first one, or a scheduled retry. */
  trigger: string | null
  id: string
  organization_id: string
  event_id: string
  event: string
  attempts: number
  status: string
  /** The event's whole body. */
  body: string
  /** The fields to cut from it; null: none. */
  redact: string[] | null
  /** Whether the previous values of replaced updates are in the body, which is then not that of the event. */
  has_own_previous: boolean
  /** How the body was made, or will be; null: as the event is. */
  shape: string | null
  traceparent: string | null
}

/** Leases up to `limit` due deliveries of enabled webhooks; `busy` lists the loads of endpoints that are not idle. */
export async function claimDue(
  database: Database,
  limit: number,
  busy: readonly EndpointLoad[],
  options: ClaimOptions,
): Promise<LeasedDelivery[]> {
  const lease = newToken()
  const now = options.clock.now()
  const { rows } = await database.query(
    ...claimDueStatement({
      limit,
      lease,
      nodeId: options.nodeId,
      defaultMaxInFlight: options.defaultMaxInFlight,
      busy: JSON.stringify(busy),
      defaultTimeoutMs: options.defaultTimeout,
      leaseMarginMs: LEASE_MARGIN_MS,
      claimAhead: CLAIM_AHEAD,
      except: plainArray(options.except ?? []),
      only: options.only === undefined ? null : plainArray(options.only),
    }),
  )
  return rows.map((row) => toLeasedDelivery(row, lease, now, options.openTarget))
}

/**
 * Returns the milliseconds until a delivery may be claimed by its due time, its endpoint's health and its rate limit; free slots are
 * known to each node only. Undefined: none is queued. Cheap, however many deliveries are queued.
 *
 * @param known skips deliveries that were claimable this many milliseconds ago
 */
export async function nextClaimIn(database: Database, known?: number): Promise<number | undefined> {
  const { rows } = await database.query(...nextClaim({ knownMs: known ?? null }))
  const ms = rows[0]?.ms ?? undefined
  return ms === undefined ? undefined : Math.max(0, Math.ceil(ms))
}

/** @param now when the statement was sent: never later than the database's start of the lease. */
export function toLeasedDelivery(
  row: ClaimedRow,
  lease: string,
  now: number,
  openTarget: OpenTarget,
): LeasedDelivery {
  const target = openTarget(row)
  const whole = {
    eventId: row.event_id,
    organizationId: row.organization_id,
    event: row.event,
    body: row.body,
  }
  return {
    id: row.id,
    ...whole,
    ...shapeBody(whole, row),
    hasOwnBody: hasOwnBody(row) || row.has_own_previous,
    traceparent: row.traceparent,
    attempt: row.attempts + 1,
    trigger: readTrigger(row),
    // A manual retry of a final delivery, by a process that died: one attempt was asked for.
    isLast: row.status !== 'pending' && row.status !== 'retrying',
    lease,
    leaseEnds: now + target.timeout + LEASE_MARGIN_MS,
    target,
  }
}

function readTrigger({ trigger, attempts }: ClaimedRow): AttemptTrigger {
  if (trigger === 'manual' || trigger === 'replay' || trigger === 'sync') return trigger
  return attempts === 0 ? 'event' : 'retry'
}
