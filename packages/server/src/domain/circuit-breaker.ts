import { phrase } from './messages/phrase.ts'
import type { Said } from './messages/phrase.ts'
import { cutText } from './storable-text.ts'

/**
 * The circuit breaker of an endpoint: all of its states, what they let through, and what moves it between them.
 *
 *   healthy ──── 3 failures in a row ────► degraded
 *      ▲ ▲ ◄─────── a success ──────────────── │
 *      │ │                                     │ `failures` in a row, the first at least `after` ago
 *      │ └── a success, no backlog ──────┐     ▼
 *      │                                held ◄──────────────┐
 *      │                                 │ a success        │ a failure while the window still grows;
 *      │                                 ▼                  │ later, as from degraded
 *      └──── no backlog ─────────── draining ───────────────┘
 *
 * With few `failures` allowed, a healthy endpoint is held at once. A circuit that closes while the last attempts failed is
 * degraded, not healthy.
 *
 * `Retry-After` pauses an endpoint: from any phase but held it goes to draining, which begins at the end of the pause. One that
 * is held gets no probe before.
 *
 * | phase    | circuit   | people read | what may be sent                                                        |
 * |----------|-----------|-------------|-------------------------------------------------------------------------|
 * | healthy  | closed    | Healthy     | everything, as it comes                                                 |
 * | degraded | closed    | Degraded    | everything, as it comes                                                 |
 * | held     | open      | On hold     | from the queue: one probe at a time over all nodes, the oldest that is due; 2 s after holding, then after twice as long each time, up to a minute. A successful test or manual retry counts as a probe |
 * | draining | half-open | Degraded    | from the queue, oldest first, within a window of requests that grows from one to all; nothing before `drainingSince` |
 *
 * `pipeline/claim/sql/claim-due.sql` applies the last column: it locks the webhook's row of `webhooks_internal.endpoint_health`, so that
 * probes and the window (`webhooks_internal.drain_window`) hold over all nodes.
 *
 * Invariants:
 * - A failure counts for the URL that the request was sent to: a webhook with another URL, or one that was enabled
 *   again, starts afresh.
 * - The breaker never ends a delivery. A delivery on hold waits and loses no attempt.
 * - A request that was sent before the endpoint was held says nothing about a probe or a drain when it fails late.
 * - Only a test or a manual retry ends a pause: other requests that succeed meanwhile were sent before it.
 */
export type EndpointPhase = 'healthy' | 'degraded' | 'held' | 'draining'

/** Times are milliseconds since the epoch by the database's clock. */
export interface HealthState {
  phase: EndpointPhase
  /** Failures since the last success. */
  failures: number
  failingSince: number | undefined
  probeAt: number | undefined
  /** Milliseconds between the previous probe and the next or latest one. */
  probeWait: number | undefined
  /** The lease of the probe that is under way. */
  probeLease: string | undefined
  /** In the future while the endpoint is paused. */
  drainingSince: number | undefined
  /** Successes since then. */
  drained: number
}

/** Outcomes of attempts to one URL, counted. */
export interface AttemptTally {
  successes: number
  /** Failures after the last success. */
  failures: number
  /** When the first of these failures began and when the last did. */
  firstFailedAt: number
  lastFailedAt: number
  /** The leases of these failures. */
  leases: ReadonlySet<string>
  /** Until when the endpoint asked to be left alone; undefined: it did not ask. */
  pauseUntil: number | undefined
  /** Whether a test or a manual retry succeeded although the endpoint was not healthy. */
  isProven: boolean
}

export interface HealthContext {
  now: number
  /** Whether a delivery is due and not leased. */
  hasBacklog: boolean
  /** Whether the window has grown to all of the endpoint's slots. */
  isWindowOpen: boolean
  /** With a rate limit, a backlog does not mean that the drain continues. */
  isRateLimited: boolean
}

export interface BreakerLimits {
  /** Failures in a row that put an endpoint on hold. */
  failures: number
  /** Milliseconds since the first of them. */
  after: number
}

export const DEGRADED_AFTER = 3
export const MIN_PROBE_WAIT_MS = 2_000
export const MAX_PROBE_WAIT_MS = 60_000
/** The longest pause of an endpoint at a time. A single delivery waits for up to 24 hours: see retry-policy.ts. */
export const MAX_PAUSE_MS = 3_600_000

export const HEALTHY: HealthState = {
  phase: 'healthy',
  failures: 0,
  failingSince: undefined,
  probeAt: undefined,
  probeWait: undefined,
  probeLease: undefined,
  drainingSince: undefined,
  drained: 0,
}

/** Returns the state after these attempts. */
export function nextHealthState(
  before: HealthState,
  tally: AttemptTally,
  context: HealthContext,
  limits: BreakerLimits,
): HealthState {
  const state = { ...before, ...countStreak(before, tally) }
  const pauseEnd = findPauseEnd(before, tally, context.now)
  if (state.phase === 'held') {
    const held =
      tally.successes > 0 ? halfOpenCircuit(state, tally, context) : afterProbe(state, tally, context.now)
    return pause(held, pauseEnd)
  }
  if (pauseEnd === undefined && state.phase === 'draining') {
    return isPaused(state, context.now)
      ? halfOpenCircuit(state, tally, context)
      : afterDraining(state, tally, context, limits)
  }
  const next = mustHold(state, context, limits)
    ? openCircuit(state, context.now, MIN_PROBE_WAIT_MS)
    : closeCircuit(state)
  return pause(next, pauseEnd)
}

export function isPaused({ phase, drainingSince = 0 }: HealthState, now: number): boolean {
  return phase === 'draining' && drainingSince > now
}

/** Returns the end of the pause after these attempts; undefined: there is none. */
function findPauseEnd(before: HealthState, tally: AttemptTally, now: number): number | undefined {
  const asked = Math.min(tally.pauseUntil ?? 0, now + MAX_PAUSE_MS)
  const known = isPaused(before, now) && !tally.isProven ? before.drainingSince! : 0
  const end = Math.max(asked, known)
  return end > now ? end : undefined
}

function pause(state: HealthState, end: number | undefined): HealthState {
  if (end === undefined) return state
  if (state.phase === 'held') return { ...state, probeAt: Math.max(state.probeAt ?? 0, end) }
  const { failures, failingSince } = state
  return { ...HEALTHY, failures, failingSince, phase: 'draining', drainingSince: end }
}

function countStreak(
  before: HealthState,
  { successes, failures, firstFailedAt }: AttemptTally,
): Pick<HealthState, 'failures' | 'failingSince'> {
  if (successes > 0 || before.failures === 0) {
    return { failures, failingSince: failures === 0 ? undefined : firstFailedAt }
  }
  return { failures: before.failures + failures, failingSince: before.failingSince }
}

function mustHold(state: HealthState, { now }: HealthContext, limits: BreakerLimits): boolean {
  return state.failures >= limits.failures && now - (state.failingSince ?? now) >= limits.after
}

function closeCircuit(state: HealthState): HealthState {
  const { failures, failingSince } = state
  return {
    ...HEALTHY,
    failures,
    failingSince,
    phase: failures >= DEGRADED_AFTER ? 'degraded' : 'healthy',
  }
}

function openCircuit(state: HealthState, now: number, wait: number): HealthState {
  const { failures, failingSince } = state
  return { ...HEALTHY, failures, failingSince, phase: 'held', probeAt: now + wait, probeWait: wait }
}

function afterProbe(state: HealthState, { leases }: AttemptTally, now: number): HealthState {
  if (state.probeLease === undefined || !leases.has(state.probeLease)) return state
  return openCircuit(state, now, doubled(state))
}

function doubled({ probeWait = MIN_PROBE_WAIT_MS }: HealthState): number {
  return Math.min(2 * probeWait, MAX_PROBE_WAIT_MS)
}

function halfOpenCircuit(
  state: HealthState,
  { successes }: AttemptTally,
  { hasBacklog, now }: HealthContext,
): HealthState {
  if (!hasBacklog) return closeCircuit(state)
  return {
    ...state,
    phase: 'draining',
    probeAt: undefined,
    probeLease: undefined,
    drainingSince: now,
    // The probe itself is none of the drain's.
    drained: successes - 1,
  }
}

function afterDraining(
  state: HealthState,
  tally: AttemptTally,
  context: HealthContext,
  limits: BreakerLimits,
): HealthState {
  const { now, hasBacklog, isWindowOpen, isRateLimited } = context
  const drained = state.drained + tally.successes
  const hasFailed = tally.failures > 0 && tally.lastFailedAt >= (state.drainingSince ?? now)
  // An endpoint that failed right after its probe waits longer; one that fails occasionally continues.
  if (hasFailed && drained === 0) return openCircuit(state, now, doubled(state))
  if (hasFailed && !isWindowOpen) return openCircuit(state, now, MIN_PROBE_WAIT_MS)
  if (mustHold(state, context, limits)) return openCircuit(state, now, MIN_PROBE_WAIT_MS)
  if (!hasBacklog || (isRateLimited && isWindowOpen)) return closeCircuit(state)
  return { ...state, drained }
}

/** When a webhook whose attempts all fail is disabled. */
export interface DisableLimits {
  /** Milliseconds since the first failure; Infinity: never. */
  after: number
  /** Failures in a row. */
  attempts: number
}

/** A state as the API shows it. */
export interface ShownHealth {
  health: 'healthy' | 'degraded' | 'held'
  reason: string | null
  is_parked: boolean
}

const MAX_ERROR_LENGTH = 300

export function describeHealth(state: HealthState, lastError: string, now: number): ShownHealth {
  const { phase, failures, failingSince } = state
  const failed = { failures, problem: cutText(lastError, MAX_ERROR_LENGTH) }
  if (phase === 'healthy') return { health: 'healthy', reason: null, is_parked: false }
  if (phase === 'degraded')
    return { health: 'degraded', reason: phrase('health.degraded', failed), is_parked: false }
  if (phase === 'draining') {
    return {
      health: 'degraded',
      reason: phrase(isPaused(state, now) ? 'health.paused' : 'health.draining'),
      is_parked: true,
    }
  }
  return { health: 'held', reason: holdReason(failed, failingSince), is_parked: true }
}

function holdReason(failed: { failures: number; problem: string }, failingSince: number | undefined): Said {
  return failingSince === undefined
    ? phrase('health.held', failed)
    : phrase('health.heldSince', { ...failed, time: new Date(failingSince).toISOString() })
}

export function explainDisabling({ failures }: HealthState, lasted: number, lastError: string): string {
  return phrase('health.disabling', {
    period: inWords(lasted),
    failures,
    problem: cutText(lastError, MAX_ERROR_LENGTH),
  })
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
