import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** What the thread answers: the bytes of the database's own protocol, one answer for each request, in their order. */
export interface PGliteThread {
  send(request: Uint8Array<ArrayBuffer>): void
  onAnswer(take: (answer: Uint8Array) => void): void
  /** The thread ended by itself, and with it the database. */
  onFault(take: (error: Error) => void): void
  /** Resolves when everything that was sent is done and the files are closed. */
  close(): Promise<void>
}

export interface PGliteFiles {
  /** Undefined keeps everything in memory. */
  dataDir: string | undefined
  /** What to begin with, instead of an empty database. */
  dump: Blob | undefined
}

/** Sent to the thread: close and end. */
export const CLOSE = 'close'

// Beside this file under whichever ending it has: sources run as they are, a package is compiled.
const PROGRAM = new URL(`./pglite-program${extname(import.meta.url)}`, import.meta.url)

/**
 * A thread with a PGlite in it, ready for requests. PostgreSQL then has a processor of its own, as a server's would: a
 * statement does not hold up requests that are being sent, nor they the statement.
 */
export async function startPGliteThread(files: PGliteFiles): Promise<PGliteThread> {
  const worker = new Worker(PROGRAM, { workerData: files, execArgv: [] })
  await Promise.race([
    once(worker, 'message'),
    // Rejects on 'error' as well.
    once(worker, 'exit').then(([code]) => {
      throw new Error(`the embedded database ended as it began (${code})`)
    }),
  ])
  // Alive for as long as it owes an answer: whoever waits for one is not left behind by the end of the process.
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
    onAnswer(take) {
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
        if (!isClosing && !isTold) take(new Error(`the embedded database has ended (${code})`))
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
