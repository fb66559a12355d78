import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WebhookBody, WebhookEvent, WebhookEventOf, WebhookEventType } from './index.ts'

const eventTypes = {
  'contact.created': true,
  'contact.updated': true,
  'contact.assigned': true,
  'deal.created': true,
  'deal.updated': true,
  'deal.assigned': true,
  'deal.stage.changed': true,
  'conversation.created': true,
  'conversation.assigned': true,
  'conversation.status.changed': true,
  'message.received': true,
  'message.sent': true,
  'message.delivered': true,
  'message.read': true,
  'message.failed': true,
  'broadcast.response': true,
  'zoom.recording.completed': true,
} satisfies Record<WebhookEventType, true>

function describe(event: WebhookEvent): string {
  if (event.event === 'deal.stage.changed')
    return `${event.previous?.stage} → ${event.data.stage satisfies string}`
  if (event.event === 'contact.updated') return String(event.data['a column of the CRM’s own'])
  // @ts-expect-error A creation has no previous values.
  if (event.event === 'contact.created') return String(event.previous)
  return event.event
}

const row = { id: '', organization_id: '', created_at: '', updated_at: '' }
const deal: WebhookEventOf<'deal.stage.changed'>['data'] = {
  ...row,
  contact_id: null,
  title: null,
  pipeline: 'default',
  stage: 'Won',
  value: 1250.5,
  currency: 'EUR',
  expected_close_date: null,
  custom_fields: {},
  assigned_to: null,
}

test('there are seventeen event types', () => {
  assert.equal(Object.keys(eventTypes).length, 17)
})

test('the event type narrows the types of data and previous', () => {
  const event: WebhookEvent = {
    event: 'deal.stage.changed',
    timestamp: '2025-01-15T10:30:00Z',
    data: deal,
    previous: { stage: 'New' },
  }
  assert.equal(describe(event), 'New → Won')
})

test('a custom event type can be added to the union and narrows data like the others', () => {
  type Own = WebhookEvent | WebhookBody<'invoice.paid', { amount: number }>
  const amountOf = (event: Own): number | null => {
    if (event.event === 'invoice.paid') return event.data.amount
    if (event.event === 'deal.created') return event.data.value satisfies number | null
    return null
  }
  assert.equal(amountOf({ event: 'invoice.paid', timestamp: '', data: { amount: 7 } }), 7)
})
