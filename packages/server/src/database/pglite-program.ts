import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import type { PGliteFiles } from './pglite-thread.ts'
import { CLOSE } from './pglite-thread.ts'

/** Entry point of the thread that pglite-thread.ts starts: requests in, replies out, both in the wire protocol. */

/** A quarter of the default: these pages count as memory of this process, and the system caches the files as well. */
const SETTINGS = ['-c', 'shared_buffers=32MB']

const port = parentPort!
const { dataDir, dump } = workerData as PGliteFiles
const pglite = await PGlite.create({
  ...(dataDir === undefined ? {} : { dataDir }),
  ...(dump === undefined ? {} : { loadDataDir: dump }),
  relaxedDurability: false,
  startParams: [...PGlite.defaultStartParams, ...SETTINGS],
})

/*
 * Opening leaves 300 MiB of garbage: a second PostgreSQL that created the files, and their archive. V8 counts it as outside of its
 * heap and does not collect it for minutes.
 */
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
collectGarbage()

async function reply(request: Uint8Array): Promise<void> {
  const bytes = (await pglite.execProtocolRaw(request)) as Uint8Array<ArrayBuffer>
  // A panic cuts the reply off, for example when the disk has no space for the next file of the write-ahead log.
  if (!isComplete(bytes)) throw new Error('the embedded database stopped in the middle of a statement')
  port.postMessage(bytes, [bytes.buffer])
}

/** Tests if the reply ends with ReadyForQuery: `Z`, a length of 5, and a status. */
function isComplete(bytes: Uint8Array): boolean {
  return bytes.at(-6) === 0x5a && bytes.at(-2) === 5
}

let last = Promise.resolve()
port.on('message', (message: Uint8Array | typeof CLOSE) => {
  if (message !== CLOSE) last = last.then(() => reply(message))
  else void last.then(() => pglite.close()).finally(() => port.close())
})
port.postMessage('ready')
