import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { COMPILE_CACHE } from './compile-cache.ts'
import { noteSecret, noteWritten } from './witness/notebook.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/connectgain-webhooks.js', import.meta.url))
/** Of util-linux: runs a command in a pseudo-terminal of its own. */
export const SCRIPT = '/usr/bin/script'

export const HAS_TERMINAL = existsSync(SCRIPT)

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCommand {
  child: ChildProcess
  /** What it has printed so far, on both streams. */
  output(): string
  done: Promise<CommandResult>
}

/** Starts the command line as its users do, its output in a pipe. */
export function startCommand(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  return start(process.execPath, [PROGRAM, ...args], env)
}

/** Runs it to its end, without a database of ours in its environment. */
export async function runCommand(...args: string[]): Promise<CommandResult> {
  return await startCommand(args, { DATABASE_URL: '' }).done
}

/** The same in a pseudo-terminal, where both streams are one. */
export function startInTerminal(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  const quoted = [process.execPath, PROGRAM, ...args].map((each) => `'${each.replaceAll("'", `'\\''`)}'`)
  return start(SCRIPT, ['-qec', quoted.join(' '), '/dev/null'], { TERM: 'xterm', ...env })
}

/** Any program, in a folder of its own. */
export function startIn(
  cwd: string,
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): RunningCommand {
  return start(file, args, env, cwd)
}

function start(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = process.cwd(),
): RunningCommand {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env
  const child = spawn(file, args, {
    cwd,
    env: { ...inherited, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (printed[stream] += text))
  }
  const done = new Promise<CommandResult>((resolve) => {
    child.once('close', (code) => resolve({ code, ...printed }))
  })
  noteSecret(env['CONNECTGAIN_KEY'])
  void done.then(({ stdout, stderr }) => noteOutput(args, stdout + stderr))
  return { child, output: () => printed.stdout + printed.stderr, done }
}

/** What is made by a command is shown by it, once. */
const MADE = /(?:cgw_|whsec_)[\w+/=-]{20,}/g

function noteOutput(args: readonly string[], output: string): void {
  const makes = args.some((each) => each === 'create')
  if (makes) for (const [secret] of output.matchAll(MADE)) noteSecret(secret)
  noteWritten(`what "${args.join(' ')}" printed`, makes ? output.replaceAll(MADE, '') : output)
}
