import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createSplitter, splitUp } from './split.ts'

const timeout = (): Error => Object.assign(new Error('statement timeout'), { code: '57014' })
const BATCH = Array.from({ length: 500 }, (_, index) => index)

/** Splits a batch in which `isSlow` marks the items that take too long. */
async function split(
  items: readonly number[],
  isSlow: (part: readonly number[]) => boolean,
): Promise<{ done: number[]; blamed: number[]; timeouts: number; runs: number; thrown: unknown }> {
  const result = {
    done: [] as number[],
    blamed: [] as number[],
    timeouts: 0,
    runs: 0,
    thrown: undefined as unknown,
  }
  const work = async (part: readonly number[]): Promise<void> => {
    result.runs += 1
    if (isSlow(part)) {
      result.timeouts += 1
      throw timeout()
    }
    result.done.push(...part)
  }
  await splitUp(items, timeout(), work, async (item) => void result.blamed.push(item)).catch(
    (error: unknown) => (result.thrown = error),
  )
  return result
}

test('a row that takes too long is found with three timeouts, and all other rows run once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(499), async (culprit) => {
      const { done, blamed, timeouts, runs } = await split(BATCH, (part) => part.includes(culprit))
      assert.deepEqual(blamed, [culprit])
      assert.deepEqual(
        done.toSorted((a, b) => a - b),
        BATCH.filter((item) => item !== culprit),
      )
      assert.equal(timeouts, 3)
      assert.ok(runs < 60, String(runs))
    }),
    { numRuns: 50 },
  )
})

test('splitting stops after a few parts if the database is overloaded, and no row is blamed', async () => {
  const { blamed, runs, thrown } = await split(BATCH, () => true)
  assert.deepEqual([blamed, runs], [[], 8])
  assert.match(String(thrown), /statement timeout/)
})

test('a row that takes too long once but not when it runs alone is not blamed', async () => {
  const slowOnce = new Set(['7,8,9', '8'])
  const { blamed, done } = await split([1, 2, 3, 4, 5, 6, 7, 8, 9], (part) => slowOnce.delete(part.join()))
  assert.deepEqual([blamed, done.length], [[], 9])
})

test('several runs find all rows that take too long, even if they are close together', async () => {
  const slow = new Set(BATCH.filter((item) => item % 3 === 0))
  let left: readonly number[] = BATCH
  for (let round = 0; left.length > 0; round += 1) {
    assert.ok(round < 500, `${left.length} are left`)
    const { done, blamed } = await split(left, (part) => part.some((item) => slow.has(item)))
    assert.ok(
      blamed.every((item) => slow.has(item)),
      'only slow rows are blamed',
    )
    left = left.filter((item) => !done.includes(item) && !blamed.includes(item))
  }
})

test('a batch is split only when it takes too long twice in a row', async () => {
  const splitter = createSplitter()
  const run = (error?: Error): Promise<string> =>
    splitter.attempt(
      async () => {
        if (error !== undefined) throw error
        return 'whole'
      },
      async () => 'apart',
    )
  await assert.rejects(run(timeout()), /statement timeout/)
  assert.equal(await run(), 'whole')
  await assert.rejects(run(timeout()), /statement timeout/)
  assert.equal(await run(timeout()), 'apart')
  await assert.rejects(run(timeout()), /statement timeout/)
})
