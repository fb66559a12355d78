import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FairQueue } from './fair-queue.ts'

test('jobs run one after the other, and owners take turns', async () => {
  const queue = new FairQueue()
  const order: string[] = []
  let running = 0
  const job = (name: string) => async () => {
    running += 1
    assert.equal(running, 1)
    await new Promise((resolve) => setImmediate(resolve))
    order.push(name)
    running -= 1
  }
  const jobs = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => queue.add(name[0]!, job(name)))
  assert.equal(queue.waitingFor('a'), 2)
  await Promise.all(jobs)
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2'])
  assert.equal(queue.waitingFor('a'), 0)
})

test('a job that fails fails for its caller alone', async () => {
  const queue = new FairQueue()
  const failing = queue.add('a', async () => {
    throw new Error('no')
  })
  const next = queue.add('a', async () => 7)
  await assert.rejects(failing, /no/)
  assert.equal(await next, 7)
})
