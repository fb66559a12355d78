import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSharedCounts } from './shared-counts.ts'
import type { CountsByCounter } from './shared-counts.ts'
import { WindowCounter } from './window-counter.ts'

describe('counts that workers share', () => {
  const clock = { now: () => 1_000_000 }
  /** Two workers, each of which passes its counts to the other. */
  function createPair(limit: number): {
    counters: [WindowCounter, WindowCounter]
    passed: Promise<CountsByCounter>
  } {
    const { promise: passed, resolve } = Promise.withResolvers<CountsByCounter>()
    const first = createSharedCounts((counts) => {
      second.receive(counts)
      resolve(counts)
    })
    const second = createSharedCounts((counts) => first.receive(counts))
    return {
      counters: [
        new WindowCounter(limit, clock, first.tally('requests')),
        new WindowCounter(limit, clock, second.tally('requests')),
      ],
      passed,
    }
  }

  it('reach the other worker in one message for many requests, and count there', async () => {
    const { counters, passed } = createPair(4)
    for (let request = 0; request < 3; request += 1) counters[0].count('key')
    counters[1].count('key')
    assert.deepEqual(await passed, { requests: [{ name: 'key', count: 3, endsAt: clock.now() + 60_000 }] })
    assert.equal(counters[1].peek('key').remaining, 0)
    assert.equal(counters[1].count('key').exceeded, true)
  })

  it('count under their own name and counter', async () => {
    const { counters, passed } = createPair(1)
    counters[0].count('key')
    await passed
    assert.equal(counters[1].peek('another key').remaining, 1)
  })

  it('are dropped when their minute is over', () => {
    const counts = createSharedCounts(() => {})
    const counter = new WindowCounter(1, clock, counts.tally('requests'))
    counts.receive({ requests: [{ name: 'key', count: 5, endsAt: clock.now() }] })
    assert.equal(counter.count('key').exceeded, false)
  })
})
