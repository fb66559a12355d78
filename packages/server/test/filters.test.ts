import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

interface Preview {
  matched: number
  of: number
  samples: { event: string; data: { stage: string } }[]
}

onEachEngine('filters', (stage) => {
  const WON = { 'data.stage': 'Won', 'data.value': { $gte: 1000 } }

  async function deal(fields: object): Promise<void> {
    await stage.server.api.insert('deals', { organization_id: stage.organizationId, ...fields })
  }

  test('events that match a filter are delivered, and all others are listed as filtered', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.created'], filter: WON })
    await deal({ title: 'small', stage: 'Won', value: 10 })
    await deal({ title: 'open', stage: 'New', value: 5000 })
    await deal({ title: 'large', stage: 'Won', value: 5000 })
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.json.data['title'], 'large')
    const filtered = await stage.server.api.rows<DeliveryRow>(
      `webhook_deliveries?webhook_id=${id}&status=filtered`,
      2,
    )
    assert.deepEqual(
      filtered.map(({ reason, attempts }) => [reason, attempts]),
      [
        ['filtered', 0],
        ['filtered', 0],
      ],
    )
    assert.equal((await stage.receiver.received(path, 1)).length, 1)
  })

  test('a filter on previous matches only deals that moved to "Won" from "Negotiation"', async () => {
    const filter = { 'data.stage': 'Won', 'previous.stage': 'Negotiation' }
    const { path } = await createWebhook(stage, { events: ['deal.stage.changed'], filter })
    for (const stageBefore of ['New', 'Negotiation']) {
      const { id } = await stage.server.api.insert<{ id: string }>('deals', {
        organization_id: stage.organizationId,
        title: stageBefore,
        stage: stageBefore,
      })
      await stage.server.api.patch(`deals?id=eq.${id}`, { stage: 'Won' })
    }
    assert.deepEqual(
      (await stage.receiver.received(path, 1)).map(({ json }) => json.data['title']),
      ['Negotiation'],
    )
  })

  test('a filter on an unknown path is refused, naming the correct path', async () => {
    const { id } = await createWebhook(stage, {})
    const { status, body } = await stage.server.api.request<{ message: string; details: string }>(
      'PATCH',
      `webhook_configurations?id=eq.${id}`,
      { filter: { stage: 'Won' } },
    )
    assert.deepEqual([status, body.details], [400, 'filter'])
    assert.match(body.message, /write "data\.stage"/)
  })

  const LONG = Array.from({ length: 130_000 }, () => 1)
  const COSTLY = { $and: [{ 'data.a': { $nin: [6] } }, { 'data.a': { $in: [5] } }] }

  test('a filter over its budget filters its own delivery with that reason, and other webhooks get theirs', async () => {
    const { api } = stage.server
    const { id } = await createWebhook(stage, { events: ['message.sent'], filter: COSTLY })
    const listed = Array.from({ length: 1_000 }, (_, n) => n + 2)
    const never = await createWebhook(stage, {
      events: ['message.sent'],
      filter: { 'data.a': { $in: listed } },
    })
    const beside = await createWebhook(stage, { events: ['message.read'] })
    const event = { organization_id: stage.organizationId, event: 'message.sent', data: { a: LONG } }
    await api.insert('webhook_events', event)
    await api.insert('webhook_events', { ...event, event: 'message.read', data: {} })
    await stage.receiver.received(beside.path, 1)
    const [delivery] = await api.rows<DeliveryRow>(`webhook_deliveries?webhook_id=eq.${id}`, 1)
    assert.deepEqual(
      [delivery?.status, delivery?.reason],
      ['filtered', 'the filter takes more than 200000 steps for this event'],
    )
    const [kept] = await api.rows<DeliveryRow>(`webhook_deliveries?webhook_id=eq.${never.id}`, 1)
    assert.deepEqual([kept?.status, kept?.reason], ['filtered', 'filtered'])
  })

  test('a filter that lists too many values is refused, naming the limit', async () => {
    const { status, body } = await stage.server.api.request<{ message: string }>(
      'POST',
      'webhook_configurations',
      {
        organization_id: stage.organizationId,
        name: 'x',
        url: 'https://example.com/',
        events: ['*'],
        filter: { 'data.a': { $in: Array.from({ length: 3_200 }, (_, n) => n) } },
      },
    )
    assert.equal(status, 400)
    assert.match(body.message, /at most 1000 are allowed/)
  })

  test('a preview over its budget is refused with that reason, and other requests are served meanwhile', async () => {
    const { api } = stage.server
    const { id: organization } = await api.insert<{ id: string }>('organizations', { name: 'Long' })
    const event = { organization_id: organization, event: 'message.sent', data: { a: LONG } }
    await api.insert('webhook_events', event)
    const preview = api.rpc<{ code: string; message: string }>('preview_filter', {
      organization_id: organization,
      events: ['*'],
      filter: COSTLY,
    })
    const listed = Array.from({ length: 800 }, (_, n) => n + 2)
    const bounded = await api.rpc<Preview>('preview_filter', {
      organization_id: organization,
      events: ['*'],
      filter: { 'data.a': { $in: listed } },
    })
    assert.deepEqual([bounded.status, bounded.body.matched, bounded.body.of], [200, 0, 1])
    const { status, body } = await preview
    assert.deepEqual([status, body.code], [400, '54001'])
    assert.match(
      body.message,
      /^filter: event [0-9a-f-]{36}: the filter takes more than 200000 steps for this event$/,
    )
  })

  test('a filter can be removed from a webhook', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, { events: ['deal.assigned'], filter: WON })
    await api.patch(`webhook_configurations?id=eq.${id}`, { filter: null })
    await deal({ title: 'unfiltered', assigned_to: stage.organizationId })
    assert.equal((await stage.receiver.received(path, 1)).length, 1)
    const [webhook] = await api.get(`webhook_configurations?id=eq.${id}`)
    assert.equal(webhook?.['filter'], null)
  })

  test('preview_filter counts the recent events that match and returns samples', async () => {
    const { id } = await createWebhook(stage, { events: ['deal.created'] })
    const all = await stage.server.api.rpc<Preview>('preview_filter', { webhook_id: id, filter: {} })
    const won = await stage.server.api.rpc<Preview>('preview_filter', { webhook_id: id, filter: WON })
    assert.equal(all.body.matched, all.body.of)
    assert.equal(won.body.of, all.body.of)
    assert.equal(won.body.matched, 1)
    assert.deepEqual(
      won.body.samples.map(({ event, data }) => [event, data.stage]),
      [['deal.created', 'Won']],
    )
    const byEvents = await stage.server.api.rpc<Preview>('preview_filter', {
      organization_id: stage.organizationId,
      events: ['deal.*'],
      filter: { 'data.stage': 'Won', 'data.value': 10 },
    })
    assert.equal(byEvents.body.matched, 1)
  })

  test('preview_filter refuses an invalid filter, and a call without webhook or events', async () => {
    const wrong = await stage.server.api.rpc<{ details: string }>('preview_filter', {
      events: ['*'],
      filter: { $where: '1' },
    })
    assert.deepEqual([wrong.status, wrong.body.details], [400, 'filter'])
    const unclear = await stage.server.api.rpc<{ details: string }>('preview_filter', { filter: {} })
    assert.deepEqual([unclear.status, unclear.body.details], [400, 'webhook_id'])
  })

  test('events that a webhook does not receive are counted by reason', async () => {
    const { api } = stage.server
    const off = await createWebhook(stage, { events: ['*'], is_active: false })
    const deals = await createWebhook(stage, { events: ['deal.*'] })
    const data = { id: 'm-1' }
    const event = { organization_id: stage.organizationId, event: 'zoom.recording.completed', data }
    await api.insert('webhook_events', event)
    await api.insert('webhook_events', event)
    const count = async (id: string, reason: string): Promise<number> =>
      (
        await api.get<{ count: number }>(
          `webhook_skips?webhook_id=eq.${id}&reason=eq.${encodeURIComponent(reason)}&event=eq.zoom.recording.completed`,
        )
      ).reduce((sum, row) => sum + row.count, 0)
    await api.rows(`webhook_skips?webhook_id=eq.${off.id}&event=eq.zoom.recording.completed&count=eq.2`, 1)
    assert.equal(await count(off.id, 'inactive'), 2)
    assert.equal(await count(deals.id, 'not subscribed'), 2)
  })
})
