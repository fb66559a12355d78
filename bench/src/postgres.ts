import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { startPostgres } from '../../packages/server/test/harness/postgres.ts'
import { parentOf } from './machine/cpu.ts'

/** A server that all contestants share, each in a database of its own. */
export interface BenchPostgres {
  version: string
  /** Undefined on another machine. */
  postmaster: number | undefined
  createDatabase(): Promise<BenchDatabase>
  stop(): Promise<void>
}

export interface BenchDatabase {
  url: string
  drop(): Promise<void>
}

/**
 * As an operator of a small machine would set it. Durable: nothing that says "committed" may be lost, for us as for the
 * others. The rest keeps checkpoints out of runs of a few seconds, where they would hit one contestant by chance.
 */
export const SETTINGS = {
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
    // A server of its own stops itself on these; without one they would end us without a word to our children.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
    return await describe(url, async () => {})
  }
  const server = await startPostgres(SETTINGS)
  return await describe(server.url, () => server.stop())
}

async function describe(url: string, stop: () => Promise<void>): Promise<BenchPostgres> {
  const { version, postmaster } = await withClient(url, async (client) => {
    const { rows } = await client.query<{ version: string; pid: number }>(
      `select current_setting('server_version') as version, pg_backend_pid() as pid`,
    )
    const [row] = rows
    // While the backend lives: the server's own process is the parent of each.
    return { version: row?.version ?? '', postmaster: isLocal(url) ? parentOf(row?.pid ?? 0) : undefined }
  })
  return {
    version,
    postmaster,
    async createDatabase() {
      const name = `bench_${randomUUID().replaceAll('-', '')}`
      await ask(url, `create database ${name}`)
      const own = new URL(url)
      own.pathname = `/${name}`
      return {
        url: own.href,
        drop: async () => {
          await ask(url, `drop database ${name} with (force)`)
          // So that the next contestant does not pay for what this one left to be written.
          await ask(url, 'checkpoint')
        },
      }
    },
    stop,
  }
}

function isLocal(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)
}

/** One statement on a connection of its own. */
export async function ask<R extends object>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
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
