import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextWait } from './retry-policy.ts'

const SCHEDULE = [5_000, 300_000]
const middle = (): number => 0.5

test('each failed attempt is followed by its own wait of the schedule', () => {
  assert.equal(nextWait(SCHEDULE, 1, undefined, middle), 5_000)
  assert.equal(nextWait(SCHEDULE, 2, undefined, middle), 300_000)
})

test('a delivery has one attempt more than the schedule has waits', () => {
  assert.equal(nextWait(SCHEDULE, 3, undefined), undefined)
  assert.equal(nextWait([], 1, undefined), undefined)
})

test('jitter changes a wait by at most ten percent', () => {
  assert.equal(
    nextWait(SCHEDULE, 1, undefined, () => 0),
    4_500,
  )
  assert.equal(
    nextWait(SCHEDULE, 1, undefined, () => 1),
    5_500,
  )
})

test('Retry-After can lengthen a wait but not shorten it', () => {
  const none = (): number => 0
  assert.equal(nextWait(SCHEDULE, 1, 60_000, none), 60_000)
  assert.equal(nextWait(SCHEDULE, 1, 1_000, middle), 5_000)
})

test('deliveries with the same Retry-After return after its end, over a tenth of it but a second to a minute', () => {
  const latest = (retryAfter: number) => nextWait([0], 1, retryAfter, () => 1)
  assert.deepEqual([6_000, 60_000, 3_600_000].map(latest), [7_000, 66_000, 3_660_000])
  assert.equal(latest(0), 0)
  const waits = Array.from({ length: 60 }, () => nextWait([0], 1, 6_000)!)
  assert.ok(waits.every((wait) => wait >= 6_000))
  assert.ok(Math.max(...waits) - Math.min(...waits) > 500, String(waits))
})

test('a Retry-After of a month counts as one day', () => {
  assert.equal(nextWait(SCHEDULE, 1, 30 * 24 * 3_600_000, middle), 24 * 3_600_000)
})
