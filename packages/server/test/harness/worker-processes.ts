import { Agent, request } from 'node:http'
import type { ServerProcess } from './server-process.ts'
import { until } from './until.ts'

/** The process ids of the workers that run, by their number from 1. Requires LOG_LEVEL=info. */
export function workerPids(server: ServerProcess): number[] {
  const pids: number[] = []
  for (const line of server.output().split('\n')) {
    if (!line.includes('a worker has started')) continue
    const { worker, pid } = JSON.parse(line) as { worker: number; pid: number }
    pids[worker - 1] = pid
  }
  return pids
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Stops a process from running until `end`, as if its event loop were blocked. */
export function pause(pid: number): { end(): void } {
  process.kill(pid, 'SIGSTOP')
  return { end: () => process.kill(pid, 'SIGCONT') }
}

/** Kills the worker with this number, and waits until it is restarted. */
export async function killWorker(server: ServerProcess, number: number): Promise<void> {
  const pid = workerPids(server)[number - 1]!
  process.kill(pid, 'SIGKILL')
  await until('the worker to be restarted', () => workerPids(server)[number - 1] !== pid)
}

export interface Reply {
  status: number
  text: string
}

/** A connection that stays open, and so stays with one worker. */
export interface Connection {
  get(path: string, headers?: Record<string, string>): Promise<Reply>
  close(): void
}

export function openConnection(server: ServerProcess): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    get: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        const sent = request(`${server.url}${path}`, { agent, headers }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        })
        sent.on('error', reject).end()
      }),
    close: () => agent.destroy(),
  }
}
