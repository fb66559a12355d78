import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WindowCounter } from './window-counter.ts'

describe('window counters', () => {
  const time = { now: 0 }
  const clock = { now: () => time.now }

  it('a window counter allows as many calls as its limit in each minute', () => {
    const counter = new WindowCounter(2, clock)
    assert.deepEqual(counter.count('a'), { limit: 2, remaining: 1, reset: 60, exceeded: false })
    time.now += 20_500
    assert.deepEqual(counter.count('a'), { limit: 2, remaining: 0, reset: 40, exceeded: false })
    assert.deepEqual(counter.count('a'), { limit: 2, remaining: 0, reset: 40, exceeded: true })
    time.now += 39_500
    assert.deepEqual(counter.count('a'), { limit: 2, remaining: 1, reset: 60, exceeded: false })
  })

  it('a window counter counts each name separately, and peek() does not count', () => {
    const counter = new WindowCounter(1, clock)
    counter.count('a')
    assert.equal(counter.peek('a').exceeded, false)
    assert.equal(counter.count('b').exceeded, false)
    assert.equal(counter.count('a').exceeded, true)
    assert.equal(counter.peek('a').exceeded, true)
  })

  it('a window counter drops the oldest names instead of growing without bound', () => {
    const counter = new WindowCounter(1, clock)
    counter.count('first')
    counter.count('first')
    for (let n = 0; n < 20_000; n += 1) counter.count(`name ${n}`)
    assert.equal(counter.peek('first').exceeded, false)
    assert.equal(counter.count('name 19999').exceeded, true)
  })
})
