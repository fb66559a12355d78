import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { estimateEnd } from './estimate-end.ts'

const START = Date.UTC(2026, 0, 1)
const sync = { matched: 1_000, sent: 240, failed: 10, started_at: new Date(START).toISOString() }
const at = (seconds: number): number => START + seconds * 1_000

suite('the estimated end of a sync', () => {
  test('follows from the rate since the start, with the records that failed', () => {
    assert.equal(estimateEnd(sync, at(60)), new Date(at(240)).toISOString())
  })

  test('is not said in the first seconds, before the first record, and without a count', () => {
    assert.equal(estimateEnd(sync, at(4)), undefined)
    assert.equal(estimateEnd({ ...sync, sent: 0, failed: 0 }, at(60)), undefined)
    assert.equal(estimateEnd({ ...sync, matched: null }, at(60)), undefined)
  })

  test('is not said when all records that were counted have been sent', () => {
    assert.equal(estimateEnd({ ...sync, sent: 1_000 }, at(60)), undefined)
  })
})
