import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { causeOf, filterItems, findSharedCauses, readListFilters } from './list-filters.ts'
import type { Item } from './list-filters.ts'

function item(
  name: string,
  fields: Partial<Omit<Item, 'webhook'>> & { reason?: string; events?: string[] } = {},
): Item {
  const { reason = null, events = ['*'], ...rest } = fields
  const webhook = {
    id: name,
    name,
    url: `https://${name.toLowerCase()}.example/hook`,
    description: null,
    events,
    is_active: true,
    health_reason: reason,
    created_at: '2026-11-01T00:00:00Z',
    webhook_logs: [],
  } as unknown as Item['webhook']
  return { webhook, condition: 'healthy', activity: undefined, waiting: 0, ...rest }
}

const namesOf = (items: readonly Item[], search: string): string[] =>
  filterItems(items, readListFilters(search)).map(({ webhook }) => webhook.name)

describe('list of webhooks', () => {
  const reason = (error: string, count: number): string =>
    `${count} consecutive attempts have failed since 2026-11-28T10:00:00Z; last error: ${error}. Deliveries are on hold.`
  const items = [
    item('Zapier'),
    item('Billing', { condition: 'held', reason: reason('the endpoint returned 503', 20) }),
    item('Slack', { condition: 'off', events: ['deal.*'] }),
    item('ERP', { condition: 'unreliable' }),
    item('Finance', { condition: 'held', reason: reason('the endpoint returned 503', 31) }),
  ]

  it('begins with what needs attention, then goes by name', () => {
    assert.deepEqual(namesOf(items, ''), ['Billing', 'Finance', 'ERP', 'Zapier', 'Slack'])
  })

  it('is searched by all words in name, URL and description', () => {
    assert.deepEqual(namesOf(items, 'search=hook+zap'), ['Zapier'])
    assert.deepEqual(namesOf(items, 'search=nothing'), [])
  })

  it('is filtered by health and by an event that a wildcard covers', () => {
    assert.deepEqual(namesOf(items, 'health=off'), ['Slack'])
    assert.deepEqual(namesOf(items, 'event=deal.created&order=name'), [
      'Billing',
      'ERP',
      'Finance',
      'Slack',
      'Zapier',
    ])
    assert.deepEqual(namesOf(items, 'event=contact.created&health=off'), [])
  })

  it('groups webhooks that fail for the same cause, however often and since when', () => {
    assert.deepEqual(findSharedCauses(items), [
      { cause: { text: 'the endpoint returned 503', coded: undefined }, count: 2 },
    ])
    assert.deepEqual(namesOf(items, 'cause=the+endpoint+returned+503'), ['Billing', 'Finance'])
  })

  it('the cause within a reason with a code has the code of the last error', () => {
    const problem = { code: 'response.status', params: { status: 503 } }
    const held = item('Billing', { condition: 'held', reason: reason('the endpoint returned 503', 20) })
    const blamed = { code: 'health.blamed', params: { reason: { code: 'health.held', params: { problem } } } }
    held.webhook.codes = { health_reason: blamed }
    assert.deepEqual(causeOf(held), { text: 'the endpoint returned 503', coded: problem })
  })

  it('ignores unknown values in the address', () => {
    assert.equal(namesOf(items, 'health=great&order=random').length, 5)
  })
})
