import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPERATIONAL_EVENTS as OF_SERVER } from '../../../../server/src/domain/event-types/operational-events.ts'
import { OPERATIONAL_EVENTS } from '../event-names.ts'
import { coveredBy, toggleEvent, toggleEvery, toggleGroup } from './subscriptions.ts'

const NAMES = ['contact.created', 'contact.updated', 'deal.created', 'deal.stage.changed', 'deal.updated']

test('deselecting an event of a wildcard keeps the other events of the wildcard', () => {
  assert.deepEqual(toggleEvent(['contact.created', 'deal.*'], 'deal.updated', false, NAMES), [
    'contact.created',
    'deal.created',
    'deal.stage.changed',
  ])
})

test('selecting a whole group replaces its single events with the wildcard', () => {
  assert.deepEqual(toggleGroup(['contact.created', 'deal.created'], 'deal', true, NAMES), [
    'contact.created',
    'deal.*',
  ])
})

test('deselecting a group from all events keeps the events of other groups', () => {
  assert.deepEqual(toggleGroup(['*'], 'deal', false, NAMES), ['contact.created', 'contact.updated'])
})

test('deselecting a group removes its wildcard and its single events', () => {
  assert.deepEqual(toggleGroup(['deal.*', 'deal.created', 'contact.*'], 'deal', false, NAMES), ['contact.*'])
})

test('selecting or deselecting all events keeps the selected operational events', () => {
  assert.deepEqual(toggleEvery(['deal.*', 'webhook.failing'], true), ['*', 'webhook.failing'])
  assert.deepEqual(toggleEvery(['*', 'webhook.*'], false), ['webhook.*'])
  assert.deepEqual(toggleGroup(['*', 'webhook.failing'], 'deal', false, NAMES), [
    'contact.created',
    'contact.updated',
    'webhook.failing',
  ])
})

test('all events do not cover operational events, and the page lists the same ones as the server', () => {
  assert.deepEqual(coveredBy(['*'], OPERATIONAL_EVENTS), [])
  assert.deepEqual(coveredBy(['webhook.*', 'delivery.*'], OPERATIONAL_EVENTS), OPERATIONAL_EVENTS)
  assert.deepEqual(OPERATIONAL_EVENTS, OF_SERVER)
})
