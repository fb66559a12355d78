import cluster from 'node:cluster'
import { createSharedCounts } from '../../api/limits/shared-counts.ts'
import { StartError, messageOf } from '../../domain/errors.ts'
import { within } from '../../loops/loop.ts'
import { parseConfig } from '../../settings/config.ts'
import { createLog } from '../log.ts'
import { startNode } from '../start-node.ts'
import type { FromParent, FromWorker, NodeState } from './messages.ts'
import type { OwnReports, Siblings } from './siblings.ts'

/** The parent asks all workers for up to three seconds. */
const ANSWER_TIMEOUT_MS = 5_000

/** The environment variable with the number of a worker, from 1; a restarted one keeps it. */
export const WORKER_NUMBER = 'CONNECTGAIN_WORKER'

/** Runs one worker: a whole node, except that its parent listens for it and speaks for all workers. */
export async function runWorkerProcess(): Promise<void> {
  const link = createLink()
  try {
    // The parent passes its environment on, with what `.env` said when it started.
    const config = parseConfig(process.env)
    const log = createLog(config, Number(process.env[WORKER_NUMBER]))
    const node = await startNode(config, log, link.siblings)
    let stopping: Promise<void> | undefined
    const stop = (): void => {
      stopping ??= node.stop().then(() => process.exit(0))
    }
    link.onStop(stop)
    // systemd and a terminal signal every process of the group.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
    link.send({ kind: 'started', address: node.address, databaseVersion: node.databaseVersion })
  } catch (error) {
    const exitCode = error instanceof StartError ? 2 : 1
    link.send({ kind: 'refused', message: messageOf(error), exitCode }, () => process.exit(exitCode))
  }
}

interface Link {
  siblings: Siblings
  send(message: FromWorker, onSent?: () => void): void
  /** Calls `stop` when the parent asks for it, and when the parent is gone. */
  onStop(stop: () => void): void
}

function createLink(): Link {
  const waiting = new Map<number, (state: Partial<NodeState>) => void>()
  let lastId = 0
  let reports: OwnReports | undefined
  let stop = (): void => process.exit(0)
  const send = (message: FromWorker, onSent = (): void => {}): void => {
    if (process.connected) process.send?.(message, undefined, {}, onSent)
    else onSent()
  }
  const sharedCounts = createSharedCounts((counts) => send({ kind: 'counted', counts }))

  async function report({ id, topic }: { id: number; topic: keyof OwnReports }): Promise<void> {
    const state = await reports?.[topic]()
    if (state !== undefined) send({ kind: 'report', id, state: { [topic]: state } })
  }

  process.on('message', (message: FromParent) => {
    if (message.kind === 'stop') stop()
    if (message.kind === 'report') void report(message)
    if (message.kind === 'answer') waiting.get(message.id)?.(message.state)
    if (message.kind === 'counted') sharedCounts.receive(message.counts)
  })
  cluster.worker?.on('disconnect', () => {
    // Otherwise `cluster` ends the process at once, and requests under way would be sent again by another node.
    cluster.worker!.exitedAfterDisconnect = true
    stop()
  })
  return {
    send,
    onStop: (onStop) => {
      stop = onStop
      if (!process.connected) stop()
    },
    siblings: {
      sharedCounts,
      reportBy(own) {
        reports = own
      },
      async readNode(topic) {
        const id = (lastId += 1)
        const answered = new Promise<Partial<NodeState>>((resolve) => {
          waiting.set(id, resolve)
          send({ kind: 'ask', id, topic })
        })
        const state = await within(ANSWER_TIMEOUT_MS, answered).finally(() => waiting.delete(id))
        const part = state?.[topic]
        if (part === undefined) throw new Error(`the parent process did not report the ${topic} of this node`)
        return part
      },
    },
  }
}
