import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Subscription } from './match-webhooks.ts'
import { BatchTooCostly, matchWebhooks } from './match-webhooks.ts'

const webhook = (webhook_id: string, fields: Partial<Subscription> = {}): Subscription => ({
  webhook_id,
  organization_id: 'acme',
  events: ['deal.*'],
  is_active: true,
  filter: null,
  ignore_origins: [],
  redact: null,
  shape: null,
  url: '',
  secret: null,
  previous_secret: null,
  sealed_headers: null,
  sealed_auth: null,
  signing_keys: null,
  timeout_ms: null,
  max_in_flight: null,
  is_healthy: true,
  is_held: false,
  is_parked: false,
  is_ordered: false,
  coalesce: false,
  ...fields,
})

const event = (name: string, data: object = {}, organization_id = 'acme', origin: string | null = null) => ({
  organization_id,
  event: name,
  origin,
  body: JSON.stringify({ event: name, timestamp: '2025-01-15T10:30:00.000Z', data }),
})

const decide = (events: ReturnType<typeof event>[], webhooks: Subscription[]) => {
  const { matches, skips } = matchWebhooks(
    events,
    Map.groupBy(webhooks, ({ organization_id }) => organization_id),
  )
  return {
    matches: matches.map((match) => [match.event.event, match.subscription.webhook_id, match.filtered]),
    skips: skips.map(({ webhook_id, event: name, reason, count }) => [webhook_id, name, reason, count]),
  }
}

test('an event matches the webhooks of its organization that subscribe to it', () => {
  const webhooks = [webhook('a'), webhook('b', { organization_id: 'other' }), webhook('c', { events: ['*'] })]
  assert.deepEqual(decide([event('deal.created')], webhooks), {
    matches: [
      ['deal.created', 'a', undefined],
      ['deal.created', 'c', undefined],
    ],
    skips: [],
  })
})

test('events that a webhook does not receive are counted with the reason', () => {
  const webhooks = [webhook('off', { is_active: false }), webhook('deals')]
  const events = [event('contact.created'), event('contact.created'), event('deal.created')]
  assert.deepEqual(decide(events, webhooks).skips, [
    ['off', 'contact.created', 'inactive', 2],
    ['deals', 'contact.created', 'not subscribed', 2],
    ['off', 'deal.created', 'inactive', 1],
  ])
})

test('an event that does not match the filter of a webhook is marked as filtered', () => {
  const webhooks = [webhook('won', { filter: '{"data.stage": "Won"}' }), webhook('all')]
  assert.deepEqual(decide([event('deal.updated', { stage: 'New' })], webhooks).matches, [
    ['deal.updated', 'won', 'filtered'],
    ['deal.updated', 'all', undefined],
  ])
  assert.deepEqual(decide([event('deal.updated', { stage: 'Won' })], webhooks).matches[0], [
    'deal.updated',
    'won',
    undefined,
  ])
})

test('a filter that cannot be evaluated affects only its own webhook', () => {
  const webhooks = [webhook('broken', { filter: '{"data.stage": {"$bogus": 1}}' }), webhook('all')]
  const { matches } = decide([event('deal.updated')], webhooks)
  assert.match(String(matches[0]?.[2]), /could not be evaluated: .*\$bogus/)
  assert.deepEqual(matches[1], ['deal.updated', 'all', undefined])
})

test('an event from an origin that a webhook ignores is filtered out, even if it matches the filter', () => {
  const webhooks = [
    webhook('a', { ignore_origins: ['sync', 'import'], filter: '{"data.n":{"$gt":0}}' }),
    webhook('b', { ignore_origins: ['other'] }),
  ]
  const events = [null, 'sync', 'Sync'].map((origin) => event('deal.created', { n: 1 }, 'acme', origin))
  assert.deepEqual(decide(events, webhooks).matches, [
    ['deal.created', 'a', undefined],
    ['deal.created', 'b', undefined],
    ['deal.created', 'a', 'origin'],
    ['deal.created', 'b', undefined],
    ['deal.created', 'a', undefined],
    ['deal.created', 'b', undefined],
  ])
})

const LONG = { a: Array.from({ length: 130_000 }, () => 1) }
const COSTLY = '{"data.a": {"$nin": [6], "$in": [5]}}'

test('a filter that takes too many steps affects only its own webhook, with that reason', () => {
  const webhooks = [
    webhook('costly', { filter: COSTLY }),
    webhook('all'),
    webhook('cheap', { filter: '{"data.a":1}' }),
  ]
  assert.deepEqual(decide([event('deal.updated', LONG)], webhooks).matches, [
    ['deal.updated', 'costly', 'the filter takes more than 200000 steps for this event'],
    ['deal.updated', 'all', undefined],
    ['deal.updated', 'cheap', undefined],
  ])
})

test('filters that together take too many steps stop for a single event, and reject a batch of several', () => {
  const webhooks = Array.from({ length: 30 }, (_, n) => webhook(`${n}`, { filter: COSTLY }))
  const { matches } = decide([event('deal.updated', LONG)], webhooks)
  assert.equal(matches.length, 30)
  assert.ok(matches.every(([, , reason]) => /takes more than/.test(String(reason))))
  const events = Array.from({ length: 10 }, () => event('deal.updated', LONG))
  assert.throws(() => decide(events, webhooks), BatchTooCostly)
})
