import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Api } from '../../packages/server/test/harness/api.ts'
import { createApi } from '../../packages/server/test/harness/api.ts'
import type { Settings } from '../../packages/server/test/harness/server-process.ts'
import {
  ENCRYPTION_KEY,
  SERVICE_KEY,
  spawnServer,
} from '../../packages/server/test/harness/server-process.ts'
import type { Build } from './builds/build.ts'
import { THIS_BUILD } from './builds/build.ts'
import type { Endpoint } from './load.ts'
import { EVENT, inBatches } from './load.ts'
import { signalTree } from './machine/process-tree.ts'
import type { BenchPostgres } from './postgres.ts'
import { endWithParent } from './tied-children.ts'
import { waitFor } from './wait.ts'

export type Engine = 'postgresql' | 'pglite'

/** The program in a process of its own, with default settings. */
export interface OurServer {
  pid: number
  /** `http://localhost:<port>`. */
  url: string
  api: Api
  /** Undefined with PGlite, which no other process can open. */
  databaseUrl: string | undefined
  output(): string
  close(): Promise<void>
}

export interface OurServerOptions {
  engine: Engine
  postgres: BenchPostgres
  /** Default: this version. */
  build?: Build
  settings?: Settings
  /** Fills the database before the program starts; receives its URL or folder. */
  fill?: (database: { url: string } | { folder: string }) => Promise<void>
}

const SETTINGS: Settings = {
  PORT: '0',
  SERVICE_KEY,
  ENCRYPTION_KEYS: ENCRYPTION_KEY,
  ALLOW_HTTP_URLS: 'true',
  EGRESS_ALLOW: '127.0.0.0/8',
  CRM_TABLES: 'false',
  LOG_LEVEL: 'warn',
  // Figures are of one process, unless a scenario sets another number.
  WORKERS: '1',
}

export async function startOurServer(options: OurServerOptions): Promise<OurServer> {
  const { engine, postgres, build = THIS_BUILD, settings = {}, fill } = options
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-bench-'))
  const dataDir = join(folder, 'data')
  const database = engine === 'postgresql' ? await postgres.createDatabase() : undefined
  await fill?.(database === undefined ? { folder: dataDir } : { url: database.url })
  const { child, output, exited } = spawnServer(
    {
      ...SETTINGS,
      DATA_DIR: dataDir,
      ...(database === undefined ? {} : { DATABASE_URL: database.url }),
      ...settings,
    },
    folder,
    build.program,
  )
  const pid = child.pid ?? 0
  const findAddress = (): string | undefined => /API +(http:\S+)\/rest/.exec(output())?.[1]
  endWithParent(child)
  await waitFor(
    'the program to print its address',
    () => {
      if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${output()}`)
      return findAddress() !== undefined
    },
    { limitMs: 60_000 },
  ).catch((error: unknown) => {
    signalTree(pid, 'SIGKILL')
    throw error
  })
  const url = findAddress() ?? ''
  return {
    pid,
    url,
    api: createApi(url, SERVICE_KEY),
    databaseUrl: database?.url,
    output,
    async close() {
      signalTree(pid, 'SIGKILL')
      await exited
      // Prints warnings, which may explain unexpected numbers.
      process.stderr.write(warningsIn(output()))
      await database?.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Returns the distinct log lines, without their time. */
function warningsIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  const distinct = new Set(lines.map((line) => line.replace(/"time":\d+,?/, '')))
  return [...distinct]
    .map((line) => `  logged: ${line}\n`)
    .slice(0, 5)
    .join('')
}

export async function createWebhooks(api: Api, endpoints: readonly Endpoint[]): Promise<void> {
  for (const batch of inBatches(endpoints, 200)) {
    await post(
      api,
      'webhook_configurations',
      JSON.stringify(
        batch.map(({ id, organizationId, url, secret, eventType = EVENT }) => ({
          id,
          organization_id: organizationId,
          name: 'Bench',
          url,
          events: [eventType],
          secret,
        })),
      ),
    )
  }
}

export async function countRows(api: Api, path: string): Promise<number> {
  const { headers } = await api.request('HEAD', path, undefined, { prefer: 'count=exact' })
  return Number(headers.get('content-range')?.split('/')[1])
}

export async function post(api: Api, path: string, body: string): Promise<void> {
  const { status, body: response } = await api.request('POST', path, body)
  if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(response)}`)
}
