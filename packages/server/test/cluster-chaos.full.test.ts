import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { createChaos, SETTINGS } from './chaos/site.ts'
import type { ChaosSite } from './chaos/site.ts'
import { createDatabase, EVERY_ENGINE } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import type { NatsCluster, NatsOptions } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { LONG, until } from './harness/until.ts'

const skip = EVERY_ENGINE.includes('postgresql') ? natsMissing || HEAVY.skip : 'needs PostgreSQL'
const OPTIONS = { skip, ...LONG }
/** Posts that go to the streams without the database, and posts that take its outbox and the publisher. */
const WAYS = { 'straight to the streams': '', 'through the outbox': 'resolution=ignore-duplicates' } as const
/** Requests that one process can have in flight, or completed but not recorded, when it is killed. */
const MAX_IN_FLIGHT = 32 + 200
/** Together more than the server with the full disk may store. */
const LARGE_EVENTS = 80

interface Cluster {
  chaos: ChaosSite
  nats: NatsCluster
  api: ServerProcess
  startWorker(): Promise<ServerProcess>
}

async function startCluster(
  context: TestContext,
  prefer: string,
  options: NatsOptions = {},
): Promise<Cluster> {
  const nats = await startNats({ servers: 3, ...options })
  context.after(() => nats.stop())
  const database = await createDatabase('postgresql')
  context.after(() => database.drop())
  const site = createSite(database.url, { ...SETTINGS, NATS_URL: nats.url, NATS_PARTITIONS: '4' })
  const api = await site.start({ ROLE: 'api' })
  const chaos = await createChaos(site, api, () => api, prefer)
  context.after(() => chaos.close())
  // A node that is starved of CPU looks like a dead one: what it sends may come twice at any time.
  void chaos.disturb(() => new Promise(() => {}))
  return { chaos, nats, api, startWorker: () => site.start({ ROLE: 'worker' }) }
}

/** Does harm, and reports how long it takes until events are accepted and arrive again. */
async function harm(
  context: TestContext,
  chaos: ChaosSite,
  what: string,
  does: () => Promise<void>,
): Promise<void> {
  await chaos.progress(20)
  const startedAt = performance.now()
  await chaos.disturb(async () => {
    await does()
    await chaos.progress(20)
  })
  context.diagnostic(`${what}: 20 more events accepted and delivered after ${seconds(startedAt)} s`)
}

const seconds = (startedAt: number): string => ((performance.now() - startedAt) / 1_000).toFixed(1)

async function settle(context: TestContext, chaos: ChaosSite, maxDuplicates: number): Promise<void> {
  const { events, duplicates } = await chaos.settle()
  context.diagnostic(`${events} events, ${duplicates} requests arrived twice`)
  assert.ok(duplicates <= maxDuplicates, `${duplicates} duplicates`)
}

suite('faults of streams under load', { concurrency: 1, ...LONG }, () => {
  for (const [way, prefer] of Object.entries(WAYS)) {
    test(`acknowledged events, ${way}, survive kill -9 of workers`, OPTIONS, async (context) => {
      const { chaos, startWorker } = await startCluster(context, prefer)
      let workers = await Promise.all([startWorker(), startWorker()])
      const kills = 6
      for (let kill = 0; kill < kills; kill += 1) {
        await harm(context, chaos, 'a worker killed', async () => {
          await workers[0].kill()
        })
        workers = [workers[1], await startWorker()]
      }
      await settle(context, chaos, kills * MAX_IN_FLIGHT)
    })

    test(
      `acknowledged events, ${way}, survive kill -9 of each server of the cluster`,
      OPTIONS,
      async (context) => {
        const { chaos, nats, startWorker } = await startCluster(context, prefer)
        await startWorker()
        for (const server of [0, 1, 2]) {
          await harm(context, chaos, `server ${server} killed`, () => nats.kill(server))
          await nats.restart(server)
          await nats.ready()
        }
        await settle(context, chaos, Number.POSITIVE_INFINITY)
      },
    )
  }

  test('acknowledged events survive a server that is cut off', OPTIONS, async (context) => {
    const { chaos, nats, startWorker } = await startCluster(context, '')
    await startWorker()
    for (const server of [0, 1, 2]) {
      await harm(context, chaos, `server ${server} paused`, async () => nats.pause(server))
      nats.resume(server)
      await nats.ready()
    }
    await settle(context, chaos, Number.POSITIVE_INFINITY)
  })

  test(
    'acknowledged events survive kill -9 of all servers and all workers at once',
    OPTIONS,
    async (context) => {
      const { chaos, nats, startWorker } = await startCluster(context, '')
      const worker = await startWorker()
      await harm(context, chaos, 'everything killed and started', async () => {
        await Promise.all([worker.kill(), ...[0, 1, 2].map((server) => nats.kill(server))])
        await Promise.all([0, 1, 2].map((server) => nats.restart(server)))
        await nats.ready()
        await startWorker()
      })
      await settle(context, chaos, MAX_IN_FLIGHT)
    },
  )

  test('a worker that was stopped and comes back writes nothing twice', OPTIONS, async (context) => {
    const { chaos, startWorker } = await startCluster(context, '')
    const [stopped] = await Promise.all([startWorker(), startWorker()])
    await harm(context, chaos, 'a worker stopped', async () => void process.kill(stopped.pid, 'SIGSTOP'))
    await chaos.disturb(async () => {
      process.kill(stopped.pid, 'SIGCONT')
      await chaos.progress(100)
    })
    // Both send what was in the buffers of the one that was stopped.
    await settle(context, chaos, Number.POSITIVE_INFINITY)
  })

  test('events are accepted and sent although one server may store no more', OPTIONS, async (context) => {
    // The stream of refused messages reserves 64 MB.
    const { chaos, api, startWorker } = await startCluster(context, '', { maxFileStore: { 0: '72MB' } })
    chaos.load.abandon()
    const { id: organizationId } = await api.api.insert<{ id: string }>('organizations', { name: 'Large' })
    await api.api.insert('webhook_configurations', {
      organization_id: organizationId,
      name: 'Large events',
      url: new URL('/large', chaos.receiver.url).href,
      events: ['deal.created'],
    })
    const startedAt = performance.now()
    let refusals = 0
    for (let event = 0; event < LARGE_EVENTS; event += 1) {
      const row = {
        id: newId(),
        organization_id: organizationId,
        event: 'deal.created',
        data: { id: String(event), text: 'x'.repeat(200_000) },
      }
      await until(
        'the event to be accepted',
        async () => {
          const { status } = await api.api.request('POST', 'webhook_events', row)
          if (status !== 201) refusals += 1
          return status === 201
        },
        60_000,
      )
    }
    context.diagnostic(
      `${LARGE_EVENTS} events of 200 kB accepted in ${seconds(startedAt)} s, after ${refusals} refusals`,
    )
    await startWorker()
    const requests = await chaos.receiver.received('/large', LARGE_EVENTS)
    assert.equal(new Set(requests.map(({ json }) => json.data['id'])).size, LARGE_EVENTS)
  })
})
