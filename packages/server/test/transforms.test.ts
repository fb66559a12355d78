import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRow, ErrorBody, LogRow } from './harness/api.ts'
import { createApi } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'

const BIG_ONLY = `export default (event) => {
  if (event.data.value < 1000) return null
  return { text: event.data.title, at: Date.now(), dice: Math.random() }
}`
const FAILING = `export default (event) => {
  return event.data.nobody.name
}`
const HANGING = 'export default () => "a".repeat(4e6).includes("a".repeat(2e6) + "b")'

interface Preview {
  outcome: string
  body: string | null
  headers: Record<string, string>
  error: { message: string; line: number | null; column: number | null } | null
}

const emit = (stage: Stage, data: object): Promise<{ id: string }> =>
  stage.server.api.insert('webhook_events', {
    organization_id: stage.organizationId,
    event: 'deal.created',
    data: { id: 'd-1', title: 'Annual plan', value: 1200, ...data },
    timestamp: '2025-01-15T10:30:00Z',
  })

onEachEngine(
  'transforms',
  (stage) => {
    const transformed = (transform: string, fields: object = {}): Promise<{ id: string; path: string }> =>
      createWebhook(stage, { events: ['deal.created'], format: 'transform', transform, ...fields })
    const deliveriesOf = (id: string, count: number): Promise<DeliveryRow[]> =>
      stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=eq.${id}&status=not.in.(pending,retrying)`,
        count,
      )
    const logsOf = (id: string, count: number): Promise<LogRow[]> =>
      stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}&order=created_at`, count)
    const preview = (fields: object): Promise<{ status: number; body: Preview }> =>
      stage.server.api.rpc<Preview>('preview_transform', { organization_id: stage.organizationId, ...fields })

    test('a transform makes the body, the same on every attempt, and the log shows it', async () => {
      const { id, path } = await transformed(BIG_ONLY)
      stage.receiver.reply(path, 503, 200)
      await emit(stage, {})
      const [first, second] = await stage.receiver.received(path, 2)
      const { text, at, dice } = first!.json as unknown as { text: string; at: number; dice: number }
      assert.deepEqual([text, at], ['Annual plan', Date.parse('2025-01-15T10:30:00Z')])
      assert.ok(dice >= 0 && dice < 1)
      assert.equal(second!.body, first!.body)
      for (const log of await logsOf(id, 2)) assert.equal(log.request_body, first!.body)
    })

    test('an event for which it returns nothing is filtered, with that reason and without a request', async () => {
      const { id, path } = await transformed(BIG_ONLY)
      await emit(stage, { value: 10 })
      await emit(stage, { value: 2000 })
      await stage.receiver.received(path, 1)
      const deliveries = await deliveriesOf(id, 2)
      const outcomes = deliveries.map(({ status, reason, attempts }) => `${status} ${reason} ${attempts}`)
      assert.deepEqual(outcomes.toSorted(), ['delivered null 1', 'filtered transform 0'])
      assert.equal((await logsOf(id, 1)).length, 1)
    })

    test('an event that waited in the queue is filtered too', async () => {
      const { id } = await transformed(BIG_ONLY, { rate_limit: 100 })
      await emit(stage, { value: 10 })
      const [delivery] = await deliveriesOf(id, 1)
      assert.deepEqual([delivery!.status, delivery!.reason], ['filtered', 'transform'])
    })

    test('a retry by hand of a filtered delivery says why it sends nothing', async () => {
      const { id, path } = await transformed(BIG_ONLY)
      await emit(stage, { value: 10 })
      const [delivery] = await deliveriesOf(id, 1)
      const { body } = await stage.server.api.rpc<{ status: string; error_message: string }>(
        'retry_delivery',
        {
          delivery_id: delivery!.id,
        },
      )
      assert.deepEqual(
        [body.status, body.error_message],
        ['failed', 'the transform returns nothing for this event'],
      )
      assert.equal((await logsOf(id, 1))[0]!.error_code, 'transform_skipped')
      assert.equal(stage.receiver.requests.filter((request) => request.path === path).length, 0)
    })

    test('a transform that fails fails its delivery for good, with the line, and no other one', async () => {
      const { id, path } = await transformed(FAILING)
      const { path: bystander } = await createWebhook(stage, { events: ['deal.created'] })
      await emit(stage, {})
      await stage.receiver.received(bystander, 1)
      const [delivery] = await deliveriesOf(id, 1)
      assert.deepEqual([delivery!.status, delivery!.attempts], ['failed', 1])
      const [log] = await logsOf(id, 1)
      assert.equal(log!.error_code, 'transform_failed')
      assert.equal(
        log!.error_message,
        "line 2, column 27: TypeError: cannot read property 'name' of undefined",
      )
      assert.equal(stage.receiver.requests.filter((request) => request.path === path).length, 0)
    })

    test('a transform that hangs inside of one step is ended, and others are sent afterwards', async () => {
      const { id } = await transformed(HANGING)
      const { path } = await transformed(BIG_ONLY)
      await emit(stage, {})
      await stage.receiver.received(path, 1)
      const [delivery] = await deliveriesOf(id, 1)
      assert.equal(delivery!.status, 'failed')
      assert.match(delivery!.last_error!, /takes more than 2 seconds|16 MiB/)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    })

    test('a change applies to new deliveries only, and every version is kept', async () => {
      const { id, path } = await transformed('export default () => ({ version: 1 })')
      stage.receiver.reply(path, 503, 200)
      await emit(stage, {})
      await stage.receiver.received(path, 1)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, {
        transform: 'export default () => ({ version: 2 })',
      })
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { name: 'Renamed' })
      await stage.receiver.received(path, 2)
      await emit(stage, {})
      const sent = await stage.receiver.received(path, 3)
      assert.deepEqual(
        sent.map(({ body }) => body),
        ['{"version":1}', '{"version":1}', '{"version":2}'],
      )
      const versions = await stage.server.api.rows<{ version: number; source: string }>(
        `webhook_transforms?webhook_id=eq.${id}&order=version`,
        2,
      )
      assert.deepEqual(
        versions.map(({ version, source }) => [version, source]),
        [
          [1, 'export default () => ({ version: 1 })'],
          [2, 'export default () => ({ version: 2 })'],
        ],
      )
    })

    test('after a correction, a retry sends what failed with it, and what was sent once keeps its bytes', async () => {
      const { id, path } = await transformed(
        'export default (event) => event.data.value > 10 ? { sent: 1 } : nope()',
      )
      stage.receiver.reply(path, 500, 500, 500, 200)
      await emit(stage, { value: 20 })
      await emit(stage, { value: 5 })
      await emit(stage, { value: 6 })
      const failed = await deliveriesOf(id, 3)
      assert.deepEqual(
        failed.map(({ status }) => status),
        ['failed', 'failed', 'failed'],
      )
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, {
        transform: 'export default (event) => ({ corrected: event.data.value })',
      })
      const unsent = failed.find(({ last_error }) => last_error!.includes('nope'))
      await stage.server.api.rpc('retry_delivery', { delivery_id: unsent!.id })
      await stage.server.api.rpc('retry_failed', { webhook_id: id })
      const bodies = (await stage.receiver.received(path, 6)).slice(3).map(({ body }) => body)
      assert.deepEqual(bodies.toSorted(), ['{"corrected":5}', '{"corrected":6}', '{"sent":1}'])
    })

    test('the versions of a deleted webhook are deleted with it', async () => {
      const { id } = await transformed(BIG_ONLY)
      await stage.server.api.rows(`webhook_transforms?webhook_id=eq.${id}`, 1)
      await stage.server.api.request('DELETE', `webhook_configurations?id=eq.${id}`)
      assert.deepEqual(await stage.server.api.get(`webhook_transforms?webhook_id=eq.${id}`), [])
    })

    test('a transform sees neither cut fields nor, with a thin payload, any value', async () => {
      const { path } = await transformed('export default (event) => event', { redact: ['data.title'] })
      const { path: thin } = await transformed('export default (event) => event', { payload: 'thin' })
      await emit(stage, {})
      assert.deepEqual((await stage.receiver.received(path, 1))[0]!.json.data, { id: 'd-1', value: 1200 })
      assert.deepEqual((await stage.receiver.received(thin, 1))[0]!.json.data, { id: 'd-1' })
    })

    test('a test request is transformed', async () => {
      const { id, path } = await transformed(BIG_ONLY)
      const { body } = await stage.server.api.rpc<{ status: string; request: { body: string } }>(
        'test_webhook',
        {
          webhook_id: id,
        },
      )
      const [sent] = await stage.receiver.received(path, 1)
      assert.deepEqual([body.status, body.request.body], ['success', sent!.body])
      assert.match(sent!.body, /"text":"Annual plan"/)
    })

    test('a preview shows the body, that an event is skipped, or the line of the error', async () => {
      const event = {
        event: 'deal.created',
        timestamp: '2025-01-15T10:30:00.000Z',
        data: { id: 'd', title: 'T', value: 5 },
      }
      const shown = await preview({ transform: 'export default (event) => event.data', event })
      assert.deepEqual(shown.body, {
        outcome: 'body',
        body: '{"id":"d","title":"T","value":5}',
        headers: {},
        error: null,
      })
      assert.equal((await preview({ transform: BIG_ONLY, event })).body.outcome, 'skipped')
      const { outcome, error } = (await preview({ transform: FAILING, event })).body
      assert.deepEqual(
        [outcome, error],
        [
          'failed',
          {
            message: "TypeError: cannot read property 'name' of undefined",
            codes: {},
            line: 2,
            column: 27,
          },
        ],
      )
    })

    test('a preview of a webhook takes what is not given from it, and events by their id', async () => {
      const { id } = await transformed(BIG_ONLY, { redact: ['data.title'] })
      const { id: eventId } = await emit(stage, {})
      const shown = await preview({
        webhook_id: id,
        event_id: eventId,
        transform: 'export default (e) => e.data',
      })
      assert.equal(shown.body.body, '{"id":"d-1","value":1200}')
      const event = await preview({ webhook_id: id, event_id: eventId, format: 'cloudevents' })
      assert.equal(event.body.headers['Content-Type'], 'application/cloudevents+json')
      assert.equal((JSON.parse(event.body.body!) as { id: string }).id, eventId)
    })

    test('a preview of another organization’s webhook or event finds nothing', async () => {
      const { id } = await transformed(BIG_ONLY)
      const { id: eventId } = await emit(stage, {})
      const other = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Other' })
      const key = await stage.server.api.insert<{ key: string }>('api_keys', {
        organization_id: other.id,
        name: 'k',
        scope: 'admin',
      })
      const theirs = createApi(stage.server.url, key.key)
      const source = { transform: 'export default (e) => e' }
      for (const fields of [
        { ...source, webhook_id: id, event: { event: 'a.b', data: {} } },
        { ...source, event_id: eventId },
      ]) {
        const { status } = await theirs.rpc<ErrorBody>('preview_transform', fields)
        assert.equal(status, 404)
      }
      assert.deepEqual((await theirs.request<unknown[]>('GET', 'webhook_transforms')).body, [])
    })

    test('tests are saved beside the transform', async () => {
      const tests = [{ name: 'small', event: { event: 'deal.created', data: { value: 1 } }, expected: null }]
      const { id } = await transformed(BIG_ONLY, { transform_tests: tests })
      const [row] = await stage.server.api.rows<{ transform_tests: unknown }>(
        `webhook_configurations?id=eq.${id}`,
        1,
      )
      assert.deepEqual(row!.transform_tests, tests)
      const { status, body } = await stage.server.api.request<ErrorBody>(
        'PATCH',
        `webhook_configurations?id=eq.${id}`,
        { transform_tests: [{ name: 'no body', event: {} }] },
      )
      assert.equal(status, 400)
      assert.match(body.message, /^transform_tests\.0\.expected: must be the body that the test expects/)
    })
  },
  { settings: { RETRY_SCHEDULE: '300ms,300ms' } },
)
