import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { createApi } from './harness/api.ts'
import { follow, refusal } from './harness/changes.ts'
import type { FollowedChannel } from './harness/changes.ts'
import { createWebhook, onEveryEngine } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { until } from './harness/until.ts'

onEveryEngine('realtime with supabase-js', (stage) => {
  let key: string
  let other: { id: string; key: string }
  let webhooks = 0

  const makeKey = async (organization_id: string, scope: string): Promise<string> =>
    (await stage.server.api.insert<{ key: string }>('api_keys', { organization_id, scope, name: scope })).key

  before(async () => {
    key = await makeKey(stage.organizationId, 'admin')
    const { id } = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Other' })
    other = { id, key: await makeKey(id, 'admin') }
  })

  async function emit(organization_id = stage.organizationId): Promise<string> {
    const event = { organization_id, event: 'contact.created', data: { id: 'c1' } }
    return (await stage.server.api.insert<{ id: string }>('webhook_events', event)).id
  }

  async function addWebhook(owner: string = key, organization_id = stage.organizationId): Promise<string> {
    webhooks += 1
    const { id } = await createApi(stage.server.url, owner).insert<{ id: string }>('webhook_configurations', {
      organization_id,
      name: `Followed ${webhooks}`,
      url: new URL(`/followed-${webhooks}`, stage.receiver.url).href,
      events: ['deal.created'],
    })
    return id
  }

  const ids = ({ changes }: FollowedChannel): string[] => changes.map((change) => change.new['id'] as string)

  test('a delivered event arrives as its log row, its delivery and its event', async () => {
    await createWebhook(stage, {})
    const logs = await follow(stage.server.url, key, [{ event: 'INSERT', table: 'webhook_logs' }])
    const rest = await follow(stage.server.url, key, [
      { table: 'webhook_deliveries' },
      { table: 'webhook_events' },
    ])
    const id = await emit()
    const log = await until('the log row', () => logs.changes[0])
    const [read] = await stage.server.api.get(`webhook_logs?event_id=eq.${id}`)
    assert.deepEqual([log.eventType, log.table, log.errors], ['INSERT', 'webhook_logs', null])
    assert.deepEqual(log.new, read)
    await until('the delivery', () =>
      rest.changes.some(
        (change) => change.table === 'webhook_deliveries' && change.new['status'] === 'delivered',
      ),
    )
    const event = await until('the event', () => rest.changes.find(({ table }) => table === 'webhook_events'))
    assert.deepEqual([event.eventType, event.new['id']], ['INSERT', id])
    const first = rest.changes.find(({ table }) => table === 'webhook_deliveries')
    assert.deepEqual([first?.eventType, first?.new['event_id']], ['INSERT', id])
    await Promise.all([logs.stop(), rest.stop()])
  })

  test('a delivery that is retried arrives again as UPDATE with its key as old', async () => {
    const webhook = await createWebhook(stage, { events: ['deal.created'] })
    const waiting = Promise.withResolvers<void>()
    // The first attempt ends when the delivery has been seen, since a later state takes the place of an earlier one.
    stage.receiver.reply(
      webhook.path,
      (response) => void waiting.promise.then(() => response.writeHead(500).end()),
      500,
    )
    const followed = await follow(stage.server.url, key, [
      { table: 'webhook_deliveries', filter: `webhook_id=eq.${webhook.id}` },
    ])
    await stage.server.api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'deal.created',
      data: { id: 'd1' },
    })
    await until('the delivery', () => followed.of('INSERT').length === 1)
    waiting.resolve()
    const last = await until('the last state', () =>
      followed.changes.find((change) => change.new['status'] === 'failed'),
    )
    assert.equal(followed.changes[0]?.new['status'], 'pending')
    assert.deepEqual([last.eventType, last.old], ['UPDATE', { id: last.new['id'] }])
    assert.equal(followed.of('INSERT').length, 1)
    await followed.stop()
  })

  test('a webhook arrives when it is created, changed and deleted, without its secret', async () => {
    const followed = await follow(stage.server.url, key, [{ table: 'webhook_configurations' }])
    const api = createApi(stage.server.url, key)
    const made = await api.insert<{ id: string }>('webhook_configurations', {
      organization_id: stage.organizationId,
      name: 'Secret',
      url: new URL('/secret', stage.receiver.url).href,
      events: ['deal.created'],
      secret: 'a-secret-of-16-characters',
    })
    await until('the insert', () => followed.of('INSERT').length === 1)
    await api.patch(`webhook_configurations?id=eq.${made.id}`, { name: 'Renamed' })
    await until('the update', () => followed.of('UPDATE').length === 1)
    await api.request('DELETE', `webhook_configurations?id=eq.${made.id}`)
    await until('the deletion', () => followed.of('DELETE').length === 1)
    const [inserted, updated, deleted] = followed.changes
    assert.deepEqual([inserted?.new['name'], inserted?.new['has_secret']], ['Secret', true])
    assert.ok(!JSON.stringify(followed.changes).includes('a-secret-of'))
    assert.ok(!Object.hasOwn(inserted!.new, 'secret'))
    assert.deepEqual([updated?.new['name'], updated?.old], ['Renamed', { id: made.id }])
    assert.deepEqual([deleted?.new, deleted?.old], [{}, { id: made.id }])
    await followed.stop()
  })

  test('a channel receives the rows that its filters select, and each subscription its own', async () => {
    const [first, second] = [await addWebhook(), await addWebhook()]
    const table = 'webhook_configurations'
    const followed = await Promise.all(
      [
        `id=eq.${first}`,
        `id=neq.${first}`,
        `id=in.(${first},${second})`,
        `timeout_ms=gt.2000`,
        `timeout_ms=gte.3000,is_active=eq.true`,
        `timeout_ms=lt.3000`,
        `timeout_ms=lte.2000`,
        `created_at=gt.2020-01-01`,
        `name=eq."a, (b)"`,
      ].map((filter) => follow(stage.server.url, key, [{ event: 'UPDATE', table, filter }])),
    )
    const api = createApi(stage.server.url, key)
    await api.patch(`${table}?id=eq.${first}`, { timeout_ms: 2_000 })
    await api.patch(`${table}?id=eq.${second}`, { timeout_ms: 3_000, name: 'a, (b)' })
    const expected = [
      [first],
      [second],
      [first, second],
      [second],
      [second],
      [first],
      [first],
      [first, second],
      [second],
    ]
    for (const [index, channel] of followed.entries()) {
      await until(`the rows of filter ${index}`, () => channel.changes.length >= expected[index]!.length)
    }
    assert.deepEqual(followed.map(ids), expected)
    await Promise.all(followed.map((channel) => channel.stop()))
  })

  test('organizations follow only their own rows, and the service key those of all', async () => {
    const wanted = [{ table: 'webhook_configurations' }, { table: 'webhook_events' }]
    const ours = await follow(stage.server.url, key, wanted)
    const theirs = await follow(stage.server.url, other.key, wanted)
    const all = await follow(stage.server.url, SERVICE_KEY, wanted)
    const rows = [
      await addWebhook(),
      await addWebhook(other.key, other.id),
      await emit(),
      await emit(other.id),
    ]
    await until('all rows', () => all.changes.length >= 4)
    await until('our rows', () => ours.changes.length >= 2)
    await until('their rows', () => theirs.changes.length >= 2)
    assert.deepEqual(new Set(ids(ours)), new Set([rows[0], rows[2]]))
    assert.deepEqual(new Set(ids(theirs)), new Set([rows[1], rows[3]]))
    assert.deepEqual(new Set(ids(all)), new Set(rows))
    const foreign = await follow(stage.server.url, other.key, [
      { table: 'webhook_events', filter: `organization_id=eq.${stage.organizationId}` },
      { table: 'webhook_configurations' },
    ])
    await emit()
    const own = await addWebhook(other.key, other.id)
    await until('their own row', () => foreign.changes.length > 0)
    assert.deepEqual(ids(foreign), [own])
    await Promise.all([ours, theirs, all, foreign].map((channel) => channel.stop()))
  })

  test('a key with scope read follows what it may read, and one with scope emit event types alone', async () => {
    const [read, emitting] = [
      await makeKey(stage.organizationId, 'read'),
      await makeKey(stage.organizationId, 'emit'),
    ]
    const followed = await follow(stage.server.url, read, [{ table: 'webhook_configurations' }])
    await addWebhook()
    await until('the row', () => followed.changes.length === 1)
    await followed.stop()
    assert.match(await refusal(stage.server.url, read, [{ table: 'api_keys' }]), /permission denied.*42501/)
    assert.match(await refusal(stage.server.url, emitting, [{ table: 'webhook_logs' }]), /scope emit.*42501/)
    const everything = await follow(stage.server.url, read, [{}])
    const api = createApi(stage.server.url, key)
    await api.insert('api_keys', { organization_id: stage.organizationId, name: 'unseen', scope: 'read' })
    await addWebhook()
    await until('a row', () => everything.changes.length > 0)
    assert.deepEqual([...new Set(everything.changes.map(({ table }) => table))], ['webhook_configurations'])
    await everything.stop()
  })

  test('an API key arrives when it is made and revoked, without the key', async () => {
    const followed = await follow(stage.server.url, key, [{ table: 'api_keys' }])
    const api = createApi(stage.server.url, key)
    const made = await api.insert<{ id: string; key: string }>('api_keys', {
      organization_id: stage.organizationId,
      name: 'seen',
      scope: 'read',
    })
    await until('the key', () => followed.changes.length === 1)
    await api.patch(`api_keys?id=eq.${made.id}`, { revoked_at: new Date().toISOString() })
    await until('the change', () => followed.changes.length === 2)
    assert.ok(!JSON.stringify(followed.changes).includes(made.key))
    assert.ok(!Object.hasOwn(followed.changes[0]!.new, 'key_hash'))
    assert.notEqual(followed.changes[1]!.new['revoked_at'], null)
    await followed.stop()
  })

  test('a subscription that selects columns receives those and the key', async () => {
    const followed = await follow(stage.server.url, key, [
      { table: 'webhook_configurations', select: ['name'] },
    ])
    const id = await addWebhook()
    await until('the row', () => followed.changes.length === 1)
    assert.deepEqual(followed.changes[0]!.new, { id, name: `Followed ${webhooks}` })
    await followed.stop()
  })

  test('a client of protocol 1.0.0 follows changes', async () => {
    const followed = await follow(stage.server.url, key, [{ table: 'webhook_configurations' }], {
      vsn: '1.0.0',
    })
    const id = await addWebhook()
    await until('the row', () => followed.changes.length === 1)
    assert.deepEqual(ids(followed), [id])
    assert.deepEqual(followed.notices, ['Subscribed to PostgreSQL'])
    await followed.stop()
    assert.equal(followed.states.at(-1), 'CLOSED')
  })

  test('a change that one node writes arrives at the clients of another', async (context) => {
    if (stage.engine !== 'postgresql') return context.skip('one process at a time can open PGlite')
    await createWebhook(stage, { events: ['contact.created'] })
    const second = await stage.site.start()
    const followed = await follow(second.url, key, [
      { table: 'webhook_configurations' },
      { table: 'webhook_logs' },
    ])
    const [webhook, event] = [await addWebhook(), await emit()]
    await until('the webhook', () => ids(followed).includes(webhook))
    await until('the log row', () => followed.changes.some((change) => change.new['event_id'] === event))
    await followed.stop()
    assert.equal(await second.stop(), 0)
  })

  test('a client that reconnects after a restart of the server follows changes again', async () => {
    const followed = await follow(stage.server.url, key, [{ table: 'webhook_configurations' }])
    const { port } = new URL(stage.server.url)
    assert.equal(await stage.server.stop(), 0)
    stage.server = await stage.site.start({ PORT: port })
    await until(
      'the subscription',
      () => followed.states.filter((state) => state === 'SUBSCRIBED').length === 2,
    )
    const id = await addWebhook()
    await until('the row', () => ids(followed).includes(id))
    await followed.stop()
  })
})
