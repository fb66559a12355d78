import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createStreamBacklog } from './stream-backlog.ts'

suite('backlog of the streams', () => {
  test('the backlog is the sum of the messages of all partitions', async () => {
    const read = createStreamBacklog({
      readState: async () => ({ partitions: [{ messages: 2 }, { messages: 3 }] }),
    })
    await read()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(await read(), 5)
  })

  test('a reading does not wait for the streams, and one runs at a time', async () => {
    let readings = 0
    const read = createStreamBacklog({
      readState: () => {
        readings += 1
        return new Promise(() => {})
      },
    })
    assert.deepEqual([await read(), await read()], [0, 0])
    assert.equal(readings, 1)
  })

  test('the last reading remains while the streams cannot be read', async () => {
    let isReachable = true
    const read = createStreamBacklog({
      readState: async () => {
        if (!isReachable) throw new Error('no servers')
        return { partitions: [{ messages: 7 }] }
      },
    })
    await read()
    await new Promise((resolve) => setImmediate(resolve))
    isReachable = false
    await read()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(await read(), 7)
  })
})
