import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { createContacts, idOf, startSync, untilStatus } from './harness/existing-records.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

onEachEngine(
  'initial sync',
  (stage) => {
    test('a sync sends each record that exists once, as the event of its creation, and ends with its outcome', async () => {
      const { organizationId, ids } = await createContacts(stage, 250)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId, secret: 'generate' })
      const { path: other } = await createWebhook(stage, { organization_id: organizationId })
      assert.deepEqual(await startSync(stage, { webhook_id: id, record: 'contact', dry_run: true }), {
        matched: 250,
      })
      const { matched, sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
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
      const { matched, sync_id } = await startSync(stage, {
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
      const { matched, sync_id } = await startSync(stage, { webhook_id: id, record: 'contact', since })
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
      const { matched, sync_id } = await startSync(stage, { webhook_id: id, record: 'message' })
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

    test('a meeting is sent if its recording is there', async () => {
      const { organizationId } = await createContacts(stage, 1)
      const meetings = [
        { title: 'Recorded', provider: 'zoom', recording_status: 'completed' },
        { title: 'Not recorded', provider: 'zoom', recording_status: 'none' },
        { title: 'Elsewhere', provider: 'teams', recording_status: 'completed' },
      ].map((meeting) => ({ ...meeting, organization_id: organizationId }))
      await stage.server.api.request('POST', 'meetings', meetings)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId, events: ['zoom.*'] })
      const { matched, sync_id } = await startSync(stage, { webhook_id: id, record: 'meeting' })
      assert.equal(matched, 1)
      await untilStatus(stage, sync_id!, 'done')
      const sent = (await stage.receiver.received(path, 1)).filter(
        ({ headers }) => headers['x-webhook-trigger'] === 'sync',
      )
      assert.deepEqual(
        sent.map(({ json }) => [json.event, json.data['title']]),
        [['zoom.recording.completed', 'Recorded']],
      )
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
      const { sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
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

    test('a record that fails for good counts as failed', async () => {
      const { organizationId, ids } = await createContacts(stage, 3)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId })
      stage.receiver.reply(path, (response, request) =>
        response.writeHead(idOf(request) === ids[1] ? 500 : 200).end(),
      )
      const { sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
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
          if (seen !== 100) response.writeHead(200).end()
        })
      })
      const { sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
      await killed
      stage.server = await stage.site.start()
      const { sent } = await untilStatus(stage, sync_id!, 'done')
      assert.equal(sent, 300)
      const requests = stage.receiver.requests.filter((request) => request.path === path)
      assert.deepEqual([...new Set(requests.map(idOf))].toSorted(), ids.toSorted())
      assert.equal(new Set(requests.map(({ headers }) => headers['x-webhook-id'])).size, 300)
    })
  },
  { settings: { RETRY_SCHEDULE: '1s,1s' } },
)
