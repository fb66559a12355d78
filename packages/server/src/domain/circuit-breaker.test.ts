import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthState, AttemptTally, HealthContext } from './circuit-breaker.ts'
import {
  DEGRADED_AFTER,
  MIN_PROBE_WAIT_MS,
  HEALTHY,
  MAX_PAUSE_MS,
  MAX_PROBE_WAIT_MS,
  describeHealth,
  isPaused,
  nextHealthState,
} from './circuit-breaker.ts'

const NOW = 1_000_000
const LIMITS = { failures: 20, after: 5_000 }
const QUIET: HealthContext = { now: NOW, hasBacklog: false, isWindowOpen: true, isRateLimited: false }
const LEASE = 'the lease of the probe'

function failed(failures: number, fields: Partial<AttemptTally> = {}): AttemptTally {
  return {
    successes: 0,
    failures,
    firstFailedAt: NOW - 100,
    lastFailedAt: NOW - 50,
    leases: new Set(),
    pauseUntil: undefined,
    isProven: false,
    ...fields,
  }
}
const succeeded = (successes = 1): AttemptTally => failed(0, { successes })
const after = (state: HealthState, tally: AttemptTally, context: Partial<HealthContext> = {}): HealthState =>
  nextHealthState(state, tally, { ...QUIET, ...context }, LIMITS)

const FAILING: HealthState = { ...HEALTHY, phase: 'degraded', failures: 19, failingSince: NOW - 5_000 }
const HELD: HealthState = {
  ...FAILING,
  phase: 'held',
  failures: 20,
  probeAt: NOW,
  probeWait: 8_000,
  probeLease: LEASE,
}
const DRAINING: HealthState = { ...HEALTHY, phase: 'draining', drainingSince: NOW - 1_000, probeWait: 8_000 }
const BACKLOG = { hasBacklog: true, isWindowOpen: false }

test('an endpoint becomes degraded with the third failure in a row, and healthy with the next success', () => {
  assert.equal(after(HEALTHY, failed(DEGRADED_AFTER - 1)).phase, 'healthy')
  const degraded = after(after(HEALTHY, failed(2)), failed(1))
  assert.deepEqual([degraded.phase, degraded.failures], ['degraded', 3])
  assert.deepEqual(after(degraded, succeeded()), HEALTHY)
})

test('a success between failures restarts the count', () => {
  const state = after({ ...HEALTHY, failures: 2, failingSince: 1 }, failed(2, { successes: 1 }))
  assert.deepEqual([state.phase, state.failures, state.failingSince], ['healthy', 2, NOW - 100])
})

test('consecutive failures are dated from the first one', () => {
  const first = after(HEALTHY, failed(1))
  assert.equal(after(first, failed(5, { firstFailedAt: NOW })).failingSince, NOW - 100)
})

test('an endpoint is put on hold only when it has failed both often and long enough', () => {
  assert.equal(after(FAILING, failed(1)).phase, 'held')
  assert.equal(after({ ...FAILING, failingSince: NOW - 4_999 }, failed(1)).phase, 'degraded')
  assert.equal(after({ ...FAILING, failures: 18 }, failed(1)).phase, 'degraded')
})

test('the wait for the next probe starts at two seconds and doubles up to a minute', () => {
  let state = after(FAILING, failed(1))
  const waits: number[] = []
  for (let probe = 0; probe < 8; probe += 1) {
    assert.equal(state.probeAt, NOW + (state.probeWait ?? 0))
    waits.push(state.probeWait ?? 0)
    state = after({ ...state, probeLease: LEASE }, failed(1, { leases: new Set([LEASE]) }))
  }
  assert.deepEqual(waits, [
    MIN_PROBE_WAIT_MS,
    4_000,
    8_000,
    16_000,
    32_000,
    MAX_PROBE_WAIT_MS,
    MAX_PROBE_WAIT_MS,
    MAX_PROBE_WAIT_MS,
  ])
})

test('late failures of requests sent before the hold are counted without affecting the probe', () => {
  const state = after(HELD, failed(12, { leases: new Set(['another lease']) }))
  assert.deepEqual(state, { ...HELD, failures: 32 })
})

test('a success on hold starts a drain if deliveries are due, or else restores the endpoint to healthy', () => {
  const draining = after(HELD, succeeded(), BACKLOG)
  assert.deepEqual(
    [draining.phase, draining.drainingSince, draining.drained, draining.failures, draining.probeAt],
    ['draining', NOW, 0, 0, undefined],
  )
  assert.deepEqual(after(HELD, succeeded()), HEALTHY)
})

test('a drain counts its successes and ends when no deliveries are due', () => {
  assert.equal(after(DRAINING, succeeded(7), BACKLOG).drained, 7)
  assert.equal(after(DRAINING, succeeded(7), { hasBacklog: true }).phase, 'draining')
  assert.deepEqual(after(DRAINING, succeeded()), HEALTHY)
})

test('the drain of an endpoint with a rate limit ends when its window is open, even with a backlog', () => {
  const rated = { hasBacklog: true, isRateLimited: true }
  assert.equal(after(DRAINING, succeeded(), { ...rated, isWindowOpen: false }).phase, 'draining')
  assert.deepEqual(after(DRAINING, succeeded(), { ...rated, isWindowOpen: true }), HEALTHY)
})

test('a failure during a drain puts the endpoint on hold again, for longer if only the probe succeeded', () => {
  const nothing = after(DRAINING, failed(1), BACKLOG)
  assert.deepEqual([nothing.phase, nothing.probeWait], ['held', 16_000])
  const something = after({ ...DRAINING, drained: 3 }, failed(1), BACKLOG)
  assert.deepEqual([something.phase, something.probeWait], ['held', MIN_PROBE_WAIT_MS])
})

test('once the window is open, a single failure does not put the endpoint on hold, but many in a row do', () => {
  const open = { hasBacklog: true, isWindowOpen: true }
  assert.equal(after({ ...DRAINING, drained: 40 }, failed(1), open).phase, 'draining')
  const long: HealthState = { ...DRAINING, drained: 40, failures: 19, failingSince: NOW - 6_000 }
  assert.equal(after(long, failed(1), open).phase, 'held')
})

test('late failures of requests sent before a drain do not end it', () => {
  const late = failed(3, { firstFailedAt: NOW - 9_000, lastFailedAt: NOW - 8_000 })
  assert.equal(after(DRAINING, late, BACKLOG).phase, 'draining')
})

const asked = (pauseUntil: number, fields: Partial<AttemptTally> = {}): AttemptTally =>
  failed(1, { pauseUntil, ...fields })
const PAUSED = after(HEALTHY, asked(NOW + 60_000))

test('a Retry-After pauses an endpoint: it is draining from the end of the pause on', () => {
  for (const before of [HEALTHY, { ...FAILING, failures: 3 }, DRAINING]) {
    const { phase, drainingSince, drained } = after(before, asked(NOW + 60_000), BACKLOG)
    assert.deepEqual([phase, drainingSince, drained], ['draining', NOW + 60_000, 0], before.phase)
  }
  assert.deepEqual([isPaused(PAUSED, NOW), isPaused(PAUSED, NOW + 60_000)], [true, false])
  assert.match(describeHealth(PAUSED, 'x', NOW).reason ?? '', /asked to be left alone/)
})

test('a pause lasts at most an hour, and one that has ended already is none', () => {
  assert.equal(after(HEALTHY, asked(NOW + 86_400_000)).drainingSince, NOW + MAX_PAUSE_MS)
  assert.equal(after(HEALTHY, asked(NOW)).phase, 'healthy')
})

test('requests that were sent before a pause do not shorten it, but can lengthen it', () => {
  for (const tally of [succeeded(5), failed(3), asked(NOW + 5_000)])
    assert.equal(after(PAUSED, tally).drainingSince, NOW + 60_000)
  assert.equal(after(PAUSED, asked(NOW + 90_000)).drainingSince, NOW + 90_000)
})

test('a successful test or manual retry ends a pause', () => {
  const proven = failed(0, { successes: 1, isProven: true })
  assert.deepEqual(after(PAUSED, proven), HEALTHY)
  assert.equal(after(PAUSED, proven, BACKLOG).drainingSince, NOW)
})

test('the first request after a pause drains the backlog, or pauses the endpoint again', () => {
  const ended = { ...PAUSED, drainingSince: NOW - 10 }
  assert.deepEqual(after(ended, succeeded()), HEALTHY)
  assert.equal(after(ended, succeeded(), BACKLOG).drained, 1)
  assert.equal(after(ended, asked(NOW + 1_000), BACKLOG).drainingSince, NOW + 1_000)
  assert.equal(after(ended, failed(1, { lastFailedAt: NOW }), BACKLOG).phase, 'held')
})

test('an endpoint on hold gets no probe before the end of its Retry-After', () => {
  const probe = { leases: new Set([LEASE]) }
  assert.equal(after(HELD, asked(NOW + 60_000, probe)).probeAt, NOW + 60_000)
  assert.equal(after(HELD, asked(NOW + 1_000, probe)).probeAt, NOW + 16_000)
  assert.equal(after(FAILING, asked(NOW + 60_000)).probeAt, NOW + 60_000)
  const failing: HealthState = { ...PAUSED, failures: 19, failingSince: NOW - 6_000 }
  assert.deepEqual(
    [after(failing, failed(1)).phase, after(failing, failed(1)).probeAt],
    ['held', NOW + 60_000],
  )
})
