import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import type { Server, ServerOptions } from 'node:https'
import { createServer as createPlainServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { LogRow, WebhookRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

/** A certificate for localhost, valid for a hundred years, signed by an authority that only these tests trust. */
const tls = (name: string): URL => new URL(`harness/tls/${name}`, import.meta.url)
const AUTHORITY = fileURLToPath(tls('authority.pem'))

onEachEngine(
  'delivery over https',
  (stage) => {
    const endpoints: { server: Server; port: number }[] = []
    let port: number
    before(async () => {
      port = await serve()
    })
    after(() => {
      for (const { server } of endpoints) {
        server.closeAllConnections()
        server.close()
      }
    })

    /** @returns the port of an endpoint with this certificate */
    async function serve(certificate = 'localhost.pem', options: ServerOptions = {}): Promise<number> {
      const server = createServer(
        { key: readFileSync(tls('localhost.key')), cert: readFileSync(tls(certificate)), ...options },
        (request, response) => request.resume().on('end', () => response.end('received')),
      ).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const endpoint = { server, port: (server.address() as AddressInfo).port }
      endpoints.push(endpoint)
      return endpoint.port
    }

    async function attempt(host: string, at = port): Promise<LogRow> {
      const { id } = await createWebhook(stage, {
        url: `https://${host}:${at}/hook`,
        events: ['deal.created'],
      })
      const { body } = await stage.server.api.rpc<{ log_id: string }>('test_webhook', { webhook_id: id })
      const [log] = await stage.server.api.get<LogRow>(`webhook_logs?id=eq.${body.log_id}`)
      assert.ok(log)
      return log
    }

    function assertRefused(log: LogRow, diagnosis: RegExp): void {
      assert.deepEqual([log.status, log.error_code], ['failed', 'tls_failure'])
      assert.match(log.diagnosis ?? '', diagnosis)
    }

    test('an endpoint with a trusted certificate gets its requests, past any proxy in the environment', async () => {
      const log = await attempt('localhost')
      assert.deepEqual([log.status, log.response_code, log.response_body], ['success', 200, 'received'])
    })

    test('a webhook shows when the certificate of its endpoint expires, until its URL changes', async () => {
      const { webhook_id: id } = await attempt('localhost')
      const noted = `webhook_configurations?id=eq.${id}&certificate_expires_at=not.is.null`
      const [webhook] = await stage.server.api.rows<WebhookRow>(noted, 1)
      const { validTo } = new X509Certificate(readFileSync(tls('localhost.pem')))
      assert.equal(Date.parse(webhook?.certificate_expires_at ?? ''), Date.parse(validTo))
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, {
        url: 'https://example.com/elsewhere',
      })
      assert.deepEqual(await stage.server.api.get(noted), [])
    })

    test('a certificate for another host name is refused, and the diagnosis says so', async () => {
      assertRefused(await attempt('127.0.0.1'), /for another host name/)
    })

    test('a certificate that has expired is refused, and the diagnosis says so', async () => {
      assertRefused(await attempt('localhost', await serve('expired.pem')), /has expired/)
    })

    test('a self-signed certificate is refused, and the diagnosis says so', async () => {
      assertRefused(await attempt('localhost', await serve('self-signed.pem')), /self-signed/)
    })

    test('TLS before 1.2 is refused, and the diagnosis says so', async () => {
      const old = await serve('localhost.pem', {
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      })
      assertRefused(await attempt('localhost', old), /older than 1\.2/)
    })

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      test(`an endpoint that demands a client certificate with ${version} is refused, and the diagnosis says so`, async () => {
        const demanding = await serve('localhost.pem', {
          requestCert: true,
          rejectUnauthorized: true,
          ca: readFileSync(tls('authority.pem')),
          minVersion: version,
          maxVersion: version,
        })
        assertRefused(await attempt('localhost', demanding), /demands a client certificate/)
      })
    }

    test('an endpoint that only speaks HTTP/2 gets its requests', async () => {
      const server = createSecureServer({
        key: readFileSync(tls('localhost.key')),
        cert: readFileSync(tls('localhost.pem')),
      })
      server.on('stream', (stream) => {
        stream.respond({ ':status': 200 })
        stream.end('received')
      })
      server.listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const log = await attempt('localhost', (server.address() as AddressInfo).port)
      server.close()
      assert.deepEqual([log.status, log.response_code, log.response_body], ['success', 200, 'received'])
    })

    test('a port that does not use TLS is refused, and the diagnosis says so', async () => {
      const plain = createPlainServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => plain.once('listening', resolve))
      const log = await attempt('localhost', (plain.address() as AddressInfo).port)
      plain.close()
      assertRefused(log, /does not use TLS/)
    })

    test('a certificate of an unknown authority is refused, and the diagnosis says so', async () => {
      await stage.server.stop()
      stage.server = await stage.site.start({ NODE_EXTRA_CA_CERTS: '' })
      const log = await attempt('localhost')
      assertRefused(log, /full chain/)
    })

    test('an http URL is refused if ALLOW_HTTP_URLS is false', async () => {
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
      assert.match(body.message, /must start with https:\/\//)
    })
  },
  {
    settings: {
      NODE_EXTRA_CA_CERTS: AUTHORITY,
      ALLOW_HTTP_URLS: 'false',
      // A proxy in the environment is for other programs: behind it, the network guard could not see where requests go.
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
    },
  },
)
