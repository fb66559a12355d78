import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { orderExample } from './example-order.ts'

describe('example of an event type', () => {
  it('has its columns in the order of its schema, and others after them', () => {
    const ordered = orderExample({
      example: { tags: [], email: null, plan: 'pro', id: '1' },
      schema: { required: ['id', 'email', 'phone', 'tags'] },
    })
    assert.deepEqual(Object.keys(ordered), ['id', 'email', 'tags', 'plan'])
  })

  it('stays as it is without a schema', () => {
    assert.deepEqual(Object.keys(orderExample({ example: { b: 1, a: 2 }, schema: {} })), ['b', 'a'])
  })
})
