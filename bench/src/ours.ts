import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import type { Api } from '../../packages/server/test/harness/api.ts'
import { createApi } from '../../packages/server/test/harness/api.ts'
import type { Settings } from '../../packages/server/test/harness/server-process.ts'
import {
  ENCRYPTION_KEY,
  SERVICE_KEY,
  spawnServer,
} from '../../packages/server/test/harness/server-process.ts'
import type { Endpoint, LoadEvent } from './load.ts'
import { EVENT, forEachConcurrently, inBatches } from './load.ts'
import type { BenchPostgres } from './postgres.ts'
import { endWithParent } from './tied-children.ts'
import { waitFor } from './wait.ts'
import type { Contestant, ContestantOptions, Emission, StartContestant } from './contestant.ts'
import { EMIT_CONCURRENCY, EMIT_BATCH } from './contestant.ts'

export type Engine = 'postgresql' | 'pglite'

/** The program in a process of its own, with default settings. */
export interface OurServer {
  pid: number
  api: Api
  /** Undefined with PGlite, which no other process can open. */
  databaseUrl: string | undefined
  output(): string
  close(): Promise<void>
}

export interface OurServerOptions {
  engine: Engine
  postgres: BenchPostgres
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
}

export async function startOurServer(options: OurServerOptions): Promise<OurServer> {
  const { engine, postgres, settings = {}, fill } = options
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
  )
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
    child.kill('SIGKILL')
    throw error
  })
  return {
    pid: child.pid ?? 0,
    api: createApi(findAddress() ?? '', SERVICE_KEY),
    databaseUrl: database?.url,
    output,
    async close() {
      child.kill('SIGKILL')
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

/** @param emission `sql` inserts into the events table, as a CRM's own transactions do */
export function startOurs(engine: Engine, emission: 'sql' | 'http'): StartContestant {
  return async ({ postgres, endpoints }: ContestantOptions): Promise<Contestant> => {
    const server = await startOurServer({ engine, postgres })
    await createWebhooks(server.api, endpoints)
    const pool = new Pool({ connectionString: server.databaseUrl, max: EMIT_CONCURRENCY })
    return {
      pid: server.pid,
      prepare: (events) => (emission === 'sql' ? prepareSql(pool, events) : prepareHttp(server.api, events)),
      async isDone() {
        const [open] = await server.api.get(
          'webhook_deliveries?status=in.(pending,retrying)&select=id&limit=1',
        )
        return open === undefined
      },
      countSuccesses: () => countRows(server.api, 'webhook_logs?status=eq.success'),
      async close() {
        await pool.end()
        await server.close()
      },
    }
  }
}

export async function createWebhooks(api: Api, endpoints: readonly Endpoint[]): Promise<void> {
  for (const batch of inBatches(endpoints, 200)) {
    await post(
      api,
      'webhook_configurations',
      JSON.stringify(
        batch.map(({ id, organizationId, url, secret }) => ({
          id,
          organization_id: organizationId,
          name: 'Bench',
          url,
          events: [EVENT],
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

const INSERT_EVENTS = {
  name: 'insert-events',
  text: `insert into webhooks.webhook_events (id, organization_id, event, data)
    select id, organization_id, event, data
    from json_to_recordset($1::json) as e (id uuid, organization_id uuid, event text, data json)`,
}

export function prepareSql(pool: Pool, events: readonly LoadEvent[]): Emission {
  const batches = inBatches(events, EMIT_BATCH).map(toJson)
  return () =>
    forEachConcurrently(batches, EMIT_CONCURRENCY, async (batch) => {
      await pool.query({ ...INSERT_EVENTS, values: [batch] })
    })
}

export function prepareHttp(api: Api, events: readonly LoadEvent[]): Emission {
  const batches = inBatches(events, EMIT_BATCH).map(toJson)
  return () => forEachConcurrently(batches, EMIT_CONCURRENCY, (batch) => post(api, 'webhook_events', batch))
}

/** Builds the body of a post. */
export function toJson(events: readonly LoadEvent[]): string {
  const rows = events.map(
    ({ id, endpoint, data }) =>
      `{"id":"${id}","organization_id":"${endpoint.organizationId}","event":"${EVENT}","data":${data}}`,
  )
  return `[${rows.join(',')}]`
}

export async function post(api: Api, path: string, body: string): Promise<void> {
  const { status, body: response } = await api.request('POST', path, body)
  if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(response)}`)
}
