import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { RestError } from '../domain/errors.ts'
import { createDatabaseShares } from './database-shares.ts'
import type { DatabaseShares } from './database-shares.ts'

const LIMITS = {
  total: 3,
  perOrganization: 2,
  maxWaiting: 4,
  maxWaitMs: 60_000,
  slowBurstMs: 1_000,
  slowShare: 0.5,
}

describe('shares of the database', () => {
  const time = { now: 0 }
  const clock = { now: () => time.now }
  let shares: DatabaseShares
  let started: string[]
  let ends: (() => void)[]
  beforeEach(() => {
    shares = createDatabaseShares(LIMITS, clock)
    started = []
    ends = []
  })

  const ask = (organization: string | null, name = organization ?? 'operator'): Promise<void> =>
    shares.run(organization, async () => {
      started.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
    })
  const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))
  async function endFirst(): Promise<void> {
    ends.shift()?.()
    await settle()
  }
  async function endAll(asked: Promise<void>[]): Promise<void> {
    const done = Promise.all(asked)
    while (ends.length > 0) await endFirst()
    await done
  }

  it('an organization gets at most its share of connections, and leaves the rest to others', async () => {
    const asked = [ask('a', 'a1'), ask('a', 'a2'), ask('a', 'a3'), ask('b', 'b1')]
    await settle()
    assert.deepEqual(started, ['a1', 'a2', 'b1'])
    await endAll(asked)
    assert.deepEqual(started, ['a1', 'a2', 'b1', 'a3'])
  })

  it('waiting organizations get connections in turn, regardless of how many requests each has', async () => {
    const asked = [ask('a', 'a1'), ask('a', 'a2'), ask('b', 'b1')]
    asked.push(ask('a', 'a3'), ask('a', 'a4'), ask('c', 'c1'))
    await settle()
    await endFirst()
    await endFirst()
    assert.deepEqual(started, ['a1', 'a2', 'b1', 'a3', 'c1'])
    await endAll(asked)
  })

  it('the operator gets a connection at once, even if organizations are waiting', async () => {
    const asked = [ask('a'), ask('a'), ask('b'), ask('b'), ask(null)]
    await settle()
    assert.ok(started.includes('operator'))
    await endAll(asked)
  })

  it('a request is refused with 429 and Retry-After if too many are waiting', async () => {
    const asked = Array.from({ length: 6 }, () => ask('a'))
    await assert.rejects(ask('a'), ({ status, code, headers }: RestError) => {
      assert.deepEqual([status, code, headers['retry-after']], [429, 'PT429', '1'])
      return true
    })
    await endAll(asked)
  })

  it('a request that waits too long is refused with 503 and Retry-After, and never runs', async () => {
    shares = createDatabaseShares({ ...LIMITS, maxWaitMs: 1 }, clock)
    const asked = [ask('a'), ask('a')]
    await assert.rejects(ask('a'), ({ status, headers }: RestError) => {
      assert.deepEqual([status, headers['retry-after']], [503, '5'])
      return true
    })
    await endAll(asked)
    assert.equal(started.length, 2)
  })

  it('the connection of failed work becomes free again', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      await assert.rejects(
        shares.run('a', async () => await Promise.reject(new Error('no'))),
        /^Error: no$/,
      )
    }
    const asked = [ask('a'), ask('a')]
    await settle()
    assert.equal(started.length, 2)
    await endAll(asked)
  })

  it('an organization is refused with 429 when slow statements use up its time, without affecting others', async () => {
    await shares.run('a', async (charge) => charge(1_700))
    await assert.rejects(
      shares.run('a', async () => {}),
      ({ status, headers }: RestError) => {
        assert.deepEqual([status, headers['retry-after']], [429, '1'])
        return true
      },
    )
    await shares.run('b', async () => {})
    time.now += 1_001
    await shares.run('a', async () => {})
  })

  it('fast statements do not count against the time of an organization', async () => {
    for (let turn = 0; turn < 1_000; turn += 1) await shares.run('a', async (charge) => charge(200))
    await shares.run('a', async () => {})
  })
})
