import type { Connection } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { cutText } from '../../domain/storable-text.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import { isOperational } from '../../domain/event-types/operational-events.ts'
import type { OperationalEvent } from '../../domain/event-types/operational-events.ts'
import type { HealthState } from '../../domain/circuit-breaker.ts'
import type { DeactivationLimits } from '../../domain/health-words.ts'
import { explainDeactivation } from '../../domain/health-words.ts'

const raiseStatement = loadStatement(import.meta.url, 'raise-alerts')

/** Percent of the way to deactivation; at all of it the database says by itself that the webhook was deactivated. */
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

/** What became of one webhook in a look at its health. */
export interface Course {
  webhookId: string
  before: HealthState
  after: HealthState
  /** By the database's clock. */
  now: number
  lastError: string
  /** Deliveries that were given up. */
  exhausted: number
}

/** The alerts that this calls for; the database keeps each to once in its window. */
export function alertsOf(course: Course, limits: DeactivationLimits): Alert[] {
  return [failing(course, limits), recovered(course, limits), exhausted(course)].filter(
    (alert) => alert !== undefined,
  )
}

/** Both must be had for a webhook to be deactivated, the time and the attempts: what is further away counts. */
function progress({ failures, failingSince }: HealthState, now: number, limits: DeactivationLimits): number {
  if (failingSince === undefined) return 0
  const lasted = limits.after === 0 ? 1 : (now - failingSince) / limits.after
  return 100 * Math.min(failures / limits.attempts, lasted)
}

function failing(course: Course, limits: DeactivationLimits): Alert | undefined {
  const { after, now, lastError } = course
  const reached = progress(after, now, limits)
  const threshold = THRESHOLDS.find((percent) => percent <= reached)
  if (threshold === undefined || reached >= 100 || after.failingSince === undefined) return undefined
  const lasted = now - after.failingSince
  const message = `${explainDeactivation(after, lasted, lastError)}. That is ${threshold} % of the way to being switched off`
  return { ...of(course, 'webhook.failing'), threshold, since: after.failingSince, message }
}

function recovered(course: Course, limits: DeactivationLimits): Alert | undefined {
  const { before, after } = course
  if (after.failures > 0 || before.failingSince === undefined) return undefined
  // Whoever has failed less often was never told of.
  if (before.failures < (limits.attempts * THRESHOLDS.at(-1)!) / 100) return undefined
  const message = `the endpoint answers again, after ${before.failures} attempts in a row had failed`
  return { ...of(course, 'webhook.recovered'), since: before.failingSince, message }
}

function exhausted(course: Course): Alert | undefined {
  if (course.exhausted === 0) return undefined
  const message = `deliveries were given up after their last attempt; the last one: ${cutText(course.lastError, 300)}`
  return { ...of(course, 'delivery.exhausted'), count: course.exhausted, message }
}

const of = ({ webhookId }: Course, type: OperationalEvent): Omit<Alert, 'message'> => ({
  webhook_id: webhookId,
  type,
  threshold: null,
  since: null,
  count: 1,
})

/** In the transaction in which the health was judged. */
export async function raiseAlerts(connection: Connection, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length > 0) await connection.query(raiseStatement, [JSON.stringify(alerts)])
}

/**
 * Whether this attempt was a delivery's last, by the schedule. One that a person asked for is looked at by that person; and
 * of alerts that could not be delivered no further alert is made.
 */
export function isExhausted({ wait_ms, lease, trigger, deactivate, event }: AttemptRecord): boolean {
  return (
    wait_ms === null && lease !== null && trigger !== 'manual' && deactivate === null && !isOperational(event)
  )
}
