import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import { createEndpoints } from '../load.ts'
import { CpuMeter } from '../machine/cpu.ts'
import { watchPeakMemory } from '../machine/memory.ts'
import type { LimitRun } from './measure-rows.ts'
import type { SendJob } from './send-process.ts'

const PROCESS = fileURLToPath(new URL('send-process.ts', import.meta.url))
const AT_ONCE = 32

/** Measures the sender's request path in a process of its own, without a database. */
export async function measureSends(bench: Bench, deliveries: number): Promise<LimitRun> {
  const receiver = await bench.startReceiver()
  const child = fork(PROCESS, [], { serialization: 'advanced' })
  const ended = once(child, 'exit')
  const next = async (): Promise<void> => {
    const which = await Promise.race([once(child, 'message'), ended.then(() => undefined)])
    if (which === undefined) throw new Error('the sending process ended')
  }
  try {
    await next()
    const job = { endpoints: createEndpoints(1, receiver.url), atOnce: AT_ONCE }
    const prepare = async (count: number): Promise<void> => {
      child.send({ ...job, deliveries: count } satisfies SendJob)
      await next()
    }
    const run = async (): Promise<number> => {
      const started = performance.now()
      child.send('go')
      await next()
      return (performance.now() - started) / 1_000
    }
    await prepare(2_000)
    await run()
    await prepare(deliveries)
    const cpu = new CpuMeter({ sender: child.pid })
    const readPeak = watchPeakMemory(child.pid ?? 0)
    const seconds = await run()
    const { sender } = cpu.used()
    return {
      cpu: sender === undefined ? undefined : (sender / deliveries) * 1_000,
      rate: deliveries / seconds,
      peakMiB: readPeak(),
    }
  } finally {
    child.kill('SIGKILL')
    await receiver.close()
  }
}
