import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { createRecentValues } from './recent-values.ts'
import type { RecentValues } from './recent-values.ts'

const FRESH_MS = 5_000
const KEPT_MS = 600_000

interface Value {
  text: string
}

suite('recent values', () => {
  let now: number
  let stored: Map<string, Value>
  let lookups: number
  /** What a lookup does before it reads. */
  let answer: () => Promise<void>
  let values: RecentValues<Value>

  beforeEach(() => {
    now = 1_000_000
    stored = new Map([['a', { text: 'first' }]])
    lookups = 0
    answer = async () => {}
    values = createRecentValues<Value>({
      lookUp: async (key) => {
        lookups += 1
        await answer()
        return stored.get(key)
      },
      clock: { now: () => now },
      freshMs: FRESH_MS,
      keptMs: KEPT_MS,
    })
  })

  const fail = async (): Promise<never> => await Promise.reject(new Error('no connection'))
  const find = async (): Promise<string | undefined> => (await values.find('a'))?.text

  test('a value is looked up once while it is fresh', async () => {
    assert.deepEqual([await find(), await find()], ['first', 'first'])
    assert.equal(lookups, 1)
  })

  test('concurrent requests for one value share a lookup', async () => {
    await Promise.all([find(), find(), find()])
    assert.equal(lookups, 1)
  })

  test('a value that was deleted is not found any more when it is no longer fresh', async () => {
    await find()
    stored.delete('a')
    now += FRESH_MS
    assert.equal(await find(), undefined)
  })

  test('a value that does not exist is looked up again each time', async () => {
    stored.delete('a')
    assert.equal(await find(), undefined)
    stored.set('a', { text: 'added' })
    assert.equal(await find(), 'added')
  })

  test('a value that is asked for often is replaced in the background before it is too old', async () => {
    await find()
    stored.set('a', { text: 'second' })
    now += FRESH_MS - 1
    assert.equal(await find(), 'first')
    assert.equal(await find(), 'second')
  })

  test('while the database fails, a known value remains until it is too old', async () => {
    await find()
    answer = fail
    now += KEPT_MS - 1
    assert.equal(await find(), 'first')
    now += 1
    await assert.rejects(find(), /no connection/)
  })

  test('while the database does not answer, only the first request waits for it', async () => {
    await find()
    answer = () => new Promise(() => {})
    now += FRESH_MS
    assert.equal(await find(), 'first')
    const askedAt = performance.now()
    assert.equal(await find(), 'first')
    assert.ok(performance.now() - askedAt < 500)
  })

  test('while the database fails, a value is looked up once a second', async () => {
    await find()
    answer = fail
    now += FRESH_MS
    await find()
    const before = lookups
    for (let request = 0; request < 100; request += 1) await find()
    assert.equal(lookups, before)
    now += 1_000
    await find()
    assert.equal(lookups, before + 1)
  })

  test('a value that was deleted meanwhile is not found when the database answers again', async () => {
    await find()
    answer = fail
    now += FRESH_MS
    await find()
    stored.delete('a')
    answer = async () => {}
    now += 1_000
    await find()
    assert.equal(await find(), undefined)
  })

  test('an unknown value is an error while the database fails', async () => {
    answer = fail
    await assert.rejects(find(), /no connection/)
  })

  test('a forgotten value is looked up again, whatever a lookup that runs finds', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    answer = () => promise
    const running = find()
    values.forget('a')
    answer = async () => {}
    stored.set('a', { text: 'second' })
    assert.equal(await find(), 'second')
    resolve()
    await running
    assert.equal(lookups, 2)
    assert.equal(await find(), 'second')
  })
})
