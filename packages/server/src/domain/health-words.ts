import { cutText } from './storable-text.ts'
import type { HealthState } from './circuit-breaker.ts'

export interface DeactivationLimits {
  /** Milliseconds for which every attempt must have failed; Infinity: never. */
  after: number
  /** How many they must have been. */
  attempts: number
}

/** What the API shows of a state. */
export interface ShownHealth {
  health: 'healthy' | 'degraded' | 'held'
  reason: string | null
  is_parked: boolean
}

const LONGEST_ERROR = 300

export function describeHealth(
  { phase, failures, failingSince }: HealthState,
  lastError: string,
): ShownHealth {
  const failed = `${failures} attempts in a row have failed`
  const last = `the last one: ${cutText(lastError, LONGEST_ERROR)}`
  if (phase === 'healthy') return { health: 'healthy', reason: null, is_parked: false }
  if (phase === 'degraded') return { health: 'degraded', reason: `${failed}; ${last}`, is_parked: false }
  if (phase === 'draining') return { health: 'degraded', reason: DRAINING, is_parked: true }
  return { health: 'held', reason: holdReason(failed, failingSince, last), is_parked: true }
}

const DRAINING =
  'the endpoint answers again: what was held is being sent, oldest first, and what is new after it'

function holdReason(failed: string, failingSince: number | undefined, last: string): string {
  const since = failingSince === undefined ? '' : ` since ${new Date(failingSince).toISOString()}`
  return `${failed}${since}; ${last}. Deliveries wait and lose no attempt; one at a time is sent to see whether it answers again`
}

export function explainDeactivation({ failures }: HealthState, lasted: number, lastError: string): string {
  return `every attempt has failed for ${inWords(lasted)}, ${failures} in a row; the last one: ${cutText(lastError, LONGEST_ERROR)}`
}

const UNITS: readonly [number, string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
]

/** `3 minutes`, `2 days`: whole numbers of the largest unit of which there are two. */
export function inWords(ms: number): string {
  const [size, name] = UNITS.find(([unit]) => ms >= 2 * unit) ?? [1_000, 'second']
  const count = Math.max(1, Math.floor(ms / size))
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
