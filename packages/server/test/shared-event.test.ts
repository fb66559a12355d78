import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, suite, test } from 'node:test'
import type { LogRow } from './harness/api.ts'
import type { TestDatabase } from './harness/databases.ts'
import { createDatabase } from './harness/databases.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import type { TcpProxy } from './harness/tcp-proxy.ts'
import { startTcpProxy } from './harness/tcp-proxy.ts'
import { LONG, until } from './harness/until.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'

/** Deliveries of one event, and deliveries of one batch, have different fates. */
suite(
  'deliveries that share an event or a batch',
  { ...LONG, skip: process.env['TEST_DATABASE_URL'] === undefined ? 'needs PostgreSQL' : false },
  () => {
    let made: TestDatabase
    let proxy: TcpProxy
    let site: ServerSite
    let server: ServerProcess
    let receiver: ReceiverServer
    const held: ServerResponse[] = []

    before(async () => {
      made = await createDatabase('postgresql')
      const url = new URL(made.url!)
      proxy = await startTcpProxy(Number(url.port))
      url.port = String(proxy.port)
      receiver = await startReceiver()
      receiver.reply('/slow', (response) => void held.push(response))
      site = createSite(url.href, { DELIVERY_TIMEOUT: '60s' })
      server = await site.start()
      await server.api.insert('organizations', { id: ORGANIZATION, name: 'Acme' })
    })
    after(async () => {
      for (const response of held) response.end()
      await receiver.close()
      await site.close()
      await proxy.close()
      await made.drop()
    })

    const subscribe = async (path: string, event: string): Promise<string> => {
      const webhook = { organization_id: ORGANIZATION, name: path, url: receiver.url + path, events: [event] }
      return String((await server.api.insert('webhook_configurations', webhook))['id'])
    }
    const emit = (event: string, count: number): Promise<unknown> =>
      server.api.request(
        'POST',
        'webhook_events',
        Array.from({ length: count }, () => ({ organization_id: ORGANIZATION, event, data: {} })),
      )
    const logOf = (webhookId: string): Promise<LogRow[]> =>
      server.api.get<LogRow>(`webhook_logs?webhook_id=eq.${webhookId}`)
    const outboxIsEmpty = (): Promise<boolean> =>
      until('the outbox to be empty', async () => {
        const { body } = await server.api.request<{ checks: { relay: { lag_seconds: number | null } } }>(
          'GET',
          '../../health/ready',
        )
        return body.checks.relay.lag_seconds === null || body.checks.relay.lag_seconds === 0
      })

    test('a lost acknowledgement of one delivery repeats neither it nor its sibling, which is still being sent', async () => {
      const [fast, slow] = [
        await subscribe('/fast', 'contact.created'),
        await subscribe('/slow', 'contact.created'),
      ]
      const cut = new Promise<void>((resolve) => {
        proxy.setScissors((said) => {
          // The outcome of the fast one: its log row contains the body of its response.
          if (!said.includes('answered 200')) return undefined
          proxy.setScissors(undefined)
          resolve()
          return 'after'
        })
      })
      await emit('contact.created', 1)
      await receiver.received('/slow', 1)
      await cut
      await until('the fast delivery to be in the log', async () => (await logOf(fast)).length > 0)
      for (const response of held.splice(0)) response.end('ok')
      await until('the slow delivery to be in the log', async () => (await logOf(slow)).length > 0)
      await outboxIsEmpty()
      assert.deepEqual([(await logOf(fast)).length, (await logOf(slow)).length], [1, 1])
      assert.deepEqual(
        [
          receiver.requests.filter(({ path }) => path === '/fast').length,
          receiver.requests.filter(({ path }) => path === '/slow').length,
        ],
        [1, 1],
      )
      const deliveries = await server.api.get(`webhook_deliveries?select=status`)
      assert.deepEqual(deliveries, [{ status: 'delivered' }, { status: 'delivered' }])
    })

    test('events of a fast endpoint are delivered while those of a slow one are all under way', async () => {
      await subscribe('/quick', 'deal.created')
      await emit('contact.created', 100)
      await receiver.received('/slow', 2)
      await emit('deal.created', 1_000)
      await receiver.received('/quick', 1_000)
      assert.ok(held.length > 0, 'the slow endpoint has not responded')
    })
  },
)
