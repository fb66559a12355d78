import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextWait, parseRetryAfter } from './retry-policy.ts'

const SCHEDULE = [5_000, 300_000]
const NOW = Date.parse('2025-01-15T10:30:00Z')
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
  assert.equal(nextWait(SCHEDULE, 1, 60_000, middle), 60_000)
  assert.equal(nextWait(SCHEDULE, 1, 1_000, middle), 5_000)
})

test('a Retry-After of a month counts as one day', () => {
  assert.equal(nextWait(SCHEDULE, 1, 30 * 24 * 3_600_000, middle), 24 * 3_600_000)
})

test('Retry-After is read as seconds or as an HTTP date', () => {
  assert.equal(parseRetryAfter('120', NOW), 120_000)
  assert.equal(parseRetryAfter('Wed, 15 Jan 2025 10:31:00 GMT', NOW), 60_000)
  assert.equal(parseRetryAfter('Wed, 15 Jan 2025 10:29:00 GMT', NOW), 0)
})

test('an invalid Retry-After is ignored', () => {
  for (const garbage of ['soon', '-5', '1.5', '', '99999999999999', '2']) {
    assert.equal(parseRetryAfter(garbage, NOW), garbage === '2' ? 2_000 : undefined, garbage)
  }
})
