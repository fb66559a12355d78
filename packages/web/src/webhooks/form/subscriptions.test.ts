import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toggleEvent, toggleGroup } from './subscriptions.ts'

const NAMES = ['contact.created', 'contact.updated', 'deal.created', 'deal.stage.changed', 'deal.updated']

test('an event out of a wildcard leaves the others of it', () => {
  assert.deepEqual(toggleEvent(['contact.created', 'deal.*'], 'deal.updated', false, NAMES), [
    'contact.created',
    'deal.created',
    'deal.stage.changed',
  ])
})

test('all of a kind is the wildcard, in place of single ones', () => {
  assert.deepEqual(toggleGroup(['contact.created', 'deal.created'], 'deal', true, NAMES), [
    'contact.created',
    'deal.*',
  ])
})

test('none of a kind leaves the other kinds of every event', () => {
  assert.deepEqual(toggleGroup(['*'], 'deal', false, NAMES), ['contact.created', 'contact.updated'])
})

test('none of a kind takes its wildcard and its single events away', () => {
  assert.deepEqual(toggleGroup(['deal.*', 'deal.created', 'contact.*'], 'deal', false, NAMES), ['contact.*'])
})
