import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** The thread of the embedded database. Replies are in the wire protocol, one for each request, in order. */
export interface PGliteThread {
  send(request: Uint8Array<ArrayBuffer>): void
  onReply(take: (answer: Uint8Array) => void): void
  /** Called when the thread ends unexpectedly, and the database with it. */
  onFault(take: (error: Error) => void): void
  /** Resolves when all requests are done and the files are closed. */
  close(): Promise<void>
}

export interface PGliteFiles {
  /** Undefined keeps everything in memory. */
  dataDir: string | undefined
  /** Initial content, instead of an empty database. */
  dump: Blob | undefined
}

/** Sent to the thread to make it close and end. */
export const CLOSE = 'close'

/** Requests and replies live briefly. By default they would fill 50 MiB before they are collected. */
const MAX_YOUNG_MIB = 8

// The program has the extension of this file: `.ts` when sources run directly, `.js` in a compiled package.
const PROGRAM = new URL(`./pglite-program${extname(import.meta.url)}`, import.meta.url)

/**
 * Starts a thread with a PGlite in it. PostgreSQL then has a processor of its own, as on a server: statements and
 * outgoing requests do not block each other.
 */
export async function startPGliteThread(files: PGliteFiles): Promise<PGliteThread> {
  const worker = new Worker(PROGRAM, {
    workerData: files,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: MAX_YOUNG_MIB },
  })
  await Promise.race([
    once(worker, 'message'),
    // Rejects on 'error' as well.
    once(worker, 'exit').then(([code]) => {
      throw new Error(`the embedded database stopped while starting (${code})`)
    }),
  ])
  // Replies outstanding. The thread keeps the process alive until all have arrived.
  let owed = 0
  let isClosing = false
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.unref()
  return {
    send(request) {
      if (owed === 0) worker.ref()
      owed += 1
      worker.postMessage(request, [request.buffer])
    },
    onReply(take) {
      worker.on('message', (answer: Uint8Array) => {
        owed -= 1
        if (owed === 0) worker.unref()
        take(answer)
      })
    },
    onFault(take) {
      let isTold = false
      worker.on('error', (error: Error) => {
        isTold = true
        take(error)
      })
      worker.on('exit', (code) => {
        if (!isClosing && !isTold) take(new Error(`the embedded database has stopped (${code})`))
      })
    },
    async close() {
      isClosing = true
      worker.ref()
      worker.postMessage(CLOSE, [])
      await exited
    },
  }
}
