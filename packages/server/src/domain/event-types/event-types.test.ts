import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestNames } from '../../database/nearest-name.ts'
import { covers } from './covers.ts'
import { eventNames, isKnownSubscription } from './event-types.ts'

test('there are seventeen event types with unique names', () => {
  assert.equal(new Set(eventNames).size, 17)
})

test('an exact name covers only itself', () => {
  assert.equal(covers('deal.stage.changed', 'deal.stage.changed'), true)
  assert.equal(covers('deal.stage', 'deal.stage.changed'), false)
  assert.equal(covers('deal.created', 'deal.updated'), false)
})

test('a wildcard covers the event types below it, and * covers all event types', () => {
  assert.equal(covers('deal.*', 'deal.stage.changed'), true)
  assert.equal(covers('deal.stage.*', 'deal.stage.changed'), true)
  assert.equal(covers('deal.*', 'dealer.created'), false)
  assert.equal(covers('*', 'zoom.recording.completed'), true)
})

test('a wildcard that covers no event type is not a known subscription', () => {
  assert.equal(isKnownSubscription('deal.*'), true)
  assert.equal(isKnownSubscription('deals.*'), false)
  assert.equal(isKnownSubscription('contact.create'), false)
})

test('nearestNames suggests the intended event type for a mistyped name', () => {
  assert.equal(nearestNames('contact.create', eventNames)[0], 'contact.created')
  assert.equal(nearestNames('deal.stagechanged', eventNames)[0], 'deal.stage.changed')
})
