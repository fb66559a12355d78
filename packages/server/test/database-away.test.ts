import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import type { ErrorBody } from './harness/api.ts'
import { createDatabase } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import { startPostgres } from './harness/postgres.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { ENCRYPTION_KEY, createSite, spawnServer } from './harness/server-process.ts'
import { startTcpProxy } from './harness/tcp-proxy.ts'
import { LONG, until } from './harness/until.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const isPostgresThere = process.env['TEST_DATABASE_URL'] !== undefined

interface Answer {
  status: number
  retryAfter: string | null
  code: string | undefined
}

async function post(server: ServerProcess): Promise<Answer> {
  const event = { organization_id: ORGANIZATION, event: 'deal.created', data: {} }
  const { status, headers, body } = await server.api.request<ErrorBody | null>(
    'POST',
    'webhook_events',
    event,
  )
  return { status, retryAfter: headers.get('retry-after'), code: body?.code }
}

async function startOnOwnServer(context: TestContext) {
  const postgres = await startPostgres()
  context.after(() => postgres.stop())
  const site = createSite(postgres.url)
  context.after(() => site.close())
  const server = await site.start()
  await server.api.insert('organizations', { id: ORGANIZATION, name: 'Acme' })
  const database = openPostgres({ url: postgres.url, poolSize: 1 })
  context.after(() => database.close())
  return { postgres, server, database }
}

/** Posts events one at a time while `disturb` runs and until one is accepted again. */
async function postDuring(server: ServerProcess, disturb: () => Promise<void>): Promise<Answer[]> {
  const answers: Answer[] = []
  let isOver = false
  const disturbed = disturb().finally(() => (isOver = true))
  await until('an event to be accepted after the disturbance', async () => {
    const wasOver = isOver
    const answer = await post(server)
    answers.push(answer)
    return wasOver && answer.status === 201
  })
  await disturbed
  return answers
}

function assertOnlyRefusedForAWhile(answers: readonly Answer[]): void {
  const refused = answers.filter(({ status }) => status !== 201)
  assert.ok(refused.length > 0, 'some posts are refused')
  for (const { status, retryAfter, code } of refused)
    assert.deepEqual([status, retryAfter !== null], [503, true], `${status} ${code}`)
}

suite('unavailable database', { skip: !isPostgresThere, ...LONG }, () => {
  test(
    'posts of events get 503 with Retry-After while sessions of the database are read-only',
    HEAVY,
    async (context) => {
      const { server, database } = await startOnOwnServer(context)
      const setReadOnly = async (value: 'on' | 'off'): Promise<void> => {
        await database.execute(`alter system set default_transaction_read_only = ${value}`)
        await database.execute('select pg_reload_conf()')
      }
      const answers = await postDuring(server, async () => {
        await setReadOnly('on')
        await until('an event to be refused', async () => (await post(server)).status !== 201)
        await setReadOnly('off')
      })
      for (const { status, retryAfter, code } of answers.filter((answer) => answer.status !== 201))
        assert.deepEqual([status, retryAfter !== null], [503, true], code)
    },
  )

  test('posts of events get 503 with Retry-After while the database is a standby', HEAVY, async (context) => {
    const { postgres, server, database } = await startOnOwnServer(context)
    const answers = await postDuring(server, async () => {
      const signal = join(postgres.dataDir, 'standby.signal')
      writeFileSync(signal, '')
      // The server, which may run as another user, writes to it.
      chmodSync(signal, 0o666)
      // Resolves when it is the primary again.
      const restarted = postgres.restart('fast')
      await until('the standby to respond', () =>
        database.query(`select pg_is_in_recovery()`).then(
          ({ rows }) => rows[0]?.['pg_is_in_recovery'],
          () => false,
        ),
      )
      for (let refused = 0; refused < 3; refused += 1) {
        const { status, code } = await post(server)
        assert.equal(status, 503, code)
      }
      await database.execute('select pg_promote()')
      await restarted
    })
    assertOnlyRefusedForAWhile(answers)
  })

  test('posts of events get 503 with Retry-After while the database restarts, cleanly or after a crash', async (context) => {
    const { postgres, server } = await startOnOwnServer(context)
    for (const mode of ['fast', 'immediate'] as const)
      assertOnlyRefusedForAWhile(await postDuring(server, () => postgres.restart(mode)))
  })
})

suite('start without a database', { skip: !isPostgresThere, ...LONG }, () => {
  async function findFreePort(): Promise<number> {
    const probe = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => probe.once('listening', resolve))
    const { port } = probe.address() as AddressInfo
    await new Promise((resolve) => probe.close(resolve))
    return port
  }

  test('a start waits for the database, says so in the log, and continues when it is available', async (context) => {
    const { url, drop } = await createDatabase('postgresql')
    context.after(() => drop())
    const later = new URL(url!)
    later.port = String(await findFreePort())
    const site = createSite(later.href)
    context.after(() => site.close())
    const { child, output, exited } = spawnServer(site.settings, process.cwd())
    context.after(async () => {
      child.kill('SIGKILL')
      await exited
    })
    await until('the server to log that it waits', () => output().includes('waiting for the database'))
    assert.ok(!output().includes(later.password + '@'))
    const proxy = await startTcpProxy(Number(new URL(url!).port), Number(later.port))
    context.after(() => proxy.close())
    await until('the server to start', () => /Page +http/.test(output()))
  })

  test('a start gives up after DATABASE_WAIT with exit code 1, naming the database without its password', async () => {
    const port = await findFreePort()
    const { exited, output } = spawnServer(
      {
        PORT: '0',
        DATABASE_URL: `postgresql://user:hidden-password@127.0.0.1:${port}/x`,
        ENCRYPTION_KEYS: ENCRYPTION_KEY,
        DATABASE_WAIT: '300ms',
      },
      process.cwd(),
    )
    assert.equal(await exited, 1)
    assert.match(
      output(),
      new RegExp(`The database at 127\\.0\\.0\\.1:${port}/x is not available: .*ECONNREFUSED`),
    )
    assert.doesNotMatch(output(), /hidden-password|\n +at /)
  })

  test('a start with a database that does not exist ends at once with exit code 2', async () => {
    const wrong = new URL(process.env['TEST_DATABASE_URL']!)
    wrong.pathname = '/there_is_no_such_database'
    const { exited, output } = spawnServer(
      { PORT: '0', DATABASE_URL: wrong.href, ENCRYPTION_KEYS: ENCRYPTION_KEY },
      process.cwd(),
    )
    assert.equal(await exited, 2)
    assert.match(output(), /DATABASE_URL: cannot prepare the database: .*there_is_no_such_database/)
  })
})
