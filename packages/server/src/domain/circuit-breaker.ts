/**
 * The health of an endpoint and what moves it:
 *
 *   healthy ──── 3 failures in a row ────► degraded
 *      ▲ ▲ ◄──────── a success ─────────────── │
 *      │ │                                     │ `failures` in a row that began `after` ago or earlier
 *      │ └── a success, nothing is due ─┐      ▼
 *      │                               held ◄──────────────┐
 *      │                                │ a success         │ a failure while the window still grows;
 *      │                                ▼                   │ after that as from degraded
 *      └──── nothing is due ──────── draining ─────────────┘
 *
 * - healthy, degraded: everything is sent as it comes.
 * - held: deliveries wait in the queue and lose no attempt. One at a time, over all nodes, the oldest that is due goes out
 *   as a probe: 2 seconds after holding, then after twice as long each time, up to a minute. A test or a retry by hand
 *   that succeeds counts as one that did.
 * - draining: what was held is sent oldest first, and what is new waits behind it. The requests that may be under way
 *   (`drain_window` in the database) grow from one to all.
 *
 * Invariants:
 * - A failure counts for the address that it was sent to: a webhook that has another one by now, or was switched on
 *   again, starts afresh.
 * - The breaker never ends a delivery, and holding one delays it but costs it nothing.
 * - What was sent before the endpoint was held says nothing about a probe or a drain, should it fail late.
 */
export type Phase = 'healthy' | 'degraded' | 'held' | 'draining'

/** Times are milliseconds since the epoch by the database's clock. */
export interface HealthState {
  phase: Phase
  /** Since the last success. */
  failures: number
  failingSince: number | undefined
  probeAt: number | undefined
  /** How long the next or latest probe was waited for, in milliseconds. */
  probeWait: number | undefined
  /** The lease of the probe that is under way. */
  probeLease: string | undefined
  drainingSince: number | undefined
  /** Successes since then. */
  drained: number
}

/** What came of attempts to one address, several taken together. */
export interface Results {
  successes: number
  /** After the last success. */
  failures: number
  /** When the first of these failures began and when the last did. */
  firstFailedAt: number
  lastFailedAt: number
  /** The leases under which they were sent. */
  leases: ReadonlySet<string>
}

export interface Surroundings {
  now: number
  /** Whether a delivery is due that nobody is sending. */
  hasBacklog: boolean
  /** Whether a drain may use all of the endpoint's requests under way. */
  isWindowOpen: boolean
  /** A backlog is no sign of draining where a rate limit keeps one. */
  isRateLimited: boolean
}

export interface BreakerLimits {
  /** Failures in a row after which an endpoint is held. */
  failures: number
  /** Milliseconds that they must have lasted. */
  after: number
}

export const DEGRADED_AFTER = 3
export const FIRST_PROBE_MS = 2_000
export const LONGEST_PROBE_MS = 60_000

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

/** The state after `results`. */
export function judge(
  before: HealthState,
  results: Results,
  surroundings: Surroundings,
  limits: BreakerLimits,
): HealthState {
  const state = { ...before, ...countStreak(before, results) }
  if (state.phase === 'draining') return judgeDrain(state, results, surroundings, limits)
  if (state.phase === 'held') {
    return results.successes > 0
      ? release(state, results, surroundings)
      : judgeProbe(state, results, surroundings.now)
  }
  return isToBeHeld(state, surroundings, limits) ? hold(state, surroundings.now, FIRST_PROBE_MS) : open(state)
}

function countStreak(
  before: HealthState,
  { successes, failures, firstFailedAt }: Results,
): Pick<HealthState, 'failures' | 'failingSince'> {
  if (successes > 0 || before.failures === 0) {
    return { failures, failingSince: failures === 0 ? undefined : firstFailedAt }
  }
  return { failures: before.failures + failures, failingSince: before.failingSince }
}

function isToBeHeld(state: HealthState, { now }: Surroundings, limits: BreakerLimits): boolean {
  return state.failures >= limits.failures && now - (state.failingSince ?? now) >= limits.after
}

function open(state: HealthState): HealthState {
  const { failures, failingSince } = state
  return {
    ...HEALTHY,
    failures,
    failingSince,
    phase: failures >= DEGRADED_AFTER ? 'degraded' : 'healthy',
  }
}

function hold(state: HealthState, now: number, wait: number): HealthState {
  const { failures, failingSince } = state
  return { ...HEALTHY, failures, failingSince, phase: 'held', probeAt: now + wait, probeWait: wait }
}

function judgeProbe(state: HealthState, { leases }: Results, now: number): HealthState {
  if (state.probeLease === undefined || !leases.has(state.probeLease)) return state
  return hold(state, now, doubled(state))
}

function doubled({ probeWait = FIRST_PROBE_MS }: HealthState): number {
  return Math.min(2 * probeWait, LONGEST_PROBE_MS)
}

function release(state: HealthState, { successes }: Results, { hasBacklog, now }: Surroundings): HealthState {
  if (!hasBacklog) return open(state)
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

function judgeDrain(
  state: HealthState,
  results: Results,
  surroundings: Surroundings,
  limits: BreakerLimits,
): HealthState {
  const { now, hasBacklog, isWindowOpen, isRateLimited } = surroundings
  const drained = state.drained + results.successes
  const hasFailed = results.failures > 0 && results.lastFailedAt >= (state.drainingSince ?? now)
  // One that took nothing but the probe is left alone for longer; one that fails now and then must get on.
  if (hasFailed && drained === 0) return hold(state, now, doubled(state))
  if (hasFailed && !isWindowOpen) return hold(state, now, FIRST_PROBE_MS)
  if (isToBeHeld(state, surroundings, limits)) return hold(state, now, FIRST_PROBE_MS)
  if (!hasBacklog || (isRateLimited && isWindowOpen)) return open(state)
  return { ...state, drained }
}
