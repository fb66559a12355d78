import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { NatsCluster } from './nats-cluster.ts'
import type { Told } from './streams-process.ts'

const PROGRAM = fileURLToPath(new URL('streams-process.ts', import.meta.url))

export interface StreamsProcess {
  pid: number
  readonly told: readonly Told[]
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

const started = new Set<StreamsProcess>()

/** Kills what tests that failed have left. */
export async function killStreamsProcesses(): Promise<void> {
  await Promise.all([...started].map((process) => process.kill()))
}

export function startStreamsProcess(
  { urls }: Pick<NatsCluster, 'urls'>,
  { id, finishes = false, partitions = 4 }: { id: string; finishes?: boolean; partitions?: number },
): StreamsProcess {
  const told: Told[] = []
  const child = fork(PROGRAM, [
    ...urls.flatMap((url) => ['--url', url]),
    '--id',
    id,
    '--partitions',
    String(partitions),
    ...(finishes ? ['--finishes'] : []),
  ])
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // A test that fails ends, although nobody has killed it.
  child.unref()
  child.channel?.unref()
  child.on('message', (message) => told.push(message as Told))
  const process: StreamsProcess = {
    pid: child.pid!,
    told,
    signal: (name) => void child.kill(name),
    async kill() {
      started.delete(process)
      child.ref()
      child.kill('SIGKILL')
      await ended
    },
  }
  started.add(process)
  return process
}
