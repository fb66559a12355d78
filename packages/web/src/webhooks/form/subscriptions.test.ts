import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPERATIONAL_EVENTS as OF_SERVER } from '../../../../server/src/domain/event-types/operational-events.ts'
import { OPERATIONAL_EVENTS } from '../event-names.ts'
import { coveredBy, toggleEvent, toggleEvery, toggleGroup } from './subscriptions.ts'

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

test('every event, and none, leave what is about webhooks themselves', () => {
  assert.deepEqual(toggleEvery(['deal.*', 'webhook.failing'], true), ['*', 'webhook.failing'])
  assert.deepEqual(toggleEvery(['*', 'webhook.*'], false), ['webhook.*'])
  assert.deepEqual(toggleGroup(['*', 'webhook.failing'], 'deal', false, NAMES), [
    'contact.created',
    'contact.updated',
    'webhook.failing',
  ])
})

test('every event is none about webhooks themselves, and these are the ones that the server emits', () => {
  assert.deepEqual(coveredBy(['*'], OPERATIONAL_EVENTS), [])
  assert.deepEqual(coveredBy(['webhook.*', 'delivery.*'], OPERATIONAL_EVENTS), OPERATIONAL_EVENTS)
  assert.deepEqual(OPERATIONAL_EVENTS, OF_SERVER)
})
