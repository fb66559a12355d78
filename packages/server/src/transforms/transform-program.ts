import { parentPort } from 'node:worker_threads'
import { startInterpreter } from './interpreter.ts'
import type { TransformInput } from './run-source.ts'
import { runSource } from './run-source.ts'

// The thread in which transforms run: one message in, one message out. It ends when its interpreter is broken, and the next
// transform starts another one. See transform-thread.ts.
const quickJs = await startInterpreter()
let isBroken = false
parentPort!.on('message', (input: TransformInput) => {
  const result = runSource(quickJs, input, () => (isBroken = true))
  parentPort!.postMessage(result, [])
  if (isBroken) parentPort!.close()
})
parentPort!.postMessage('ready', [])
