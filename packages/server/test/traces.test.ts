import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import { ANY_ENGINE } from './harness/databases.ts'
import type { LogRow } from './harness/api.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { startCollector } from './harness/trace-collector.ts'
import { until } from './harness/until.ts'

const newTraceId = (): string => randomBytes(16).toString('hex')
const SPAN = 'b7ad6b7169203331'
const SECRET = 'the-secret-of-the-traces'

async function emit(stage: Stage, traceparent: string, data: object = {}): Promise<void> {
  const event = { organization_id: stage.organizationId, event: 'deal.created', data }
  const { status } = await stage.server.api.request('POST', 'webhook_events', event, { traceparent })
  assert.equal(status, 201)
}

const collector = await startCollector()
after(() => collector.close())

onEachEngine(
  'traces',
  (stage) => {
    test('a trace follows an event from its request through matching to the attempt and the receiver', async () => {
      const { path } = await createWebhook(stage, { events: ['deal.created'] })
      const traceId = newTraceId()
      await emit(stage, `00-${traceId}-${SPAN}-01`)
      const [request] = await stage.receiver.received(path, 1)
      const api = await collector.span(traceId, 'POST /rest/v1/webhook_events')
      const matching = await collector.span(traceId, 'webhooks.match')
      const attempt = await collector.span(traceId, 'webhooks.attempt')
      assert.deepEqual(
        [api, matching, attempt].map(({ parentSpanId }) => parentSpanId),
        [SPAN, api.spanId, matching.spanId],
      )
      assert.equal(request?.headers['traceparent'], `00-${traceId}-${attempt.spanId}-01`)
      const ids = Object.fromEntries(
        attempt.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
      )
      assert.equal(ids['webhooks.event_id'], request?.headers['x-webhook-id'])
      assert.equal(ids['webhooks.delivery_id'], request?.headers['x-webhook-delivery'])
      assert.equal(Number(ids['http.response.status_code']), 200)
    })

    test('a trace contains every retry, with the reason of a failure', async () => {
      const { path } = await createWebhook(stage, { events: ['deal.created'] })
      stage.receiver.reply(path, 500, 200)
      const traceId = newTraceId()
      await emit(stage, `00-${traceId}-${SPAN}-01`)
      await stage.receiver.received(path, 2)
      const attempts = await until('both attempts', () => {
        const found = collector.spans.filter(
          (span) => span.traceId === traceId && span.name === 'webhooks.attempt',
        )
        // The webhook of the test before gets the event as well.
        return found.length >= 3 ? found : undefined
      })
      assert.ok(attempts.some(({ status }) => status.message === 'the endpoint returned 500'))
    })

    test('a trace contains no endpoint, payload or secret', async () => {
      const { path } = await createWebhook(stage, { events: ['deal.created'], secret: SECRET })
      const traceId = newTraceId()
      await emit(stage, `00-${traceId}-${SPAN}-01`, { email: 'ada@example.com' })
      await stage.receiver.received(path, 1)
      await collector.span(traceId, 'webhooks.attempt')
      const all = JSON.stringify(collector.spans)
      for (const hidden of [SECRET, 'ada@example.com', stage.receiver.url, path]) {
        assert.equal(all.includes(hidden), false, hidden)
      }
    })
  },
  {
    engines: [ANY_ENGINE],
    settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '20' },
  },
)

onEachEngine('trace context without tracing', (stage) => {
  test("every attempt sends the caller's trace context unchanged, and the log shows it", async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    stage.receiver.reply(path, 500, 200)
    const traceparent = `00-${newTraceId()}-${SPAN}-00`
    await emit(stage, traceparent)
    const requests = await stage.receiver.received(path, 2)
    assert.deepEqual(
      requests.map(({ headers }) => headers['traceparent']),
      [traceparent, traceparent],
    )
    const [row] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}`, 2)
    assert.equal(row?.request_headers['traceparent'], traceparent)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })

  test('an invalid trace context is ignored', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    await emit(stage, 'not-a-trace')
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.headers['traceparent'], undefined)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })

  test('a webhook with its own traceparent header sends that header', async () => {
    const own = `00-${newTraceId()}-${SPAN}-01`
    const { id, path } = await createWebhook(stage, {
      events: ['deal.created'],
      headers: { Traceparent: own },
    })
    await emit(stage, `00-${newTraceId()}-${SPAN}-01`)
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.headers['traceparent'], own)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })

  test('an event of a change by SQL belongs to the trace that the transaction names', async (context) => {
    const { DATABASE_URL: url } = stage.site.settings
    if (url === undefined) return context.skip('the embedded database takes no other connection')
    const { path } = await createWebhook(stage, { events: ['contact.created'] })
    const traceparent = `00-${newTraceId()}-${SPAN}-01`
    const database = openPostgres({ url, poolSize: 1 })
    await database.transaction(async (connection) => {
      await connection.query(`select set_config('webhooks.traceparent', $1, true)`, [traceparent])
      await connection.query('insert into contacts (organization_id, first_name) values ($1, $2)', [
        stage.organizationId,
        'Ada',
      ])
    })
    await database.close()
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.headers['traceparent'], traceparent)
  })
})
