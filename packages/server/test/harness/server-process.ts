import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApi } from './api.ts'
import type { Api } from './api.ts'
import { COMPILE_CACHE } from './compile-cache.ts'
import type { NatsCluster } from './nats-cluster.ts'
import { startNats } from './nats-cluster.ts'
import { copyPgliteTemplate } from './pglite-template.ts'
import { until } from './until.ts'
import { noteSecret, noteWritten } from './witness/notebook.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export const SERVICE_KEY = 'service-key-of-the-tests'
export const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString('base64')

export type Settings = Record<string, string>

/** The program itself, as a process of its own. */
export interface ServerProcess {
  /** `http://localhost:<port>`. */
  url: string
  pid: number
  api: Api
  /** All that it printed, on both streams. */
  output(): string
  isRunning(): boolean
  /** Resolves with the exit code when it has ended; null after a signal. */
  ended: Promise<number | null>
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

export interface ServerSite {
  settings: Settings
  /**
   * Starts a process on the same database; several over time on PGlite, also at once on PostgreSQL.
   * @param program default: the repository's own
   */
  start(more?: Settings, program?: string): Promise<ServerProcess>
  /** Kills what still runs and removes the data. */
  close(): Promise<void>
}

const SECRET_SETTINGS = ['SERVICE_KEY', 'ENCRYPTION_KEYS', 'JWT_SECRET']

const DEVELOPMENT: Settings = {
  PORT: '0',
  SERVICE_KEY,
  ALLOW_HTTP_URLS: 'true',
  EGRESS_ALLOW: '127.0.0.0/8',
  RETRY_SCHEDULE: '50ms,50ms',
  DELIVERY_TIMEOUT: '2s',
  // What holds an endpoint must not depend on how fast a test runs.
  BREAKER_AFTER: '1h',
  LOG_LEVEL: 'warn',
  // A start takes longer with more, and no test of one node means several.
  WORKERS: '1',
}

/** `npm test -- --streams`: what can run on NATS JetStream does. */
const ALL_ON_STREAMS = process.env['TEST_STREAMS'] !== undefined

/**
 * A place where the program runs: a data folder and, where `databaseUrl` is given, that PostgreSQL database.
 * @param isOnStreams whether events go through a NATS server of this place
 */
export function createSite(
  databaseUrl: string | undefined,
  settings: Settings = {},
  { isOnStreams = ALL_ON_STREAMS } = {},
): ServerSite {
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-test-'))
  const running = new Set<ServerProcess>()
  let isClosed = false
  let nats: Promise<NatsCluster> | undefined
  const all: Settings = {
    ...DEVELOPMENT,
    DATA_DIR: join(folder, 'data'),
    ...(databaseUrl === undefined
      ? {}
      : { DATABASE_URL: databaseUrl, ENCRYPTION_KEYS: ENCRYPTION_KEY, CRM_TABLES: 'true' }),
    ...settings,
  }
  // A test that names a folder tests the first start in it.
  if (databaseUrl === undefined && settings['DATA_DIR'] === undefined) copyPgliteTemplate(all['DATA_DIR']!)
  return {
    settings: all,
    async start(more = {}, program = MAIN) {
      if (isOnStreams && databaseUrl !== undefined && all['NATS_URL'] === undefined) nats ??= startNats()
      const streams: Settings = nats === undefined ? {} : { NATS_URL: (await nats).url, NATS_PARTITIONS: '4' }
      const started = await startProcess({ ...all, ...streams, ...more }, folder, program)
      running.add(started)
      // Of a test that has failed some part may still be starting processes.
      if (isClosed) await started.kill()
      return started
    },
    async close() {
      isClosed = true
      await Promise.all([...running].map((server) => server.kill()))
      await (await nats)?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startProcess(settings: Settings, cwd: string, program: string): Promise<ServerProcess> {
  const { child, output, exited } = spawnServer(settings, cwd, program)
  const page = await until('the server to print its address', () => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output()}`)
    return /(?:Page|Worker) +(http:\S+)\/(?:settings|health)/.exec(output())?.[1]
  }).catch((error: unknown) => {
    // A child that lives on would keep the test file from ending.
    child.kill('SIGKILL')
    throw error
  })
  return {
    url: page,
    pid: child.pid!,
    api: createApi(page, SERVICE_KEY),
    output,
    ended: exited,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      child.kill('SIGTERM')
      return await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** A process that may end without a signal, for example because of a wrong setting. */
export function spawnServer(
  settings: Settings,
  cwd: string,
  program = MAIN,
): { child: ChildProcess; output: () => string; exited: Promise<number | null> } {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [program], {
    cwd,
    env: { PATH, NODE_COMPILE_CACHE: COMPILE_CACHE, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
    })
  }
  for (const name of SECRET_SETTINGS) noteSecret(settings[name])
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  void exited.then(() => noteWritten('what the program printed', printed))
  return { child, output: () => printed, exited }
}
