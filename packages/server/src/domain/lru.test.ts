import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLru } from './lru.ts'

test('an LRU returns what was set last for a key', () => {
  const lru = createLru<string, number>(2)
  lru.set('a', 1)
  lru.set('a', 2)
  assert.equal(lru.get('a'), 2)
  lru.delete('a')
  assert.equal(lru.get('a'), undefined)
})

test('a full LRU drops the least recently used entry', () => {
  const lru = createLru<string, number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  lru.get('a')
  lru.set('c', 3)
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.get('c')], [1, undefined, 3])
})

test('a full LRU keeps its other entries when an existing one is replaced', () => {
  const lru = createLru<string, number>(2)
  lru.set('a', 1)
  lru.set('b', 2)
  lru.set('b', 3)
  assert.deepEqual([lru.get('a'), lru.get('b')], [1, 3])
})
