import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { connectRaw, refusedStatus, socketUrl } from './harness/raw-realtime.ts'
import type { RawClient } from './harness/raw-realtime.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { until } from './harness/until.ts'

const HOOK = '0190b000-0000-7000-8000-00000000000a'
const ORIGIN = 'https://app.example'
const LOGS = { table: 'webhook_logs' }

const rowsOf = ({ received }: RawClient): Record<string, unknown>[] =>
  received
    .filter((message) => message[3] === 'postgres_changes')
    .map((message) => (message[4] as unknown as { data: { record: Record<string, unknown> } }).data.record)

for (const engine of ENGINES) {
  suite(`limits of realtime (${engine})`, () => {
    let api: InProcessApi
    let url: string
    before(async () => {
      api = await openApi(engine, {
        CORS_ORIGINS: ORIGIN,
        REALTIME_MAX_CLIENTS: '12',
        REALTIME_MAX_CLIENTS_PER_ORGANIZATION: '4',
      })
      url = await api.listen()
    })
    after(async () => await api.close())

    async function record(count = 1, body = '', organization = OURS): Promise<void> {
      const ids = Array.from({ length: count }, () => newId())
      await api.database.query(
        `insert into webhooks_internal.attempts
           (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, trigger, duration_ms,
            response_body, created_at)
         select id, $2, $3, gen_random_uuid(), gen_random_uuid(), 'deal.created', 'https://a.example/', 'failed', 1,
           'event', 1, $4, now() from unnest($1::uuid[]) as id`,
        [ids, organization, HOOK, body],
      )
    }

    async function close(...clients: RawClient[]): Promise<void> {
      for (const { socket } of clients) socket.close()
      await Promise.all(clients.map(({ ended }) => ended))
    }

    test('a heartbeat gets a reply, and a page of another origin no connection', async () => {
      const client = await connectRaw(url, SERVICE_KEY, { origin: ORIGIN })
      assert.deepEqual(await client.push('phoenix', 'heartbeat', {}), { status: 'ok', response: {} })
      const own = await connectRaw(url, SERVICE_KEY, { origin: url })
      assert.equal(await refusedStatus(socketUrl(url, SERVICE_KEY), { origin: 'https://evil.example' }), 403)
      await close(client, own)
    })

    test('a request without WebSocket and one for another protocol version are refused', async () => {
      assert.equal((await fetch(`${url}/realtime/v1/websocket`)).status, 426)
      assert.equal(await refusedStatus(socketUrl(url, SERVICE_KEY, '9.0.0')), 400)
    })

    test('a request that offers another protocol with its body is served as if it had not', async () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      const body = JSON.stringify({ organization_id: OURS, event: 'deal.created', data: {} })
      socket.write(
        `POST /rest/v1/webhook_events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
          `HTTP2-Settings: AAMAAABkAAQAAP__\r\napikey: ${SERVICE_KEY}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
      )
      socket.write(body.slice(10))
      socket.once('data', () => socket.end())
      assert.match(await text(socket), /^HTTP\/1.1 201 /)
    })

    test('malformed, large and too many messages end the connection that sends them, and no other', async () => {
      const bystander = await connectRaw(url, SERVICE_KEY)
      await bystander.join('a', [LOGS])
      const [malformed, odd, large, many, pinging] = await Promise.all(
        Array.from({ length: 5 }, () => connectRaw(url, SERVICE_KEY)),
      )
      malformed!.send('{')
      odd!.send({ topic: 1 })
      large!.send(JSON.stringify(['1', '1', 't', 'e', 'x'.repeat(70_000)]))
      pinging!.socket.ping('still there?')
      await once(pinging!.socket, 'pong')
      for (let n = 0; n < 150; n += 1) {
        many!.send([null, '1', 'phoenix', 'heartbeat', {}])
        pinging!.socket.ping()
      }
      const ended = await Promise.all([malformed, odd, large, many, pinging].map((client) => client!.ended))
      assert.deepEqual(
        ended.map(({ code }) => code),
        [1007, 1007, 1009, 1008, 1008],
      )
      assert.match((await many!.ended).reason, /more than 100 messages/)
      await record()
      await until('the row', () => rowsOf(bystander).length === 1)
      await close(bystander)
    })

    test('wrong joins are refused with a code, and the connection stays', async () => {
      const client = await connectRaw(url, SERVICE_KEY)
      const codeOf = async (topic: string, payload: object): Promise<unknown> =>
        (await client.push(topic, 'phx_join', payload)).response?.['code']
      assert.equal(await codeOf('elsewhere', {}), 'PGRST100')
      assert.equal(await codeOf('realtime:a', { config: { postgres_changes: [{ event: 'X' }] } }), 'PGRST100')
      assert.equal(await codeOf('realtime:a', { config: {} }), '0A000')
      const other = { config: { postgres_changes: [{ event: '*', schema: 'auth', table: 'users' }] } }
      assert.equal(await codeOf('realtime:a', other), 'PGRST106')
      assert.equal((await client.push('realtime:a', 'nonsense', {})).response?.['code'], 'PGRST100')
      const broadcast = Buffer.concat([Buffer.from([3, 1, 2, 10, 1, 0, 1]), Buffer.from('199realtime:ae{}')])
      client.socket.send(broadcast)
      const refused = await until('the refusal', () => client.received.find(([, ref]) => ref === '99'))
      assert.equal(refused[4].response?.['code'], '0A000')
      await close(client)
    })

    test('a connection can have twenty channels and a hundred subscriptions', async () => {
      const client = await connectRaw(url, SERVICE_KEY)
      for (let n = 0; n < 20; n += 1) assert.equal((await client.join(`c${n}`, [LOGS])).status, 'ok')
      assert.equal((await client.join('c20', [LOGS])).response?.['code'], 'PT429')
      assert.equal((await client.push('realtime:c1', 'phx_leave', {})).status, 'ok')
      const many = Array.from({ length: 50 }, (_, n) => ({ ...LOGS, filter: `attempt=eq.${n}` }))
      assert.equal((await client.join('c20', many)).status, 'ok')
      assert.equal((await client.push('realtime:c2', 'phx_leave', {})).status, 'ok')
      assert.match(String((await client.join('c21', many)).response?.['reason']), /100 subscriptions/)
      await close(client)
    })

    test('an organization and the server have a number of connections', async () => {
      const key = await api.storeKey(OURS, 'read')
      const clients = await Promise.all(Array.from({ length: 5 }, () => connectRaw(url, key)))
      const [fifth, ...others] = clients
      for (const client of others) assert.equal((await client.join('a', [LOGS])).status, 'ok')
      assert.match(String((await fifth!.join('a', [LOGS])).response?.['reason']), /organization has too many/)
      const theirs = await connectRaw(url, await api.storeKey(THEIRS, 'read'))
      assert.equal((await theirs.join('a', [LOGS])).status, 'ok')
      await close(others.pop()!)
      assert.equal((await fifth!.join('a', [LOGS])).status, 'ok')
      const rest = await Promise.all(Array.from({ length: 7 }, () => connectRaw(url, SERVICE_KEY)))
      assert.equal(await refusedStatus(socketUrl(url, SERVICE_KEY)), 429)
      await close(fifth!, theirs, ...others, ...rest)
    })

    test('a client that does not read is disconnected, and another receives every row', async () => {
      const key = await api.storeKey(OURS, 'read')
      const [slow, reader] = [await connectRaw(url, key), await connectRaw(url, key)]
      await Promise.all([slow.join('a', [LOGS]), reader.join('a', [LOGS])])
      slow.socket.pause()
      for (let n = 0; n < 10; n += 1) await record(100, 'x'.repeat(16_000))
      await until('all rows', () => rowsOf(reader).length === 1_000)
      assert.equal(new Set(rowsOf(reader).map(({ id }) => id)).size, 1_000)
      const metric = 'connectgain_realtime_disconnects_total{cause="slow"} 1'
      await until('the end of the connection', async () =>
        (await api.inject('GET', '/metrics')).body.includes(metric),
      )
      slow.socket.resume()
      assert.deepEqual(await slow.ended, { code: 1013, reason: 'the client reads too slowly' })
      assert.equal((await reader.join('b', [LOGS])).status, 'ok')
      await close(reader)
    })

    test('nothing is read and nobody listens when no client is connected', async () => {
      const client = await connectRaw(url, SERVICE_KEY)
      await client.join('a', [LOGS, { table: 'api_keys' }])
      const listening = async (): Promise<number> => {
        const { rows } = await api.database.query<{ count: number }>(
          `select count(*) from pg_stat_activity where query = 'listen "webhooks_rows"' and datname = current_database()`,
        )
        return rows[0]!.count
      }
      if (engine === 'postgresql') await until('the listener', async () => (await listening()) === 1)
      await close(client)
      if (engine === 'postgresql')
        await until('the end of the listener', async () => (await listening()) === 0)
      const { body } = await api.inject('GET', '/metrics')
      assert.match(body, /connectgain_realtime_clients 0\n/)
    })

    test('connections end with a reason when the server stops', async () => {
      const client = await connectRaw(url, SERVICE_KEY)
      await client.join('a', [LOGS])
      await api.stopListening()
      assert.deepEqual(await client.ended, { code: 1001, reason: 'the server stops' })
    })
  })
}
