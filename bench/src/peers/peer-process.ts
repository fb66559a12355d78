import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import type { Endpoint, LoadEvent } from '../load.ts'
import { EVENT } from '../load.ts'
import { runQuery } from '../postgres.ts'
import { CREATE_LOG } from './log.ts'

/** The settings of a peer's worker process. */
export interface PeerSettings {
  databaseUrl: string
  endpoints: readonly Endpoint[]
  /** Writes log rows one by one, as a task would, or in batches. */
  log: 'single' | 'batched'
  redisPort?: number
}

/** One job: what to send, and where. */
export interface PeerJob {
  deliveryId: string
  eventId: string
  webhookId: string
  event: string
  body: string
}

export function toJob({ id, endpoint, data }: LoadEvent): PeerJob {
  const timestamp = new Date().toISOString()
  return {
    deliveryId: id,
    eventId: id,
    webhookId: endpoint.id,
    event: EVENT,
    body: `{"event":"${EVENT}","timestamp":"${timestamp}","data":${data}}`,
  }
}

/** Starts `<file>` next to this module, and waits until it reports that it is ready. */
export async function startPeer(
  file: string,
  settings: PeerSettings,
): Promise<{ pid: number; pool: Pool; stop(): Promise<void> }> {
  await runQuery(settings.databaseUrl, CREATE_LOG)
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    serialization: 'advanced',
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    void exited.then((code) => reject(new Error(`${file} ended with ${code}`)))
    child.send(settings)
  })
  const pool = new Pool({ connectionString: settings.databaseUrl, max: 4 })
  return {
    pid: child.pid ?? 0,
    pool,
    async stop() {
      await pool.end()
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Receives the settings in the worker process. */
export async function receiveSettings(): Promise<PeerSettings> {
  process.on('disconnect', () => process.exit())
  return await new Promise((resolve) =>
    process.once('message', (settings) => resolve(settings as PeerSettings)),
  )
}
