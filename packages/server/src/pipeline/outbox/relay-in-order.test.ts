import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InOrderPace } from './relay-in-order.ts'

test('fewer events are relayed in order at once while they take long, and more when they no longer do', () => {
  const pace = new InOrderPace()
  const most = pace.size
  pace.note(1_000)
  assert.equal(pace.size, most / 2)
  for (let time = 0; time < 20; time += 1) pace.note(1_000)
  assert.ok(pace.size >= 1, 'some are always relayed')
  assert.ok(pace.size < most / 10)
  for (let time = 0; time < 20; time += 1) pace.note(1)
  assert.equal(pace.size, most)
})
