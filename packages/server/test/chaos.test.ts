import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import { createChaos, SETTINGS } from './chaos/site.ts'
import type { ChaosSite, Findings } from './chaos/site.ts'
import { createDatabase } from './harness/databases.ts'
import { HEAVY, IS_FULL } from './harness/full-run.ts'
import { startPostgres } from './harness/postgres.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { startTcpProxy } from './harness/tcp-proxy.ts'
import type { TcpProxy } from './harness/tcp-proxy.ts'
import { LONG, until } from './harness/until.ts'

const KILLS = IS_FULL ? 21 : 4
const EMBEDDED_KILLS = IS_FULL ? 3 : 1
const isPostgresThere = process.env['TEST_DATABASE_URL'] !== undefined

/** Requests that one process can have in flight, or completed but not recorded, when it is killed. */
const MAX_IN_FLIGHT = 32 + 200

function reportFindings(context: TestContext, { events, duplicates }: Findings, what: string): void {
  context.diagnostic(`${events} events, ${what}, ${duplicates} requests arrived twice`)
}

// Two at a time, because the tests mostly wait.
suite('faults under load', { concurrency: 2, ...LONG }, () => {
  test(
    'acknowledged events survive when workers are killed at random',
    { skip: !isPostgresThere, ...LONG },
    async (context) => {
      const database = await createDatabase('postgresql')
      context.after(() => database.drop())
      const site = createSite(database.url, SETTINGS)
      const api = await site.start({ ROLE: 'api' })
      const chaos = await createChaos(site, api, () => api)
      context.after(() => chaos.close())
      let kills = 0
      await Promise.all(
        [0, 1, 2].map(async () => {
          let worker = await site.start({ ROLE: 'worker' })
          while (kills < KILLS) {
            kills += 1
            await chaos.progress(1 + Math.floor(Math.random() * 50))
            await chaos.disturb(() => worker.kill())
            worker = await site.start({ ROLE: 'worker' })
          }
        }),
      )
      const findings = await chaos.settle()
      reportFindings(context, findings, `${kills} workers killed`)
      assert.ok(kills >= KILLS)
      assert.ok(findings.duplicates <= kills * MAX_IN_FLIGHT)
    },
  )

  test(
    'acknowledged events survive when the embedded database and its process are killed',
    { ...HEAVY, ...LONG },
    async (context) => {
      const site = createSite(undefined, SETTINGS)
      let server = await site.start()
      const chaos = await createChaos(site, server, () => server)
      context.after(() => chaos.close())
      for (let kill = 0; kill < EMBEDDED_KILLS; kill += 1) {
        await chaos.progress(1 + Math.floor(Math.random() * 50))
        await chaos.disturb(() => server.kill())
        server = await site.start()
      }
      const findings = await chaos.settle()
      reportFindings(context, findings, `${EMBEDDED_KILLS} kills`)
      assert.ok(findings.duplicates <= EMBEDDED_KILLS * MAX_IN_FLIGHT)
    },
  )

  test(
    'acknowledged events survive restarts of PostgreSQL, and the nodes keep running',
    { skip: !isPostgresThere || HEAVY.skip, ...LONG },
    async (context) => {
      const postgres = await startPostgres()
      context.after(() => postgres.stop())
      const { chaos, nodes } = await startNodes(context, postgres.url, 2)
      for (const mode of ['fast', 'immediate', 'fast', 'immediate'] as const) {
        await chaos.progress(50)
        await chaos.disturb(() => postgres.restart(mode))
      }
      await chaos.progress(50)
      reportFindings(context, await chaos.settle(), '4 restarts')
      for (const node of nodes) assert.ok(node.isRunning())
    },
  )

  test(
    'acknowledged events survive when connections to PostgreSQL are cut, even around a commit',
    { skip: !isPostgresThere, ...LONG },
    async (context) => {
      const { proxy, url } = await startProxied(context)
      const { chaos, nodes } = await startNodes(context, url, 1)
      for (let cut = 0; cut < 5; cut += 1) {
        await chaos.progress(20)
        await chaos.disturb(() => proxy.cut())
      }
      for (const when of ['before', 'after', 'before', 'after'] as const) {
        await chaos.progress(20)
        await chaos.disturb(
          () =>
            new Promise<void>((resolve) => {
              proxy.setScissors((sent) => {
                if (!isCommit(sent)) return undefined
                proxy.setScissors(undefined)
                resolve()
                return when
              })
            }),
        )
      }
      await chaos.progress(20)
      reportFindings(context, await chaos.settle(), '5 cuts of all connections, 4 around a commit')
      for (const node of nodes) assert.ok(node.isRunning())
    },
  )

  test(
    'acknowledged events survive when PostgreSQL falls silent in the middle of a transaction',
    { skip: !isPostgresThere || HEAVY.skip, ...LONG },
    async (context) => {
      const { proxy, url } = await startProxied(context)
      const { chaos, nodes } = await startNodes(context, url, 1)
      await chaos.progress(20)
      await chaos.disturb(() => silenceAtCommit(proxy))
      await chaos.progress(20)
      reportFindings(context, await chaos.settle(), '1 silence')
      for (const node of nodes) assert.ok(node.isRunning())
    },
  )

  test(
    'acknowledged events survive when one of two nodes silently loses its connection',
    { skip: !isPostgresThere || HEAVY.skip, ...LONG },
    async (context) => {
      const { proxy, url, database } = await startProxied(context)
      const { chaos, nodes } = await startNodes(context, database.url!, 1)
      const cutOff = await chaos.site.start({ DATABASE_URL: url })
      await chaos.progress(20)
      const findings = await chaos.disturb(async () => {
        await silenceAtCommit(proxy)
        await chaos.progress(20)
        return await chaos.settle()
      })
      reportFindings(context, findings, '1 node cut off')
      for (const node of [...nodes, cutOff]) assert.ok(node.isRunning())
    },
  )

  test(
    'a listening connection that falls silent is opened again',
    { skip: !isPostgresThere || HEAVY.skip, ...LONG },
    async (context) => {
      const { proxy, url, database } = await startProxied(context)
      const listening = openPostgres({ url, poolSize: 1 })
      context.after(() => listening.close())
      const speaking = openPostgres({ url: database.url!, poolSize: 1 })
      context.after(() => speaking.close())
      const received: string[] = []
      await listening.listen('news', (payload) => void received.push(payload))
      proxy.silence()
      proxy.heal()
      await until('a notification to arrive', async () => {
        await speaking.query(`select pg_notify('news', 'hello')`)
        return received.includes('hello')
      })
      // It may come after the first notification that the new connection receives.
      await until('an empty notification, because others may have been missed', () =>
        Promise.resolve(received.includes('')),
      )
    },
  )
})

/** Silences the connection at the next commit, which never reaches the server: its transaction stays open there. */
async function silenceAtCommit(proxy: TcpProxy): Promise<void> {
  await new Promise<void>((resolve) => {
    proxy.setScissors((sent) => {
      if (!isCommit(sent)) return undefined
      proxy.setScissors(undefined)
      proxy.silence()
      resolve()
      return undefined
    })
  })
  proxy.heal()
}

/** node-postgres sends a commit as a simple query. */
function isCommit(sent: Buffer): boolean {
  return sent.includes('Q\0\0\0\x0bcommit\0', 'latin1')
}

async function startProxied(context: TestContext) {
  const database = await createDatabase('postgresql')
  context.after(() => database.drop())
  const url = new URL(database.url!)
  const proxy = await startTcpProxy(Number(url.port))
  context.after(() => proxy.close())
  url.port = String(proxy.port)
  return { proxy, url: url.href, database }
}

/** Starts this many processes with all roles on one database. Events are emitted to the first. */
async function startNodes(
  context: TestContext,
  url: string,
  count: number,
): Promise<{ chaos: ChaosSite; nodes: ServerProcess[] }> {
  const site = createSite(url, SETTINGS)
  const nodes = await Promise.all(Array.from({ length: count }, () => site.start()))
  const chaos = await createChaos(site, nodes[0]!, () => nodes[0]!)
  context.after(() => chaos.close())
  return { chaos, nodes }
}
