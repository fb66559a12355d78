import { phrase } from '../../domain/messages/phrase.ts'
import type { Connection } from '../../database/database.ts'
import { cutText } from '../../domain/storable-text.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import { isOperational } from '../../domain/event-types/operational-events.ts'
import type { OperationalEvent } from '../../domain/event-types/operational-events.ts'
import type { DisableLimits, HealthState } from '../../domain/circuit-breaker.ts'
import { explainDisabling } from '../../domain/circuit-breaker.ts'
import { raiseAlerts as raiseStatement } from './sql/statements.generated.ts'

/** Percent of the way to disabling the webhook; at 100 the database raises `webhook.deactivated`. */
const THRESHOLDS = [90, 70, 50] as const

export interface Alert {
  webhook_id: string
  type: OperationalEvent
  threshold: number | null
  /** Milliseconds since the epoch; null: this hour. */
  since: number | null
  count: number
  message: string
}

/** How the health of one webhook has changed. */
export interface HealthTransition {
  webhookId: string
  before: HealthState
  after: HealthState
  /** By the database's clock. */
  now: number
  lastError: string
  /** Deliveries that failed for good. */
  exhausted: number
}

/** Returns the alerts for a transition; the database raises each at most once in its window. */
export function alertsFor(transition: HealthTransition, limits: DisableLimits): Alert[] {
  return [failing(transition, limits), recovered(transition, limits), exhausted(transition)].filter(
    (alert) => alert !== undefined,
  )
}

/** Percent of the way to disabling: both the time and the failures must be reached, so the smaller share counts. */
function progress({ failures, failingSince }: HealthState, now: number, limits: DisableLimits): number {
  if (failingSince === undefined) return 0
  const lasted = limits.after === 0 ? 1 : (now - failingSince) / limits.after
  return 100 * Math.min(failures / limits.attempts, lasted)
}

function failing(transition: HealthTransition, limits: DisableLimits): Alert | undefined {
  const { after, now, lastError } = transition
  const reached = progress(after, now, limits)
  const threshold = THRESHOLDS.find((percent) => percent <= reached)
  if (threshold === undefined || reached >= 100 || after.failingSince === undefined) return undefined
  const lasted = now - after.failingSince
  const message = phrase('alert.failing', {
    reason: explainDisabling(after, lasted, lastError),
    share: threshold,
  })
  return { ...alertOf(transition, 'webhook.failing'), threshold, since: after.failingSince, message }
}

function recovered(transition: HealthTransition, limits: DisableLimits): Alert | undefined {
  const { before, after } = transition
  if (after.failures > 0 || before.failingSince === undefined) return undefined
  // No `webhook.failing` was raised before.
  if (before.failures < (limits.attempts * THRESHOLDS.at(-1)!) / 100) return undefined
  const message = phrase('alert.recovered', { failures: before.failures })
  return { ...alertOf(transition, 'webhook.recovered'), since: before.failingSince, message }
}

function exhausted(transition: HealthTransition): Alert | undefined {
  if (transition.exhausted === 0) return undefined
  const message = phrase('alert.exhausted', { problem: cutText(transition.lastError, 300) })
  return { ...alertOf(transition, 'delivery.exhausted'), count: transition.exhausted, message }
}

const alertOf = ({ webhookId }: HealthTransition, type: OperationalEvent): Omit<Alert, 'message'> => ({
  webhook_id: webhookId,
  type,
  threshold: null,
  since: null,
  count: 1,
})

/** To be called in the transaction that evaluates the health. */
export async function raiseAlerts(connection: Connection, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length > 0) await connection.query(...raiseStatement({ alerts: JSON.stringify(alerts) }))
}

/**
 * Whether a delivery failed for good with this attempt. A manual retry raises no alert, because someone is watching, and neither
 * does the delivery of an alert.
 */
export function isExhausted({ wait_ms, lease, trigger, deactivate, event }: AttemptRecord): boolean {
  return (
    wait_ms === null && lease !== null && trigger !== 'manual' && deactivate === null && !isOperational(event)
  )
}
