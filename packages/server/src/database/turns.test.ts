import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTurns } from './turns.ts'

test('turns run one after the other, in the order of the calls', async () => {
  const takeTurn = createTurns()
  const log: string[] = []
  const work = (name: string): Promise<string> =>
    takeTurn(async () => {
      log.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      log.push(`${name} ends`)
      return name
    })
  assert.deepEqual(await Promise.all([work('a'), work('b')]), ['a', 'b'])
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends'])
})

test('a turn that fails does not affect the next one', async () => {
  const takeTurn = createTurns()
  const failing = takeTurn(() => Promise.reject(new Error('no')))
  const next = takeTurn(() => Promise.resolve('yes'))
  await assert.rejects(failing, /no/)
  assert.equal(await next, 'yes')
})
