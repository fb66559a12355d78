import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LeasedDelivery } from '../fanout/delivery.ts'
import { EndpointSlots } from './endpoint-slots.ts'

const LIMITS = { queued: 20, queuedPerEndpoint: 6, inFlight: 10, bodies: 1_000 }
const BODY = '{}'
/** A clock that stands. */
const still = (): number => 0

function delivery(webhookId: string, id: string, maxInFlight = 2): LeasedDelivery {
  const target = {
    id: webhookId,
    url: '',
    secrets: [],
    headers: {},
    timeout: 1,
    maxInFlight,
    isHealthy: true,
    isHeld: false,
    isParked: false,
    unreadable: undefined,
  }
  return {
    id,
    organizationId: '',
    eventId: '',
    event: '',
    body: BODY,
    attempt: 1,
    trigger: 'event',
    isRedacted: false,
    traceparent: null,
    isLast: false,
    lease: '',
    leaseEnds: 0,
    target,
  }
}

function fill(slots: EndpointSlots, webhookId: string, ids: readonly string[], maxInFlight = 2): void {
  for (const id of ids) {
    assert.equal(slots.reserve({ id: webhookId, maxInFlight }, BODY.length), true)
    slots.add(delivery(webhookId, id, maxInFlight))
  }
}

function takeAll(slots: EndpointSlots): string[] {
  const taken: string[] = []
  for (let next = slots.take(); next !== undefined; next = slots.take()) taken.push(next.id)
  return taken
}

test('endpoints are served in turn, each up to its own limit', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2', 'a3'])
  fill(slots, 'b', ['b1', 'b2', 'b3'])
  assert.deepEqual(takeAll(slots), ['a1', 'b1', 'a2', 'b2'])
})

test('a slot that is given back lets the next one of that endpoint go', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2'], 1)
  assert.deepEqual(takeAll(slots), ['a1'])
  slots.release(delivery('a', ''))
  assert.deepEqual(takeAll(slots), ['a2'])
})

test('the limit over all endpoints holds', () => {
  const slots = new EndpointSlots({ ...LIMITS, inFlight: 5 }, still)
  for (const id of ['a', 'b', 'c']) fill(slots, id, [`${id}1`, `${id}2`])
  assert.equal(takeAll(slots).length, 5)
  assert.equal(slots.inFlight, 5)
})

test('an endpoint whose queue is full takes no more, while another still does', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['1', '2', '3', '4', '5', '6'])
  assert.equal(slots.reserve({ id: 'a', maxInFlight: 2 }, BODY.length), false)
  assert.equal(slots.reserve({ id: 'b', maxInFlight: 2 }, BODY.length), true)
})

test('a cancelled reservation gives its place back', () => {
  const slots = new EndpointSlots({ ...LIMITS, queued: 1 }, still)
  assert.equal(slots.reserve({ id: 'a', maxInFlight: 2 }, BODY.length), true)
  assert.equal(slots.reserve({ id: 'a', maxInFlight: 2 }, BODY.length), false)
  slots.cancelReservation('a', BODY.length)
  assert.equal(slots.reserve({ id: 'a', maxInFlight: 2 }, BODY.length), true)
})

test('draining one endpoint leaves what is in flight and what others have queued', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2', 'a3'], 1)
  fill(slots, 'b', ['b1'])
  assert.equal(slots.take()?.id, 'a1')
  assert.deepEqual(
    slots.drain('a').map(({ id }) => id),
    ['a2', 'a3'],
  )
  assert.deepEqual(takeAll(slots), ['b1'])
  assert.equal(slots.room, LIMITS.queued)
})

test('the load counts what is queued, reserved and in flight; an idle endpoint is forgotten', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2'], 4)
  slots.take()
  slots.reserve({ id: 'a', maxInFlight: 4 }, BODY.length)
  assert.deepEqual(slots.loads(), [{ webhook_id: 'a', load: 3, ahead: 8 }])
  slots.cancelReservation('a', BODY.length)
  slots.take()
  slots.release(delivery('a', ''))
  slots.release(delivery('a', ''))
  assert.deepEqual(slots.loads(), [])
})

test('bodies are bounded by their size: what is sent or taken back makes room', () => {
  const slots = new EndpointSlots({ ...LIMITS, bodies: 2 * BODY.length }, still)
  fill(slots, 'a', ['a1', 'a2'], 1)
  assert.equal(slots.reserve({ id: 'b', maxInFlight: 2 }, BODY.length), false)
  assert.equal(slots.room, 0)
  slots.release(slots.take()!)
  assert.equal(slots.reserve({ id: 'b', maxInFlight: 2 }, BODY.length), true)
  slots.cancelReservation('b', BODY.length)
  slots.drain()
  assert.equal(slots.room, LIMITS.queued)
})

test('when memory runs short an endpoint is held to its share, and one that has nothing yet finds room', () => {
  const slots = new EndpointSlots({ ...LIMITS, queued: 12 }, still)
  fill(slots, 'hanging', ['1', '2', '3', '4', '5', '6'], 1)
  fill(slots, 'other', ['1', '2'], 1)
  assert.equal(slots.reserve({ id: 'hanging', maxInFlight: 1 }, BODY.length), false)
  assert.equal(slots.reserve({ id: 'other', maxInFlight: 1 }, BODY.length), false)
  assert.equal(slots.reserve({ id: 'healthy', maxInFlight: 1 }, BODY.length), true)
})

test('when requests under way run short an endpoint may have few, and one that has none starts at once', () => {
  const slots = new EndpointSlots({ ...LIMITS, queuedPerEndpoint: 10, inFlight: 12 }, still)
  fill(
    slots,
    'hanging',
    Array.from({ length: 10 }, (_, index) => `h${index}`),
    10,
  )
  assert.equal(takeAll(slots).length, 6)
  fill(slots, 'healthy', ['w1'], 10)
  assert.deepEqual(takeAll(slots), ['w1'])
})

test('a reservation that is refused leaves nothing behind', () => {
  const slots = new EndpointSlots({ ...LIMITS, queued: 0 }, still)
  slots.reserve({ id: 'a', maxInFlight: 1 }, BODY.length)
  assert.deepEqual(slots.loads(), [])
})

/** An endpoint that has one request under way and has answered a thousand others within a second. */
function afterAFastSecond(webhookId: string): { slots: EndpointSlots; clock: { now: number } } {
  const clock = { now: 0 }
  const slots = new EndpointSlots({ ...LIMITS, queued: 10_000, bodies: 10_000 }, () => clock.now)
  fill(slots, webhookId, ['under way'], 2)
  slots.take()
  for (let n = 0; n < 1_000; n += 1) {
    fill(slots, webhookId, [`${n}`], 2)
    clock.now += 1
    slots.release(slots.take()!)
  }
  return { slots, clock }
}

test('an endpoint that is fast may have more waiting in memory and is given more by a claim', () => {
  const { slots } = afterAFastSecond('fast')
  assert.deepEqual(slots.loads(), [{ webhook_id: 'fast', load: 1, ahead: 250 }])
  fill(
    slots,
    'fast',
    Array.from({ length: 2_999 }, (_, n) => `${n}`),
  )
})

test('an endpoint that was fast is known for a moment after its last delivery, then forgotten', () => {
  const { slots, clock } = afterAFastSecond('fast')
  slots.release(delivery('fast', ''))
  assert.deepEqual(slots.loads(), [{ webhook_id: 'fast', load: 0, ahead: 250 }])
  clock.now += 1_000
  slots.loads()
  clock.now += 1_000
  assert.deepEqual(slots.loads(), [])
})

test('an endpoint that was fast and answers no more is given as little as any other', () => {
  const { slots, clock } = afterAFastSecond('stuck')
  clock.now += 1_000
  slots.loads()
  clock.now += 1_000
  assert.deepEqual(slots.loads(), [{ webhook_id: 'stuck', load: 1, ahead: 4 }])
})
