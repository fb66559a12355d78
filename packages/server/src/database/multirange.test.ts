import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toMultirange } from './multirange.ts'

test('toMultirange writes no numbers as the empty multirange', () => {
  assert.equal(toMultirange([]), '{}')
})

test('toMultirange joins numbers that follow each other, in any order', () => {
  assert.equal(toMultirange([7, 3, 1, 2, 8, 12]), '{[1,4),[7,9),[12,13)}')
})
