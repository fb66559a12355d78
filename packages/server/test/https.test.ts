import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

/** A certificate for localhost, by an authority that only these tests know; valid for a hundred years. */
const tls = (name: string): URL => new URL(`harness/tls/${name}`, import.meta.url)
const AUTHORITY = fileURLToPath(tls('authority.pem'))

onEachEngine(
  'over https',
  (stage) => {
    let endpoint: Server
    let port: number
    before(async () => {
      endpoint = createServer(
        { key: readFileSync(tls('localhost.key')), cert: readFileSync(tls('localhost.pem')) },
        (request, response) => request.resume().on('end', () => response.end('received')),
      ).listen(0, '127.0.0.1')
      await new Promise((resolve) => endpoint.once('listening', resolve))
      port = (endpoint.address() as AddressInfo).port
    })
    after(() => {
      endpoint.closeAllConnections()
      endpoint.close()
    })

    async function attempt(host: string): Promise<LogRow> {
      const { id } = await createWebhook(stage, {
        url: `https://${host}:${port}/hook`,
        events: ['deal.created'],
      })
      const { body } = await stage.server.api.rpc<{ log_id: string }>('test_webhook', { webhook_id: id })
      const [log] = await stage.server.api.get<LogRow>(`webhook_logs?id=eq.${body.log_id}`)
      assert.ok(log)
      return log
    }

    test('an endpoint with a certificate that is trusted and for its host name gets its requests', async () => {
      const log = await attempt('localhost')
      assert.deepEqual([log.status, log.response_code, log.response_body], ['success', 200, 'received'])
    })

    test('a certificate for another host name is refused', async () => {
      const log = await attempt('127.0.0.1')
      assert.deepEqual([log.status, log.error_code], ['failed', 'tls_failure'])
    })

    test('a certificate by an unknown authority is refused', async () => {
      await stage.server.stop()
      stage.server = await stage.site.start({ NODE_EXTRA_CA_CERTS: '' })
      const log = await attempt('localhost')
      assert.deepEqual([log.status, log.error_code], ['failed', 'tls_failure'])
      assert.match(log.diagnosis ?? '', /certificate/)
    })

    test('an http endpoint is refused unless it is allowed', async () => {
      const { status, body } = await stage.server.api.request<{ message: string }>(
        'POST',
        'webhook_configurations',
        {
          organization_id: stage.organizationId,
          name: 'Plain',
          url: 'http://localhost:8080/hook',
          events: ['*'],
        },
      )
      assert.equal(status, 400)
      assert.match(body.message, /must begin with https:\/\//)
    })
  },
  { settings: { NODE_EXTRA_CA_CERTS: AUTHORITY, ALLOW_HTTP_URLS: 'false' } },
)
