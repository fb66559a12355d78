import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

type Line = Record<string, unknown>

onEachEngine(
  'ids in log lines',
  (stage) => {
    const lines = (): Line[] =>
      stage.server
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Line)
    const line = (message: string, ids: Line): Promise<Line> =>
      until(`the line "${message}"`, () =>
        lines().find(
          (each) => each['msg'] === message && Object.entries(ids).every(([id, value]) => each[id] === value),
        ),
      )

    test('a request is logged with the X-Request-Id of its caller, which the response repeats', async () => {
      const { headers } = await stage.server.api.request(
        'GET',
        'webhook_event_types?name=eq.deal.created',
        undefined,
        {
          'x-request-id': 'crm-4711',
        },
      )
      assert.equal(headers.get('x-request-id'), 'crm-4711')
      const answered = await line('answered', { request_id: 'crm-4711' })
      assert.deepEqual(
        [answered['method'], answered['path'], answered['status']],
        ['GET', '/rest/v1/webhook_event_types', 200],
      )
    })

    test('a request with an invalid X-Request-Id gets a new id', async () => {
      const { headers } = await stage.server.api.request('GET', 'nothing-here', undefined, {
        'x-request-id': 'two words',
      })
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    })

    test('an attempt is logged with the ids of its event, delivery and webhook', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      await stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: {},
      })
      const [request] = await stage.receiver.received(path, 1)
      const attempted = await line('attempted', { webhook_id: id })
      assert.equal(attempted['event_id'], request?.headers['x-webhook-id'])
      assert.equal(attempted['delivery_id'], request?.headers['x-webhook-delivery'])
      assert.deepEqual(
        [attempted['attempt'], attempted['status'], attempted['response_code']],
        [1, 'success', 200],
      )
    })
  },
  { engines: [ANY_ENGINE], settings: { LOG_LEVEL: 'debug' } },
)
