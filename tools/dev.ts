import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { watch } from 'node:fs'

/**
 * `npm run dev`: the server, started again when one of its files changes, and the page, which Vite reloads and whose requests it
 * passes on to the server. Settings are those of `npm start`.
 *
 * Not `node --watch`: it has every thread of a program report its imports to the main one, and the thread of the embedded
 * database would get them as answers.
 */
const PORT = process.env['PORT'] ?? '4600'
const SERVER_FOLDER = 'packages/server'
/** Editors write several files, or one in several steps. */
const SETTLE_MS = 200

let isStopping = false
let server = startServer()
const page = start('npm', ['run', '--silent', 'dev', '-w', 'packages/web'])
page.once('exit', () => stop('SIGTERM'))

let settling: NodeJS.Timeout | undefined
for (const folder of ['src', 'migrations']) {
  watch(`${SERVER_FOLDER}/${folder}`, { recursive: true }, (_, file) => {
    if (file === null || !/\.(?:ts|sql|css)$/.test(file) || file.endsWith('.test.ts')) return
    clearTimeout(settling)
    settling = setTimeout(restart, SETTLE_MS, file)
  })
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal))

function startServer(): ChildProcess {
  return start(process.execPath, [`${SERVER_FOLDER}/src/main.ts`])
}

function start(command: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, PORT, API_URL: `http://localhost:${PORT}` }
  return spawn(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' })
}

/** A server that has ended, for an error in its sources, is started as well. */
function restart(file: string): void {
  process.stdout.write(`${file} has changed: restarting\n`)
  const startAgain = (): void => {
    if (!isStopping) server = startServer()
  }
  if (server.exitCode !== null || server.signalCode !== null) return startAgain()
  // Another change while it stops must not start a second one.
  if (server.listenerCount('exit') === 0) server.once('exit', startAgain)
  server.kill('SIGTERM')
}

function stop(signal: NodeJS.Signals): void {
  if (isStopping) return
  isStopping = true
  for (const child of [server, page]) child.kill(signal)
  const ends = [server, page].filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  void Promise.all(ends.map((child) => new Promise((resolve) => child.once('exit', resolve)))).then(() =>
    process.exit(),
  )
}
