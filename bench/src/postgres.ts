import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { startPostgres } from '../../packages/server/test/harness/postgres.ts'
import { readParent } from './machine/process-tree.ts'

/** A server shared by all contestants, each with its own database. */
export interface BenchPostgres {
  /** Of the maintenance database, as superuser. */
  url: string
  version: string
  /** Undefined for a remote server. */
  postmaster: number | undefined
  createDatabase(): Promise<BenchDatabase>
  stop(): Promise<void>
}

export interface BenchDatabase {
  url: string
  drop(): Promise<void>
}

/**
 * Settings that suit a small machine. Durable: committed data must never be lost, for any contestant. The others keep
 * checkpoints out of runs of a few seconds, where they would hit contestants at random.
 */
const SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  random_page_cost: '1.1',
  max_connections: '200',
}

export async function openBenchPostgres(url: string | undefined): Promise<BenchPostgres> {
  if (url !== undefined) {
    // A server started here stops on these signals; without a handler, they would end this process before its children.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
    return await describeServer(url, async () => {})
  }
  const server = await startPostgres(SETTINGS)
  return await describeServer(server.url, () => server.stop())
}

async function describeServer(url: string, stop: () => Promise<void>): Promise<BenchPostgres> {
  const { version, postmaster } = await withClient(url, async (client) => {
    const { rows } = await client.query<{ version: string; pid: number }>(
      `select current_setting('server_version') as version, pg_backend_pid() as pid`,
    )
    const [row] = rows
    // The parent of a live backend is the server's main process.
    return { version: row?.version ?? '', postmaster: isLocal(url) ? readParent(row?.pid ?? 0) : undefined }
  })
  return {
    url,
    version,
    postmaster,
    async createDatabase() {
      const name = `bench_${randomUUID().replaceAll('-', '')}`
      await runQuery(url, `create database ${name}`)
      const own = new URL(url)
      own.pathname = `/${name}`
      return {
        url: own.href,
        drop: async () => {
          await runQuery(url, `drop database ${name} with (force)`)
          // Otherwise the next contestant pays for this one's pending writes.
          await runQuery(url, 'checkpoint')
        },
      }
    },
    stop,
  }
}

function isLocal(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)
}

/** Runs one statement on a connection of its own. */
export async function runQuery<R extends object>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  return await withClient(url, async (client) => (await client.query<R>(text, values)).rows)
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
