import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { Ticket } from './endpoint-slots.ts'
import { EndpointSlots } from './endpoint-slots.ts'

const LIMITS = { queued: 20, queuedPerEndpoint: 6, inFlight: 10, bodies: 1_000 }
const BODY = '{}'
/** A clock that does not move. */
const still = (): number => 0

function delivery(webhookId: string, id: string, maxInFlight = 2): LeasedDelivery {
  const target = {
    id: webhookId,
    url: '',
    secrets: [],
    signingKeys: [],
    headers: {},
    auth: undefined,
    timeout: 1,
    maxInFlight,
    isHealthy: true,
    isHeld: false,
    isQueueOnly: false,
    isOrdered: false,
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
    hasOwnBody: false,
    traceparent: null,
    isLast: false,
    lease: '',
    leaseEnds: 0,
    target,
  }
}

function reserve(slots: EndpointSlots, id: string, maxInFlight = 2): Ticket {
  const ticket = slots.reserve({ id, maxInFlight }, BODY.length)
  assert.ok(ticket)
  return ticket
}

const hasRoomFor = (slots: EndpointSlots, id: string, maxInFlight = 2): boolean =>
  slots.reserve({ id, maxInFlight }, BODY.length) !== undefined

function fill(slots: EndpointSlots, webhookId: string, ids: readonly string[], maxInFlight = 2): void {
  for (const id of ids) {
    slots.add(reserve(slots, webhookId, maxInFlight), delivery(webhookId, id, maxInFlight))
  }
}

/** Takes one delivery to send, and returns its ticket. */
function takeOne(slots: EndpointSlots): Ticket {
  const taken = slots.take()
  assert.ok(taken)
  return taken.ticket
}

function takeAll(slots: EndpointSlots): string[] {
  const taken: string[] = []
  for (let next = slots.take(); next !== undefined; next = slots.take()) taken.push(next.delivery.id)
  return taken
}

test('endpoints take turns, each up to its own limit', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2', 'a3'])
  fill(slots, 'b', ['b1', 'b2', 'b3'])
  assert.deepEqual(takeAll(slots), ['a1', 'b1', 'a2', 'b2'])
})

test('a released slot is taken by the next delivery of the endpoint', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2'], 1)
  slots.release(takeOne(slots))
  assert.deepEqual(takeAll(slots), ['a2'])
})

test('all endpoints together stay within the limit of requests in flight', () => {
  const slots = new EndpointSlots({ ...LIMITS, inFlight: 5 }, still)
  for (const id of ['a', 'b', 'c']) fill(slots, id, [`${id}1`, `${id}2`])
  assert.equal(takeAll(slots).length, 5)
  assert.equal(slots.inFlight, 5)
})

test('an endpoint with a full queue accepts no more deliveries, while other endpoints do', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['1', '2', '3', '4', '5', '6'])
  assert.equal(hasRoomFor(slots, 'a'), false)
  assert.equal(hasRoomFor(slots, 'b'), true)
})

test('a cancelled reservation becomes free again', () => {
  const slots = new EndpointSlots({ ...LIMITS, queued: 1 }, still)
  const ticket = reserve(slots, 'a')
  assert.equal(hasRoomFor(slots, 'a'), false)
  slots.cancel(ticket)
  assert.equal(hasRoomFor(slots, 'a'), true)
})

test('draining an endpoint keeps its requests in flight and the queues of other endpoints', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2', 'a3'], 1)
  fill(slots, 'b', ['b1'])
  assert.equal(slots.take()?.delivery.id, 'a1')
  assert.deepEqual(
    slots.drain('a').map(({ id }) => id),
    ['a2', 'a3'],
  )
  assert.deepEqual(takeAll(slots), ['b1'])
  assert.equal(slots.room, LIMITS.queued)
})

test('the load of an endpoint counts queued, reserved and in-flight deliveries, and an idle one has none', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2'], 4)
  const first = takeOne(slots)
  const reserved = reserve(slots, 'a', 4)
  assert.deepEqual(slots.loads(), [{ webhook_id: 'a', load: 3, ahead: 8 }])
  slots.cancel(reserved)
  slots.release(takeOne(slots))
  slots.release(first)
  assert.deepEqual(slots.loads(), [])
})

test('bodies in memory are limited by their size, and sent or drained ones no longer count', () => {
  const slots = new EndpointSlots({ ...LIMITS, bodies: 2 * BODY.length }, still)
  fill(slots, 'a', ['a1', 'a2'], 1)
  assert.equal(hasRoomFor(slots, 'b'), false)
  assert.equal(slots.room, 0)
  slots.release(takeOne(slots))
  slots.cancel(reserve(slots, 'b'))
  slots.drain()
  assert.equal(slots.room, LIMITS.queued)
})

test('endpoints are limited to their share when memory is short, and an idle endpoint still gets a place', () => {
  const slots = new EndpointSlots({ ...LIMITS, queued: 12 }, still)
  fill(slots, 'hanging', ['1', '2', '3', '4', '5', '6'], 1)
  fill(slots, 'other', ['1', '2'], 1)
  assert.equal(hasRoomFor(slots, 'hanging', 1), false)
  assert.equal(hasRoomFor(slots, 'other', 1), false)
  assert.equal(hasRoomFor(slots, 'healthy', 1), true)
})

test('an endpoint gets fewer slots when slots are short, and an idle endpoint starts at once', () => {
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

test('a refused reservation adds no load', () => {
  const slots = new EndpointSlots({ ...LIMITS, queued: 0 }, still)
  slots.reserve({ id: 'a', maxInFlight: 1 }, BODY.length)
  assert.deepEqual(slots.loads(), [])
})

/** An endpoint that has one request in flight and has responded to a thousand others within a second. */
function afterAFastSecond(webhookId: string): {
  slots: EndpointSlots
  clock: { now: number }
  underWay: Ticket
} {
  const clock = { now: 0 }
  const slots = new EndpointSlots({ ...LIMITS, queued: 10_000, bodies: 10_000 }, () => clock.now)
  fill(slots, webhookId, ['under way'], 2)
  const underWay = takeOne(slots)
  for (let n = 0; n < 1_000; n += 1) {
    fill(slots, webhookId, [`${n}`], 2)
    clock.now += 1
    slots.release(takeOne(slots))
  }
  return { slots, clock, underWay }
}

test('a fast endpoint can queue more deliveries in memory and gets more from a claim', () => {
  const { slots } = afterAFastSecond('fast')
  assert.deepEqual(slots.loads(), [{ webhook_id: 'fast', load: 1, ahead: 250 }])
  fill(
    slots,
    'fast',
    Array.from({ length: 2_999 }, (_, n) => `${n}`),
  )
})

test('a fast endpoint is remembered for a moment after its last delivery', () => {
  const { slots, clock, underWay } = afterAFastSecond('fast')
  slots.release(underWay)
  assert.deepEqual(slots.loads(), [{ webhook_id: 'fast', load: 0, ahead: 250 }])
  clock.now += 1_000
  slots.loads()
  clock.now += 1_000
  assert.deepEqual(slots.loads(), [])
})

test('a fast endpoint that stops responding gets no more than any other endpoint', () => {
  const { slots, clock } = afterAFastSecond('stuck')
  clock.now += 1_000
  slots.loads()
  clock.now += 1_000
  assert.deepEqual(slots.loads(), [{ webhook_id: 'stuck', load: 1, ahead: 4 }])
})

test('all budgets return to zero after any sequence of operations', () => {
  const step = fc.record({
    kind: fc.constantFrom('reserve', 'add', 'cancel', 'take', 'release', 'drain', 'drain all'),
    webhook: fc.constantFrom('a', 'b', 'c'),
    length: fc.nat(300),
    pick: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const slots = new EndpointSlots(LIMITS, still)
      const reserved: Ticket[] = []
      const underWay: Ticket[] = []
      const remove = (from: Ticket[], pick: number): Ticket | undefined =>
        from.splice(from.length === 0 ? 0 : pick % from.length, 1)[0]
      for (const { kind, webhook, length, pick } of steps) {
        if (kind === 'reserve') {
          const ticket = slots.reserve({ id: webhook, maxInFlight: 2 }, length)
          if (ticket !== undefined) reserved.push(ticket)
        }
        if (kind === 'add' || kind === 'cancel') {
          const ticket = remove(reserved, pick)
          if (ticket === undefined) continue
          if (kind === 'cancel') slots.cancel(ticket)
          // The added body differs from the reserved one.
          else slots.add(ticket, { ...delivery(ticket.webhookId, ''), body: 'x'.repeat(length) })
        }
        if (kind === 'take') {
          const taken = slots.take()
          if (taken !== undefined) underWay.push(taken.ticket)
        }
        if (kind === 'release') {
          const ticket = remove(underWay, pick)
          if (ticket !== undefined) slots.release(ticket)
        }
        if (kind === 'drain') slots.drain(webhook)
        if (kind === 'drain all') slots.drain()
      }
      for (const ticket of reserved) slots.cancel(ticket)
      for (const ticket of underWay) slots.release(ticket)
      slots.drain()
      assert.deepEqual([slots.bodies, slots.inFlight, slots.room], [0, 0, LIMITS.queued])
    }),
  )
})

test('nothing is taken for an endpoint that rests, and others are served', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1', 'a2'])
  fill(slots, 'b', ['b1'])
  slots.rest('a')
  assert.equal(slots.take()?.delivery.id, 'b1')
  assert.equal(slots.take(), undefined)
  fill(slots, 'a', ['a3'])
  assert.equal(slots.take(), undefined)
  slots.wake('a')
  assert.deepEqual([slots.take()?.delivery.id, slots.take()?.delivery.id], ['a1', 'a2'])
})

test('an endpoint that rests is remembered without deliveries, and forgotten when it wakes', () => {
  const slots = new EndpointSlots(LIMITS, still)
  fill(slots, 'a', ['a1'])
  const ticket = takeOne(slots)
  slots.rest('a')
  slots.release(ticket)
  fill(slots, 'a', ['a2'])
  assert.equal(slots.take(), undefined)
  assert.deepEqual(
    slots.drain('a').map(({ id }) => id),
    ['a2'],
  )
  slots.wake('a')
  assert.deepEqual(slots.loads(), [])
})
