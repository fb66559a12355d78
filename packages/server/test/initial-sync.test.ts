import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import type { ReceivedRequest } from './harness/receiver-server.ts'
import { until } from './harness/until.ts'

interface Sync {
  id: string
  status: string
  reason: string | null
  matched: number | null
  sent: number
  failed: number
  finished_at: string | null
}

type Started = { matched: number | null; sync_id?: string }

/** An organization of its own for each test, with contacts. */
async function createContacts(
  stage: Stage,
  count: number,
): Promise<{ organizationId: string; ids: string[] }> {
  const { api } = stage.server
  const { id: organizationId } = await api.insert<{ id: string }>('organizations', { name: 'Synced' })
  const witness = await createWebhook(stage, { organization_id: organizationId })
  const contacts = Array.from({ length: count }, (_, index) => ({
    organization_id: organizationId,
    first_name: `Contact ${index}`,
    company: index % 2 === 0 ? 'Even' : 'Odd',
  }))
  const { body } = await api.request<{ id: string }[]>('POST', 'contacts', contacts, {
    prefer: 'return=representation',
  })
  // Their own events have left the outbox: later webhooks do not get them.
  await stage.receiver.received(witness.path, count)
  await api.request('DELETE', `webhook_configurations?id=eq.${witness.id}`)
  return { organizationId, ids: body.map(({ id }) => id) }
}

const start = async (stage: Stage, body: object): Promise<Started> => {
  const { status, body: started } = await stage.server.api.rpc<Started>('send_existing', body)
  assert.equal(status, 200, JSON.stringify(started))
  return started
}

const readSync = async (stage: Stage, id: string): Promise<Sync> =>
  (await stage.server.api.get<Sync>(`webhook_syncs?id=eq.${id}`))[0]!

const untilStatus = async (stage: Stage, id: string, status: string): Promise<Sync> => {
  await until(`the sync to be ${status}`, async () => (await readSync(stage, id)).status === status)
  return await readSync(stage, id)
}

const idOf = ({ json }: ReceivedRequest): string => String(json.data['id'])

onEachEngine(
  'initial sync',
  (stage) => {
    test('a sync sends each record that exists once, as the event of its creation, and ends with its outcome', async () => {
      const { organizationId, ids } = await createContacts(stage, 250)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId, secret: 'generate' })
      const { path: other } = await createWebhook(stage, { organization_id: organizationId })
      assert.deepEqual(await start(stage, { webhook_id: id, record: 'contact', dry_run: true }), {
        matched: 250,
      })
      const { matched, sync_id } = await start(stage, { webhook_id: id, record: 'contact' })
      assert.equal(matched, 250)
      const { sent, failed, finished_at } = await untilStatus(stage, sync_id!, 'done')
      assert.deepEqual([sent, failed], [250, 0])
      assert.ok(finished_at)
      const requests = await stage.receiver.received(path, 250)
      assert.deepEqual(requests.map(idOf).toSorted(), ids.toSorted())
      for (const { json, headers } of requests) {
        assert.equal(json.event, 'contact.created')
        assert.equal(headers['x-webhook-trigger'], 'sync')
        assert.ok(headers['webhook-signature'])
      }
      assert.deepEqual(
        stage.receiver.requests.filter((request) => request.path === other),
        [],
        'no other webhook gets them',
      )
    })

    test('a sync takes only what the webhook and the request let pass', async () => {
      const { organizationId } = await createContacts(stage, 20)
      const { id, path } = await createWebhook(stage, {
        organization_id: organizationId,
        filter: { 'data.company': 'Even' },
      })
      const { matched, sync_id } = await start(stage, {
        webhook_id: id,
        record: 'contact',
        filter: { 'data.first_name': { $in: ['Contact 2', 'Contact 3', 'Contact 4'] } },
      })
      assert.equal(matched, 2)
      assert.equal((await untilStatus(stage, sync_id!, 'done')).sent, 2)
      const requests = await stage.receiver.received(path, 2)
      assert.deepEqual(
        requests
          .map(({ json }) => json.data['first_name'])
          .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
        ['Contact 2', 'Contact 4'],
      )
    })

    test('a sync since a time leaves out records that have not changed since', async () => {
      const { organizationId, ids } = await createContacts(stage, 3)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId })
      const [{ updated_at: before } = { updated_at: '' }] = await stage.server.api.get<{
        updated_at: string
      }>(`contacts?organization_id=eq.${organizationId}&order=updated_at.desc&limit=1`)
      await stage.server.api.patch(`contacts?id=eq.${ids[1]}`, { company: 'Changed' })
      const since = new Date(Date.parse(before) + 1).toISOString()
      const { matched, sync_id } = await start(stage, { webhook_id: id, record: 'contact', since })
      assert.equal(matched, 1)
      await untilStatus(stage, sync_id!, 'done')
      const [request] = await stage.receiver.received(path, 1)
      assert.equal(idOf(request!), ids[1])
    })

    test('messages are sent as received or sent, and a change of another organization stays out', async () => {
      const { organizationId } = await createContacts(stage, 1)
      await createContacts(stage, 2)
      const messages = [
        { direction: 'inbound', status: 'received' },
        { direction: 'outbound', status: 'read' },
        { direction: 'outbound', status: 'failed' },
      ].map((message) => ({ ...message, organization_id: organizationId, body: 'Hello' }))
      await stage.server.api.request('POST', 'messages', messages)
      const { id, path } = await createWebhook(stage, {
        organization_id: organizationId,
        events: ['message.*'],
      })
      const { matched, sync_id } = await start(stage, { webhook_id: id, record: 'message' })
      assert.equal(matched, 2)
      await untilStatus(stage, sync_id!, 'done')
      const requests = (await stage.receiver.received(path, 2)).filter(
        ({ headers }) => headers['x-webhook-trigger'] === 'sync',
      )
      assert.deepEqual(requests.map(({ json }) => json.event).toSorted(), [
        'message.received',
        'message.sent',
      ])
    })

    test('a change during a sync is neither lost nor overtaken by the older record', async () => {
      const { organizationId, ids } = await createContacts(stage, 150)
      const { id, path } = await createWebhook(stage, {
        organization_id: organizationId,
        events: ['contact.*'],
      })
      const held: ServerResponse[] = []
      let isHeld = true
      stage.receiver.reply(path, (response) => {
        if (isHeld) held.push(response)
        else response.writeHead(200).end()
      })
      const { sync_id } = await start(stage, { webhook_id: id, record: 'contact' })
      await stage.receiver.received(path, 1)
      // One that is being sent, those that wait, and those that are not read yet.
      const changed = [
        idOf(stage.receiver.requests.findLast((request) => request.path === path)!),
        ...ids.slice(0, 5),
        ...ids.slice(-5),
      ]
      for (const contact of changed)
        await stage.server.api.patch(`contacts?id=eq.${contact}`, { company: 'Changed meanwhile' })
      isHeld = false
      for (const response of held) response.writeHead(200).end()
      assert.equal((await untilStatus(stage, sync_id!, 'done')).sent, 150)
      const requests = await stage.receiver.received(path, 150 + new Set(changed).size)
      for (const contact of changed) {
        const companies = requests
          .filter((request) => idOf(request) === contact)
          .map(({ json }) => json.data['company'])
        assert.equal(companies.at(-1), 'Changed meanwhile')
        const first = companies.indexOf('Changed meanwhile')
        assert.ok(
          companies.slice(first).every((company) => company === 'Changed meanwhile'),
          `the older record comes after the change: ${companies.join(', ')}`,
        )
      }
    })

    test('a sync is paused, resumed and cancelled', async () => {
      const { organizationId } = await createContacts(stage, 600)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId, max_in_flight: 1 })
      const held: ServerResponse[] = []
      let isHeld = true
      stage.receiver.reply(path, (response) => {
        if (isHeld) held.push(response)
        else response.writeHead(200).end()
      })
      const { sync_id } = await start(stage, { webhook_id: id, record: 'contact' })
      await stage.receiver.received(path, 1)
      const set = async (status: string): Promise<void> =>
        await stage.server.api.patch(`webhook_syncs?id=eq.${sync_id}`, { status })
      await set('paused')
      isHeld = false
      held[0]!.writeHead(200).end()
      // What was read is sent, and no more is read.
      await until('what was read to be sent', async () => {
        const open = await stage.server.api.get(`webhook_deliveries?webhook_id=eq.${id}&completed_at=is.null`)
        return open.length === 0
      })
      const paused = await readSync(stage, sync_id!)
      assert.equal(paused.status, 'paused')
      isHeld = true
      await set('running')
      await until('the next record', () => held.length > 1)
      await set('cancelled')
      await stage.server.api.rows(
        `webhook_deliveries?webhook_id=eq.${id}&reason=eq.sync%20cancelled&limit=1`,
        1,
      )
      held.at(-1)!.writeHead(200).end()
      isHeld = false
      const left = async (): Promise<number> =>
        (await stage.server.api.get(`webhook_deliveries?webhook_id=eq.${id}&completed_at=is.null`)).length
      await until('nothing to be left', async () => (await left()) === 0)
      const ended = await readSync(stage, sync_id!)
      assert.equal(ended.status, 'cancelled')
      assert.ok(ended.finished_at)
      const again = await stage.server.api.request<ErrorBody>('PATCH', `webhook_syncs?id=eq.${sync_id}`, {
        status: 'running',
      })
      assert.deepEqual([again.status, again.body.message], [409, 'the sync has ended: cancelled'])
    })

    test('a record that fails for good counts as failed', async () => {
      const { organizationId, ids } = await createContacts(stage, 3)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId })
      stage.receiver.reply(path, (response, request) =>
        response.writeHead(idOf(request) === ids[1] ? 500 : 200).end(),
      )
      const { sync_id } = await start(stage, { webhook_id: id, record: 'contact' })
      const { sent, failed } = await untilStatus(stage, sync_id!, 'done')
      assert.deepEqual([sent, failed], [2, 1])
    })

    test('a crash neither loses a record of a sync nor sends it as another event', async () => {
      const { organizationId, ids } = await createContacts(stage, 300)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId })
      const killed = new Promise<void>((resolve) => {
        let seen = 0
        stage.receiver.reply(path, (response) => {
          seen += 1
          if (seen === 100) void stage.server.kill().then(resolve)
          if (seen < 100 || seen > 100) response.writeHead(200).end()
        })
      })
      const { sync_id } = await start(stage, { webhook_id: id, record: 'contact' })
      await killed
      stage.server = await stage.site.start()
      const { sent } = await untilStatus(stage, sync_id!, 'done')
      assert.equal(sent, 300)
      const requests = stage.receiver.requests.filter((request) => request.path === path)
      assert.deepEqual([...new Set(requests.map(idOf))].toSorted(), ids.toSorted())
      assert.equal(new Set(requests.map(({ headers }) => headers['x-webhook-id'])).size, 300)
    })

    test('one sync of a record runs at a time for a webhook', async () => {
      const { organizationId } = await createContacts(stage, 2)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId })
      const held: ServerResponse[] = []
      stage.receiver.reply(path, (response) => void held.push(response), 200)
      const { sync_id } = await start(stage, { webhook_id: id, record: 'contact' })
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'rpc/send_existing', {
        webhook_id: id,
        record: 'contact',
      })
      assert.deepEqual(
        [status, body.message],
        [409, 'existing records of this kind are already being sent: contact'],
      )
      await stage.receiver.received(path, 1)
      for (const response of held) response.writeHead(200).end()
      await untilStatus(stage, sync_id!, 'done')
    })

    test('a sync of records that the webhook does not subscribe to is refused with what to add', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.updated'] })
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'rpc/send_existing', {
        webhook_id: id,
        record: 'deal',
      })
      assert.deepEqual(
        [status, body.message],
        [400, 'record: the webhook does not subscribe to deal.created'],
      )
    })

    test('records of a sync are not replayed to other webhooks', async () => {
      const { organizationId } = await createContacts(stage, 4)
      const { id } = await createWebhook(stage, { organization_id: organizationId })
      const { sync_id } = await start(stage, { webhook_id: id, record: 'contact' })
      await untilStatus(stage, sync_id!, 'done')
      const { id: other } = await createWebhook(stage, { organization_id: organizationId })
      const { body } = await stage.server.api.rpc<{ matched: number }>('replay_events', {
        webhook_id: other,
        since: '2025-01-01T00:00:00Z',
        dry_run: true,
      })
      assert.equal(body.matched, 4, 'the events of the creation, and none of the sync')
    })
  },
  { settings: { RETRY_SCHEDULE: '1s,1s' } },
)
