import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { HEAVY } from './harness/full-run.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

interface ReplayAnswer {
  matched: number
  queued: number
  redelivery_id: string
}

const SINCE = '2020-01-01T00:00:00Z'

onEachEngine('rpc/replay_events', (stage) => {
  const replay = (body: object) => stage.server.api.rpc<ReplayAnswer>('replay_events', body)
  const refused = async (body: object): Promise<[number, string, string | null]> => {
    const answer = await stage.server.api.rpc<ErrorBody>('replay_events', body)
    return [answer.status, answer.body.message, answer.body.details]
  }
  const finished = async (id: string) =>
    (await stage.server.api.rows(`webhook_redeliveries?id=eq.${id}&status=neq.running`, 1))[0]!

  test('a replay sends an enabled webhook each event that it missed, once and with its original id', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.updated'], is_active: false })
    const missed = await emit(stage, 'deal.updated', 120)
    await emit(stage, 'deal.created', 3)
    await skipped(stage, id, 123)
    const dry = await replay({ webhook_id: id, since: SINCE, dry_run: true })
    assert.deepEqual([dry.status, dry.body], [200, { matched: 120, queued: 0 }])

    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    const { body } = await replay({ webhook_id: id, since: SINCE })
    assert.deepEqual([body.matched, body.queued], [120, 120])
    const { kind, status, matched, queued } = await finished(body.redelivery_id)
    assert.deepEqual([kind, status, matched, queued], ['replay_events', 'completed', 120, 120])
    await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 120)
    const ids = (await stage.receiver.received(path, 120)).map(({ headers }) => headers['x-webhook-id'])
    assert.equal(ids.length, missed.length)
    assert.deepEqual(new Set(ids), new Set(missed))
    assert.equal((await replay({ webhook_id: id, since: SINCE, dry_run: true })).body.matched, 0)
  })

  test('a replay sends the filtered events that pass the current filter', async () => {
    const { id, path } = await createWebhook(stage, {
      events: ['deal.assigned'],
      filter: { 'data.value': { $gt: 1 } },
    })
    const events = await emit(stage, 'deal.assigned', 3, (index) => ({ value: index }))
    await stage.receiver.received(path, 1)
    await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=filtered`, 2)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, {
      filter: { 'data.value': { $gt: 0 } },
    })
    const { body } = await replay({ webhook_id: id, since: SINCE })
    assert.equal(body.matched, 1)
    const [, second] = await stage.receiver.received(path, 2)
    assert.equal(second?.headers['x-webhook-id'], events[1])
    assert.equal((await finished(body.redelivery_id))['queued'], 1)
  })

  test('a replay resumes after a SIGKILL and delivers each event once', HEAVY, async () => {
    const { id, path } = await createWebhook(stage, { events: ['contact.updated'], is_active: false })
    const count = 400
    const missed = [
      ...(await emit(stage, 'contact.updated', 200)),
      ...(await emit(stage, 'contact.updated', 200)),
    ]
    await skipped(stage, id, count)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    const { body } = await replay({ webhook_id: id, since: SINCE })
    await stage.receiver.received(path, 1)
    await stage.server.kill()
    stage.server = await stage.site.start()
    assert.deepEqual(
      (({ status, matched, queued }) => ({ status, matched, queued }))(await finished(body.redelivery_id)),
      { status: 'completed', matched: count, queued: count },
    )
    await stage.server.api.rows(
      `webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered&limit=1&offset=${count - 1}`,
      1,
    )
    const logs = await stage.server.api.request(
      'HEAD',
      `webhook_logs?webhook_id=eq.${id}&status=eq.success`,
      undefined,
      {
        prefer: 'count=exact',
      },
    )
    assert.equal(
      logs.headers.get('content-range')?.split('/')[1],
      String(count),
      'one success is recorded for each event',
    )
    const requests = await stage.receiver.received(path, count)
    assert.deepEqual(new Set(requests.map(({ headers }) => headers['x-webhook-id'])), new Set(missed))
  })

  test('a replay with invalid arguments or an unknown webhook is refused with the reason', async () => {
    const { id } = await createWebhook(stage, { is_active: false })
    const [noSince, event, order, off, unknown] = await Promise.all([
      refused({ webhook_id: id }),
      refused({ webhook_id: id, since: SINCE, event: 'deal.create' }),
      refused({ webhook_id: id, since: SINCE, until: SINCE }),
      refused({ webhook_id: id, since: SINCE }),
      refused({ webhook_id: stage.organizationId, since: SINCE }),
    ])
    assert.deepEqual([noSince[0], noSince[2]], [400, 'since'])
    assert.match(event[1], /nearest are 'deal\.created'/)
    assert.deepEqual(order, [400, 'since: must be before until', 'since'])
    assert.deepEqual(off.slice(0, 2), [409, 'the webhook is disabled'])
    assert.equal(unknown[0], 404)
  })
})

async function emit(
  stage: Stage,
  event: string,
  count: number,
  data: (index: number) => object = () => ({}),
): Promise<string[]> {
  const { body } = await stage.server.api.request<{ id: string }[]>(
    'POST',
    'webhook_events?select=id',
    Array.from({ length: count }, (_, index) => ({
      organization_id: stage.organizationId,
      event,
      data: data(index),
    })),
    { prefer: 'return=representation' },
  )
  return body.map(({ id }) => id)
}

/** Waits until matching has skipped this many events for the webhook. */
async function skipped(stage: Stage, webhookId: string, count: number): Promise<void> {
  await until(`${count} events to be skipped`, async () => {
    const rows = await stage.server.api.get<{ count: number }>(
      `webhook_skips?webhook_id=eq.${webhookId}&reason=eq.inactive`,
    )
    return rows.reduce((sum, row) => sum + row.count, 0) >= count
  })
}
