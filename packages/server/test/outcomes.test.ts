import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { DeliveryRow, LogRow, WebhookRow } from './harness/api.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Reply } from './harness/receiver-server.ts'

async function emit(stage: Stage): Promise<void> {
  await stage.server.api.insert('webhook_events', {
    organization_id: stage.organizationId,
    event: 'deal.updated',
    data: { id: 'd-1' },
  })
}

/** The first log row of a delivery to an endpoint that responds like this. */
async function firstAttempt(
  stage: Stage,
  reply: Reply,
  fields: object = {},
): Promise<LogRow & { webhook: string }> {
  const { id, path } = await createWebhook(stage, { events: ['deal.updated'], ...fields })
  stage.receiver.reply(path, reply)
  await emit(stage)
  const [log] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=${id}&order=attempt`, 1)
  assert.ok(log)
  // Later attempts must not disturb the next test.
  await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  return { ...log, webhook: id }
}

onEachEngine('outcomes of attempts', (stage) => {
  for (const status of [200, 201, 204, 299]) {
    test(`a response with ${status} is a success`, async () => {
      const log = await firstAttempt(stage, (response) => response.writeHead(status).end())
      assert.deepEqual(
        [log.status, log.response_code, log.error_code, log.diagnosis],
        ['success', status, null, null],
      )
    })
  }

  test('a redirect is a failure that names its target, and is not followed', async () => {
    const target = new URL('/secret-target', stage.receiver.url).href
    const log = await firstAttempt(stage, (response) => response.writeHead(302, { location: target }).end())
    assert.deepEqual([log.status, log.response_code, log.error_code], ['failed', 302, 'redirect'])
    assert.ok(log.diagnosis?.includes(target))
    assert.equal(
      stage.receiver.requests.some(({ path }) => path === '/secret-target'),
      false,
    )
  })

  for (const [status, code] of [
    [400, 'client_error'],
    [401, 'client_error'],
    [404, 'client_error'],
    [500, 'server_error'],
    [502, 'server_error'],
  ] as const) {
    test(`a response with ${status} is a failure with the code ${code}`, async () => {
      const log = await firstAttempt(stage, status)
      assert.deepEqual([log.status, log.response_code, log.error_code], ['failed', status, code])
      assert.equal(log.error_message, `the endpoint returned ${status}`)
      assert.ok(log.diagnosis)
      assert.ok(log.next_attempt_at)
    })
  }

  test('a response with 410 disables the webhook with that reason, and the delivery is not retried', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
    stage.receiver.reply(path, 410)
    await emit(stage)
    const [webhook] = await stage.server.api.rows<WebhookRow>(
      `webhook_configurations?id=eq.${id}&is_active=false`,
      1,
    )
    assert.equal(webhook?.disabled_reason, 'the endpoint returned 410 Gone')
    const [delivery] = await stage.server.api.rows<DeliveryRow>(
      `webhook_deliveries?webhook_id=${id}&status=failed`,
      1,
    )
    assert.deepEqual([delivery?.attempts, delivery?.next_attempt_at], [1, null])
  })

  test('a response that does not begin in time is a timeout', async () => {
    const log = await firstAttempt(stage, () => {}, { timeout_ms: 1000 })
    assert.deepEqual([log.status, log.response_code, log.error_code], ['failed', null, 'timeout'])
    assert.match(log.diagnosis ?? '', /did not respond in time/)
  })

  test('a response whose body does not end in time is a timeout', async () => {
    const log = await firstAttempt(
      stage,
      (response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('.'), 50)
        response.on('close', () => clearInterval(drip))
      },
      { timeout_ms: 1000 },
    )
    assert.deepEqual([log.status, log.response_code, log.error_code], ['failed', 200, 'timeout'])
    assert.equal(log.error_message, 'the endpoint returned 200, but the response did not end within 1000 ms')
    assert.match(log.response_body ?? '', /^\.+$/)
    assert.match(log.diagnosis ?? '', /did not finish in time/)
  })

  test('a refused connection is recorded and retried', async () => {
    const log = await firstAttempt(stage, 200, { url: `http://127.0.0.1:${await closedPort()}/` })
    assert.deepEqual([log.status, log.error_code], ['failed', 'connection_refused'])
    assert.ok(log.next_attempt_at)
  })

  test('a 200 that is cut short is a failure with its status, and is retried', async () => {
    const log = await firstAttempt(stage, (response) => {
      response.writeHead(200, { 'content-length': '5' })
      response.write('hell', () => response.destroy())
    })
    assert.deepEqual([log.status, log.response_code, log.error_code], ['failed', 200, 'connection_reset'])
    assert.deepEqual([log.response_body, log.response_headers?.['content-length']], ['hell', '5'])
    assert.ok(log.next_attempt_at)
  })

  test('a connection that is closed before the response is a failure', async () => {
    const log = await firstAttempt(stage, (response) => response.destroy())
    assert.deepEqual([log.status, log.error_code], ['failed', 'connection_reset'])
  })

  test('a host name that does not resolve is a failure', async () => {
    const log = await firstAttempt(stage, 200, { url: 'http://does-not-exist.invalid/' })
    assert.deepEqual([log.status, log.error_code], ['failed', 'dns_failure'])
    assert.match(log.error_message ?? '', /^the host name (does not resolve|could not be looked up)$/)
  })

  test('an https URL of an endpoint without TLS is a TLS failure', async () => {
    const log = await firstAttempt(stage, 200, { url: stage.receiver.url.replace('http:', 'https:') })
    assert.deepEqual([log.status, log.error_code], ['failed', 'tls_failure'])
  })

  for (const status of [429, 503]) {
    test(`a response with ${status} and Retry-After delays the next attempt at least as long as asked`, async () => {
      const log = await firstAttempt(stage, (response) =>
        response.writeHead(status, { 'retry-after': '3600' }).end(),
      )
      const wait = Date.parse(log.next_attempt_at ?? '') - Date.parse(log.created_at)
      // The attempt's time is the node's estimate of the database's clock, and may be some milliseconds off.
      assert.ok(wait >= 3_599_000 && wait < 3_700_000, `${wait} ms`)
    })
  }

  test('Retry-After is limited to a day, and an invalid one is ignored', async () => {
    const month = await firstAttempt(stage, (response) =>
      response.writeHead(503, { 'retry-after': '2592000' }).end(),
    )
    assert.ok(Date.parse(month.next_attempt_at ?? '') - Date.parse(month.created_at) < 86_500_000)
    const garbage = await firstAttempt(stage, (response) =>
      response.writeHead(503, { 'retry-after': 'soon' }).end(),
    )
    assert.ok(Date.parse(garbage.next_attempt_at ?? '') - Date.parse(garbage.created_at) < 60_000)
  })

  test('an endless response is a success, of which 16 KiB are stored', async () => {
    const log = await firstAttempt(stage, (response) => {
      response.writeHead(200)
      const flood = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', flood)
      flood()
    })
    assert.equal(log.status, 'success')
    assert.equal(log.response_body?.length, 16 * 1024)
  })

  test('a binary response is stored byte for byte, as a data: URL', async () => {
    const bytes = Buffer.from([0x61, 0x00, 0xff, 0x62])
    const log = await firstAttempt(stage, (response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end(bytes),
    )
    const url = `data:image/png;base64,${bytes.toString('base64')}`
    assert.deepEqual([log.status, log.response_body], ['success', url])
  })

  for (const status of [403, 500])
    test(`a delivery fails after its last ${status}, and all its attempts send the same body`, async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], secret: 'your-secret-key' })
      stage.receiver.reply(path, status)
      await emit(stage)
      const [delivery] = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=failed`,
        1,
      )
      assert.deepEqual(
        [delivery?.attempts, delivery?.reason, delivery?.next_attempt_at],
        [3, 'no attempts left', null],
      )
      const requests = await stage.receiver.received(path, 3)
      assert.deepEqual(
        requests.map(({ headers }) => headers['x-webhook-attempt']),
        ['1', '2', '3'],
      )
      for (const request of requests) {
        assert.equal(request.body, requests[0]?.body)
        assert.equal(request.headers['x-webhook-id'], requests[0]?.headers['x-webhook-id'])
      }
      const times = requests.map(({ headers }) => headers['x-webhook-timestamp'])
      assert.equal(new Set(times).size, 3)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    })

  test('a delivery that succeeds on a retry is delivered and not sent again', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
    stage.receiver.reply(path, 500, 200)
    await emit(stage)
    const [delivery] = await stage.server.api.rows<DeliveryRow>(
      `webhook_deliveries?webhook_id=${id}&status=delivered`,
      1,
    )
    assert.deepEqual([delivery?.attempts, delivery?.next_attempt_at, delivery?.reason], [2, null, null])
    assert.equal((await stage.receiver.received(path, 2)).length, 2)
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })

  test('a response that is not ASCII is stored unchanged', async () => {
    const log = await firstAttempt(stage, (response) => response.writeHead(200).end('übernommen ✓ 受信'))
    assert.deepEqual([log.status, log.response_body], ['success', 'übernommen ✓ 受信'])
  })

  test('a webhook gets an event once while another webhook for it fails', async () => {
    const failing = await createWebhook(stage, { events: ['deal.updated'] })
    const healthy = await createWebhook(stage, { events: ['deal.updated'] })
    stage.receiver.reply(failing.path, 500)
    await emit(stage)
    await stage.server.api.rows(`webhook_deliveries?webhook_id=${failing.id}&status=failed`, 1)
    assert.equal((await stage.receiver.received(healthy.path, 1)).length, 1)
    await stage.server.api.patch(`webhook_configurations?id=in.(${failing.id},${healthy.id})`, {
      is_active: false,
    })
  })
})

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
