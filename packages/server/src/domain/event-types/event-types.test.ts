import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestNames } from '../../database/nearest-name.ts'
import { covers, eventNames, isKnownSubscription } from './event-types.ts'

test('there are seventeen event types, each named once', () => {
  assert.equal(new Set(eventNames).size, 17)
})

test('an exact name covers itself alone', () => {
  assert.equal(covers('deal.stage.changed', 'deal.stage.changed'), true)
  assert.equal(covers('deal.stage', 'deal.stage.changed'), false)
  assert.equal(covers('deal.created', 'deal.updated'), false)
})

test('a wildcard covers what begins with it, the lone star everything', () => {
  assert.equal(covers('deal.*', 'deal.stage.changed'), true)
  assert.equal(covers('deal.stage.*', 'deal.stage.changed'), true)
  assert.equal(covers('deal.*', 'dealer.created'), false)
  assert.equal(covers('*', 'zoom.recording.completed'), true)
})

test('a wildcard over nothing is not a known subscription', () => {
  assert.equal(isKnownSubscription('deal.*'), true)
  assert.equal(isKnownSubscription('deals.*'), false)
  assert.equal(isKnownSubscription('contact.create'), false)
})

test('a mistyped name is led to the nearest ones', () => {
  assert.equal(nearestNames('contact.create', eventNames)[0], 'contact.created')
  assert.equal(nearestNames('deal.stagechanged', eventNames)[0], 'deal.stage.changed')
})
