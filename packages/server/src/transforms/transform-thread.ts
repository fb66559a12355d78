import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TransformInput, TransformResult } from './run-source.ts'

// The program has the extension of this file: `.ts` when sources run directly, `.js` in a compiled package.
const PROGRAM = new URL(`./transform-program${extname(import.meta.url)}`, import.meta.url)

/** A transform is interrupted by its steps. This ends one that is inside of a single long step, with its thread. */
const MAX_RUN_MS = 2_000

/** Runs transforms one after the other in a thread of their own, which starts when it is first needed. */
export class TransformThread {
  #worker: Promise<Worker> | undefined

  /** Never rejects. Not to be called again before it resolves. */
  async run(input: TransformInput): Promise<TransformResult> {
    try {
      const worker = await (this.#worker ??= this.#start())
      worker.ref()
      const result = await this.#exchange(worker, input)
      worker.unref()
      return result
    } catch {
      await this.stop()
      return { kind: 'failed', message: 'the thread of the transform has ended', line: null, column: null }
    }
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.then(
      (one) => one.terminate(),
      () => {},
    )
  }

  async #start(): Promise<Worker> {
    const worker = new Worker(PROGRAM, { execArgv: [], env: {} })
    // The run that waits for the thread notices its end; without one, the next run does.
    worker.on('error', () => {})
    worker.on('exit', () => (this.#worker = undefined))
    // `once` rejects on 'error' as well.
    await once(worker, 'message')
    worker.unref()
    return worker
  }

  async #exchange(worker: Worker, input: TransformInput): Promise<TransformResult> {
    const ended = new AbortController()
    const timer = setTimeout(() => ended.abort(), MAX_RUN_MS)
    const onExit = (): void => ended.abort()
    worker.once('exit', onExit)
    try {
      const answered = once(worker, 'message', { signal: ended.signal })
      worker.postMessage(input, [])
      const [result] = (await answered) as [TransformResult]
      return result
    } catch (error) {
      await this.stop()
      const isHung = error instanceof Error && error.name === 'AbortError'
      const why = isHung ? `takes more than ${MAX_RUN_MS / 1_000} seconds` : 'made the interpreter fail'
      return { kind: 'failed', message: `the transform ${why}`, line: null, column: null }
    } finally {
      clearTimeout(timer)
      worker.off('exit', onExit)
    }
  }
}
