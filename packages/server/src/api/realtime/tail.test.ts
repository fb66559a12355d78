import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { until } from '../../../test/harness/until.ts'
import { Followers } from './followers.ts'
import type { Audience } from './followers.ts'
import { lowestId, timeOfId } from './recent-rows.ts'
import type { TimedRow } from './recent-rows.ts'
import { Tail } from './tail.ts'

const TABLE = 'webhook_logs'
const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'

/** A tail over rows in memory, with a clock that the test sets. */
function open() {
  const state = { now: 1_000_000, rows: [] as TimedRow[], reads: 0, isBroken: false }
  const followers = new Followers(() => state.now)
  const published: string[] = []
  const failures: unknown[] = []
  const resets: string[] = []
  const tail = new Tail<TimedRow>({
    table: TABLE,
    followers,
    now: () => state.now,
    pollEvery: 1,
    isHeld: () => false,
    async readRecent(_audience: Audience, floor, limit) {
      state.reads += 1
      if (state.isBroken) throw new Error('the database is away')
      return state.rows.filter(({ at }) => at > floor).slice(0, limit)
    },
    publish: async (rows) => void published.push(...rows.map(({ id }) => id)),
    onFailure: (error) => failures.push(error),
  })
  const followed = {
    id: 1,
    follower: { receive() {}, reset: (reason: string) => resets.push(reason) },
    organizationId: ORGANIZATION,
    types: ['INSERT'] as const,
    passes: () => true,
    view: { table: TABLE, primaryKey: ['id'], columns: [] },
  }
  const begin = async (): Promise<void> => {
    await tail.prepare(ORGANIZATION)
    followers.add(followed)
  }
  const nextRead = async (): Promise<void> => {
    const { reads } = state
    await until('the next two reads', () => state.reads > reads + 1)
  }
  return { state, followers, published, failures, resets, tail, followed, begin, nextRead }
}

const rowAt = (at: number, name: number): TimedRow => ({ id: `row ${name}`, at })

describe('tails', () => {
  it('a tail publishes rows that come after its start once, also those that are committed late', async () => {
    const { state, published, begin, nextRead, tail } = open()
    state.rows = [rowAt(999_000, 1)]
    await begin()
    state.rows = [...state.rows, rowAt(1_000_500, 2)]
    await until('the row', () => published.length === 1)
    state.rows = [...state.rows, rowAt(998_000, 3)]
    await until('the late row', () => published.length === 2)
    state.now += 30_000
    await nextRead()
    assert.deepEqual(published, ['row 2', 'row 3'])
    await tail.stop()
  })

  it('a tail does not read while nobody follows', async () => {
    const { state, begin, followers, followed, nextRead } = open()
    await begin()
    await nextRead()
    followers.remove(followed)
    let reads = -1
    await until('the end of reading', () => {
      const hasEnded = state.reads === reads
      reads = state.reads
      return hasEnded
    })
  })

  it('a tail continues where it was after the database was away', async () => {
    const { state, published, failures, begin, tail } = open()
    await begin()
    state.isBroken = true
    await until('a failure', () => failures.length > 0)
    state.rows = [rowAt(state.now + 100, 1)]
    state.now += 60_000
    state.isBroken = false
    await until('the row', () => published.length === 1)
    await tail.stop()
  })

  it('followers are told to read instead when a tail cannot keep up', async () => {
    const { state, published, resets, begin, tail } = open()
    await begin()
    state.rows = Array.from({ length: 3_000 }, (_, n) => rowAt(state.now + 1, n))
    state.now += 20_000
    await until('the reset', () => resets.length > 0)
    assert.deepEqual(published, [])
    assert.match(resets[0]!, /more than 1000 changes of webhook_logs a second/)
    await tail.stop()
  })

  it('the lowest id of a millisecond is below all ids of that time', () => {
    assert.equal(lowestId(1_764_400_000_000), '019ace6f-6c00-0000-0000-000000000000')
    assert.equal(timeOfId(lowestId(1_764_400_000_000)), 1_764_400_000_000)
  })
})
