import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import type { DeliveryRow, ErrorBody, LogRow, WebhookRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { startCommand } from './harness/run-command.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { noteSecret } from './harness/witness/notebook.ts'

const place = (name: string): string => fileURLToPath(new URL(`harness/tls/${name}`, import.meta.url))
const pem = (name: string): string => readFileSync(place(name), 'utf8')

const SIGNING_SECRET = 'signs-beside-the-token'
const CLIENT_SECRET = 'the-client-secret-of-oauth-2'
const OTHER_SECRET = 'another-client-secret'
const TOKEN = 'the-access-token-of-oauth-2'
const KEY = pem('client.key')
for (const secret of [CLIENT_SECRET, OTHER_SECRET, TOKEN, KEY.split('\n')[1]]) noteSecret(secret)

onEachEngine(
  'authentication at the receiver',
  (stage) => {
    const servers: Server[] = []
    let tokenUrl: string
    /** What the token server answers. */
    let issue = { status: 200, body: JSON.stringify({ access_token: TOKEN, expires_in: 3_600 }) }
    const asked: string[] = []
    const folder = mkdtempSync(join(tmpdir(), 'authentication-'))
    before(async () => {
      const server = createServer((request, response) => {
        void text(request).then((body) => {
          asked.push(body)
          response.writeHead(issue.status).end(issue.body)
        })
      }).listen(0, '127.0.0.1')
      servers.push(server)
      await new Promise((resolve) => server.once('listening', resolve))
      tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    })
    after(() => {
      rmSync(folder, { recursive: true })
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    })

    const oauth2 = (more: object = {}) => ({
      type: 'oauth2',
      token_url: tokenUrl,
      client_id: 'crm',
      client_secret: CLIENT_SECRET,
      scope: 'events',
      ...more,
    })
    const mtls = (more: object = {}) => ({ type: 'mtls', certificate: pem('client.pem'), key: KEY, ...more })

    const readWebhook = async (id: string): Promise<WebhookRow> =>
      (await stage.server.api.get<WebhookRow>(`webhook_configurations?id=eq.${id}`))[0]!

    async function tryOut(id: string): Promise<LogRow> {
      const { body } = await stage.server.api.rpc<{ log_id: string }>('test_webhook', { webhook_id: id })
      return (await stage.server.api.get<LogRow>(`webhook_logs?id=eq.${body.log_id}`))[0]!
    }

    async function refusalOf(auth: unknown): Promise<ErrorBody> {
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
        organization_id: stage.organizationId,
        name: 'Refused',
        url: 'https://example.com/hook',
        events: ['*'],
        auth,
      })
      assert.equal(status, 400, JSON.stringify(body))
      return body
    }

    /** @returns the port of an endpoint that answers with the name in the client's certificate */
    async function demandCertificate(): Promise<number> {
      const server = createTlsServer(
        {
          key: pem('localhost.key'),
          cert: pem('localhost.pem'),
          requestCert: true,
          ca: pem('client-authority.pem'),
        },
        (request, response) =>
          request.resume().on('end', () => {
            const { subject } = (request.socket as TLSSocket).getPeerCertificate()
            response.end(String(subject.CN))
          }),
      ).listen(0, '127.0.0.1')
      servers.push(server)
      await new Promise((resolve) => server.once('listening', resolve))
      return (server.address() as AddressInfo).port
    }

    test('a webhook with OAuth 2.0 sends its access token beside signature and headers, and the log masks it', async () => {
      const { id, path } = await createWebhook(stage, {
        auth: oauth2(),
        secret: SIGNING_SECRET,
        headers: { 'X-Api-Key': 'static', authorization: 'Basic replaced' },
      })
      const log = await tryOut(id)
      assert.deepEqual([log.status, log.error_message], ['success', null])
      const [{ headers, body } = assert.fail()] = await stage.receiver.received(path, 1)
      assert.deepEqual([headers['authorization'], headers['x-api-key']], [`Bearer ${TOKEN}`, 'static'])
      await verifyWebhook({ body, headers, secret: SIGNING_SECRET })
      assert.equal(log.request_headers['Authorization'], '••••••')
      assert.equal(Object.keys(log.request_headers).filter((name) => /^authorization$/i.test(name)).length, 1)
      assert.match(asked.at(-1) ?? '', /grant_type=client_credentials&scope=events/)
    })

    test('an answer shows how a webhook authenticates itself, and neither secret nor key', async () => {
      const { id } = await createWebhook(stage, { auth: oauth2() })
      const shown = { type: 'oauth2', token_url: tokenUrl, client_id: 'crm', scope: 'events' }
      assert.deepEqual((await readWebhook(id)).auth, shown)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { auth: mtls() })
      const { auth } = await readWebhook(id)
      assert.ok(auth?.type === 'mtls')
      assert.deepEqual(Object.keys(auth).toSorted(), [
        'expires_at',
        'fingerprint',
        'issuer',
        'subject',
        'type',
      ])
      assert.equal(auth.subject, 'O=Acme, CN=webhooks.acme.example')
      const soon = `webhook_configurations?id=eq.${id}&auth->>expires_at=gt.2030-01-01`
      assert.equal((await stage.server.api.get(soon)).length, 1)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { auth: null })
      assert.equal((await readWebhook(id)).auth, null)
    })

    test('the stored values cannot be selected, filtered or ordered by', async () => {
      for (const search of ['select=sealed_auth', 'sealed_auth=is.null', 'order=sealed_auth']) {
        const { status } = await stage.server.api.request('GET', `webhook_configurations?${search}`)
        assert.equal(status, 400, search)
      }
      const { status } = await stage.server.api.request('PATCH', 'webhook_configurations?name=eq.none', {
        sealed_auth: 'v1.x',
      })
      assert.equal(status, 400)
    })

    test('a change of other fields keeps the stored values', async () => {
      const { id, path } = await createWebhook(stage, { auth: oauth2() })
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { name: 'Renamed' })
      assert.equal((await tryOut(id)).status, 'success')
      assert.equal((await stage.receiver.received(path, 1))[0]?.headers['authorization'], `Bearer ${TOKEN}`)
    })

    test('what an answer shows cannot be sent back in place of the secret', async () => {
      const { id } = await createWebhook(stage, { auth: oauth2() })
      const shown = await readWebhook(id)
      assert.match((await refusalOf(shown.auth)).message, /^auth\.client_secret: is never shown/)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { auth: mtls() })
      const { message } = await refusalOf((await readWebhook(id)).auth)
      assert.match(message, /auth\.certificate: is never shown/)
      assert.match(message, /has the unknown fields? .*it takes type, certificate, key/)
    })

    test('an unusable value is refused with field, problem and remedy', async () => {
      const said = async (auth: unknown): Promise<string> => (await refusalOf(auth)).message
      assert.match(
        await said({ type: 'basic' }),
        /^auth\.type: must be null, or an object with type "oauth2"/,
      )
      assert.match(await said('oauth2'), /^auth: must be null, or an object/)
      assert.match(await said(oauth2({ token_url: 'https://10.0.0.1/t' })), /^auth\.token_url: .*private/)
      assert.match(await said(oauth2({ client_id: undefined })), /^auth\.client_id: is missing/)
      assert.match(await said(oauth2({ scope: ' a' })), /^auth\.scope: must be names separated by one space/)
      assert.match(await said(mtls({ key: pem('other-client.key') })), /^auth\.key: does not belong/)
      const expired = mtls({ certificate: pem('expired.pem'), key: pem('localhost.key') })
      assert.match(await said(expired), /^auth\.certificate: has expired on \d{4}-/)
      assert.equal((await refusalOf(expired)).details, 'auth')
    })

    test('a token server that refuses the client fails the attempt, which is retried and counts for the endpoint', async () => {
      const { id, path } = await createWebhook(stage, { auth: oauth2(), events: ['deal.created'] })
      const working = issue
      issue = {
        status: 401,
        body: JSON.stringify({ error: 'invalid_client', error_description: `no: ${CLIENT_SECRET}` }),
      }
      await stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: {},
      })
      const [log] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}&attempt=eq.1`, 1)
      issue = working
      assert.deepEqual(
        [log?.status, log?.error_code, log?.error_message, log?.response_code],
        ['failed', 'token_failure', 'the token server returned 401 (invalid_client: no: ••••••)', null],
      )
      assert.match(log?.diagnosis ?? '', /Check client_id and client_secret/)
      assert.ok(!JSON.stringify(log).includes('Bearer'))
      await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`,
        1,
      )
      const [request] = await stage.receiver.received(path, 1)
      assert.equal(request?.headers['x-webhook-attempt'], '2')
    })

    test('a webhook with a client certificate presents it where a server demands one', async () => {
      const url = `https://localhost:${await demandCertificate()}/hook`
      const [bare, certified] = [
        await createWebhook(stage, { url }),
        await createWebhook(stage, { url, auth: mtls() }),
      ]
      const refused = await tryOut(bare.id)
      assert.equal(refused.error_code, 'tls_failure')
      assert.match(refused.diagnosis ?? '', /demands a client certificate/)
      const accepted = await tryOut(certified.id)
      assert.deepEqual([accepted.status, accepted.response_body], ['success', 'webhooks.acme.example'])
    })

    test('the audit log says that authentication was set and that its secret changed, but not to what', async () => {
      const { id } = await createWebhook(stage, { auth: oauth2() })
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, {
        auth: oauth2({ client_secret: OTHER_SECRET }),
      })
      const entries = await stage.server.api.get<{ changed: string[]; new_values: Record<string, unknown> }>(
        `audit_log?target_id=eq.${id}&order=at`,
      )
      assert.ok(entries[0]!.changed.includes('auth'))
      assert.deepEqual(entries[0]!.new_values['auth'], (await readWebhook(id)).auth)
      assert.deepEqual([entries[1]!.changed, entries[1]!.new_values], [['auth'], {}])
    })

    test('the command line sets and removes authentication, with secrets from files', async () => {
      const { id } = await createWebhook(stage, {})
      const [secretFile, keyFile] = [join(folder, 'secret'), join(folder, 'key.pem')]
      writeFileSync(secretFile, `${CLIENT_SECRET}\n`)
      writeFileSync(keyFile, KEY)
      const update = async (...args: string[]) => {
        const { code, stdout, stderr } = await startCommand(['webhooks', 'update', id, ...args], {
          DATABASE_URL: '',
          CONNECTGAIN_URL: stage.server.url,
          CONNECTGAIN_KEY: SERVICE_KEY,
        }).done
        assert.equal(code, 0, stderr)
        return stdout
      }
      assert.match(
        await update('--token-url', tokenUrl, '--client-id', 'crm', '--client-secret', secretFile),
        /^Updated Webhook/,
      )
      assert.equal((await tryOut(id)).status, 'success')
      await update('--client-certificate', place('client.pem'), '--client-key', keyFile)
      assert.equal((await readWebhook(id)).auth?.type, 'mtls')
      await update('--no-auth')
      assert.equal((await readWebhook(id)).auth, null)
    })
  },
  {
    settings: {
      NODE_EXTRA_CA_CERTS: place('authority.pem'),
      RETRY_SCHEDULE: '100ms,100ms,100ms',
    },
  },
)
