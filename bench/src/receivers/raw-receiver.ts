import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TimedReceiver } from './receiver.ts'

const PROCESS = fileURLToPath(new URL('raw-receiver-process.ts', import.meta.url))

interface Answer {
  port?: number
  count?: number
  arrivals?: [id: string, at: number][]
}

/** A separate process, so that its CPU time is not counted as ours. */
export async function startRawReceiver({ recordsArrivals = false } = {}): Promise<TimedReceiver> {
  const child = fork(PROCESS, recordsArrivals ? ['--record'] : [], { serialization: 'advanced' })
  const { port } = await nextAnswer(child)
  // One question at a time: the answers have no ids.
  let last: Promise<unknown> = Promise.resolve()
  const askChild = (question: string): Promise<Answer> => {
    const asked = last.then(async () => {
      const answer = nextAnswer(child)
      child.send(question)
      return await answer
    })
    last = asked
    return asked
  }
  return {
    kind: 'raw',
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    count: async () => (await askChild('count')).count ?? 0,
    async takeArrivals() {
      const first = new Map<string, number>()
      for (const [id, at] of (await askChild('arrivals')).arrivals ?? []) {
        if (!first.has(id)) first.set(id, at)
      }
      return first
    },
    async close() {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await exited
    },
  }
}

async function nextAnswer(child: ChildProcess): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the receiver ended with ${code}`))
    child.once('exit', onExit)
    child.once('message', (answer) => {
      child.off('exit', onExit)
      resolve(answer as Answer)
    })
  })
}
