import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveDeliveryId } from './delivery-id.ts'
import { newId } from './ids.ts'

const [EVENT, WEBHOOK] = [newId(), newId()]
const AT = Date.parse('2026-01-15T10:30:00Z')

test('a delivery id is a UUIDv8 with the time of the event in front', () => {
  const id = deriveDeliveryId(AT, EVENT, WEBHOOK)
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(id.slice(0, 13), newId(AT).slice(0, 13))
})

test('the delivery id of an event and a webhook is always the same, and that of another pair another', () => {
  assert.equal(deriveDeliveryId(AT, EVENT, WEBHOOK), deriveDeliveryId(AT, EVENT, WEBHOOK))
  assert.notEqual(deriveDeliveryId(AT, EVENT, WEBHOOK), deriveDeliveryId(AT, EVENT, newId()))
  assert.notEqual(deriveDeliveryId(AT, EVENT, WEBHOOK), deriveDeliveryId(AT, newId(), WEBHOOK))
})

test('a time that no UUID can hold gives a valid delivery id', () => {
  assert.match(deriveDeliveryId(2 ** 50, EVENT, WEBHOOK), /^ffffffff-ffff-8/)
})
