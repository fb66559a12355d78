import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { connectApi } from '../src/cli/client/api.ts'
import { runDoctorChecks } from '../src/cli/client/checks.ts'
import type { Readiness } from '../src/observability/readiness.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import type { Connection } from './harness/worker-processes.ts'
import { isAlive, killWorker, openConnection, pause, workerPids } from './harness/worker-processes.ts'
import { until } from './harness/until.ts'

const SETTINGS = { WORKERS: '2', LOG_LEVEL: 'info', DELIVERY_TIMEOUT: '60s' }
const RATE_LIMIT = 500
const ENGINES = process.env['TEST_DATABASE_URL'] === undefined ? [] : (['postgresql'] as const)

onEachEngine(
  'a node of two workers',
  (stage) => {
    let connections: Connection[]
    beforeEach(async () => {
      // The kernel spreads them by a hash: with so many, both workers have some.
      connections = Array.from({ length: 24 }, () => openConnection(stage.server))
      for (const connection of connections) await connection.get('/health/live')
    })
    afterEach(() => connections.forEach((connection) => connection.close()))

    const readinessOf = async (connection: Connection): Promise<Readiness> =>
      JSON.parse((await connection.get('/health/ready')).text) as Readiness
    const valueOf = async (connection: Connection, series: string): Promise<number> => {
      const { text } = await connection.get('/metrics')
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1],
      )
    }
    const DELIVERED = 'connectgain_deliveries_total{outcome="delivered"}'

    test('a node of two workers prints one address and serves it with both', async () => {
      assert.equal(stage.server.output().match(/API +http/g)?.length, 1)
      assert.match(stage.server.output(), /Processes +2/)
      for (const pid of workerPids(stage.server)) {
        const paused = pause(pid)
        const replies = connections.map((connection) => connection.get('/health/live'))
        // A paused worker does not respond, so this one is the other's.
        assert.equal((await Promise.race(replies)).status, 200)
        paused.end()
        await Promise.all(replies)
      }
    })

    test('the metrics of a node are the sums of both workers, over every connection', async () => {
      const before = (await valueOf(connections[0]!, DELIVERED)) || 0
      const { id } = await createWebhook(stage, { events: ['deal.created'] })
      await emit(stage, 300)
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered&select=id`, 300)
      for (const connection of connections) {
        await until('all to be counted', async () => (await valueOf(connection, DELIVERED)) === before + 300)
        assert.equal(await valueOf(connection, 'connectgain_workers'), 2)
        assert.equal(await valueOf(connection, 'connectgain_database_up'), 1)
      }
    })

    test('doctor reports that both workers run', async () => {
      for await (const finding of runDoctorChecks(connectApi({ url: stage.server.url, key: SERVICE_KEY }))) {
        if (finding.check === 'workers') return assert.equal(finding.message, 'all 2 run')
      }
      assert.fail('doctor says nothing about workers')
    })

    test('a node is ready when both workers are, and names a worker that does not respond', async () => {
      for (const connection of connections) {
        const { status, checks } = await readinessOf(connection)
        assert.deepEqual([status, checks.workers], ['ok', { status: 'ok', running: 2, expected: 2 }])
        assert.ok(checks.loops['relay'])
      }
      const paused = pause(workerPids(stage.server)[0]!)
      const { status, reason, checks } = await Promise.race(connections.map(readinessOf))
      paused.end()
      assert.deepEqual([status, reason], ['unavailable', 'worker 1 does not respond'])
      assert.deepEqual(checks.workers, { status: 'incomplete', running: 1, expected: 2 })
    })

    test('the request limit of a key counts its requests to both workers together', async () => {
      const { key } = await stage.server.api.insert<{ key: string }>('api_keys', {
        organization_id: stage.organizationId,
        name: 'Counted',
        scope: 'read',
      })
      const isAccepted = async (connection: Connection): Promise<boolean> =>
        (await connection.get('/rest/v1/webhook_event_types?select=name&limit=1', { apikey: key })).status ===
        200
      const [first, ...others] = connections
      let accepted = 0
      while (await isAccepted(first!)) accepted += 1
      assert.equal(accepted, RATE_LIMIT)
      // The other worker gets the count a moment later.
      let acceptedLate = 0
      await until('both workers to refuse more', async () => {
        const results = await Promise.all(others.map(isAccepted))
        acceptedLate += results.filter(Boolean).length
        return !results.some(Boolean)
      })
      assert.ok(acceptedLate < RATE_LIMIT, `${acceptedLate} more were accepted`)
    })

    test('a node restarts a killed worker and delivers every acknowledged event', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.created'] })
      const counted = (await valueOf(connections[0]!, DELIVERED)) || 0
      const acknowledged: string[] = []
      const killed = (async () => {
        await until('half to be acknowledged', () => acknowledged.length >= 100)
        await killWorker(stage.server, 1)
      })()
      const emitting = Array.from({ length: 200 }, async (_, index) => {
        const title = `deal ${index}`
        // A request over a connection of the killed worker gets no reply, and is repeated as any client would.
        await until('the deal to be acknowledged', async () => {
          const posted = await stage.server.api
            .request('POST', 'deals', { organization_id: stage.organizationId, title })
            .catch(() => undefined)
          return posted?.status === 201
        })
        acknowledged.push(title)
      })
      await Promise.all([...emitting, killed])
      await until('every acknowledged deal to arrive', () => {
        const titles = new Set(stage.receiver.requests.map(({ json }) => json.data['title']))
        return acknowledged.every((title) => titles.has(title))
      })
      await until('no delivery to be left', async () => {
        const left = await stage.server.api.get(
          `webhook_deliveries?webhook_id=eq.${id}&status=in.(pending,retrying)`,
        )
        return left.length === 0
      })
      assert.match(stage.server.output(), /"signal":"SIGKILL".*a worker has ended; restarting it/)
      const connection = openConnection(stage.server)
      await until(
        'both workers to be ready',
        async () => (await readinessOf(connection)).checks.workers?.running === 2,
      )
      assert.equal(await valueOf(connection, 'connectgain_worker_restarts_total'), 1)
      // The counts of the killed worker are kept.
      assert.ok((await valueOf(connection, DELIVERED)) >= counted)
      connection.close()
    })

    test('a node that gets SIGTERM finishes and records the request under way, and exits with 0', async () => {
      const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
      const pids = workerPids(stage.server)
      const stopped = new Promise<number | null>((resolve) => {
        stage.receiver.reply(path, (response) => {
          resolve(stage.server.stop())
          setImmediate(() => response.writeHead(200).end('done'))
        })
      })
      await stage.server.api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Last' })
      assert.equal(await stopped, 0)
      assert.deepEqual(pids.filter(isAlive), [])
      stage.server = await stage.site.start()
      const logs = await stage.server.api.rows(`webhook_logs?webhook_id=${id}`, 1)
      assert.deepEqual([logs.length, logs[0]?.['response_body']], [1, 'done'])
    })
  },
  { settings: { ...SETTINGS, API_RATE_LIMIT: String(RATE_LIMIT) }, engines: ENGINES },
)

async function emit(stage: Stage, count: number): Promise<void> {
  const event = { organization_id: stage.organizationId, event: 'deal.created', data: {} }
  const events = Array.from({ length: count }, () => event)
  assert.equal((await stage.server.api.request('POST', 'webhook_events', events)).status, 201)
}
