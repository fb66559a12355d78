import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * `npm start` runs this program below a shell: npm → sh → node. A SIGTERM to npm ends npm and the shell, which passes nothing
 * on, and a SIGKILL of npm ends npm alone. Either way no signal arrives here, so the way to learn of it is to look.
 */

interface Ancestor {
  pid: number
  parent: number
}

interface ProcessFacts {
  parent: number
  command: string
}

/** npm, its shell and two programs between is more than any script of ours has. */
const MAX_ANCESTORS = 4
const CHECK_INTERVAL_MS = 500
const OWN_PROGRAM = /connectgain-webhooks|packages\/server\/src\/main\.ts/

/**
 * Remembers who started this process, as soon as it starts, and calls `onGone` once when one of them has ended.
 *
 * It does so only where a package manager's script runs this very program: whoever starts it in another way, in the
 * background of a script too, may leave and have it go on.
 *
 * @returns starts looking
 */
export function rememberNpm(environment: NodeJS.ProcessEnv = process.env): (onGone: () => void) => void {
  const script = environment['npm_lifecycle_script'] ?? ''
  const isForeground = OWN_PROGRAM.test(script) && !/&\s*$/.test(script)
  const ancestors = isForeground ? findAncestors(script, environment['npm_execpath']) : []
  return (onGone) => {
    if (ancestors.length === 0) return
    const timer = setInterval(() => {
      if (ancestors.every(isThere)) return
      clearInterval(timer)
      onGone()
    }, CHECK_INTERVAL_MS)
    // Alone it is no reason to stay alive.
    timer.unref()
  }
}

/** Up to npm itself, or to the first one whose command line is not that of the script. */
function findAncestors(script: string, npm: string | undefined): Ancestor[] {
  const found: Ancestor[] = []
  let pid = process.ppid
  while (found.length < MAX_ANCESTORS && pid > 1) {
    const facts = readProcess(pid)
    found.push({ pid, parent: facts?.parent ?? 0 })
    if (facts === undefined || isNpm(facts.command, npm) || !facts.command.includes(script)) break
    pid = facts.parent
  }
  return found
}

/** `npm exec connectgain-webhooks serve` has the script in its own name. */
function isNpm(command: string, npm: string | undefined): boolean {
  return /^(?:npm|npx|pnpm|yarn)\b/.test(command) || (npm !== undefined && command.includes(npm))
}

function isThere({ pid, parent }: Ancestor, index: number): boolean {
  // Whose parent has ended is given another one.
  if (index === 0 && process.ppid !== pid) return false
  if (process.platform === 'linux') {
    const now = readProcFolder(pid)
    // Without /proc there is nothing to compare with. A zombie has lost its command line, and its children have moved.
    if (parent !== 0) return now?.parent === parent && now.command !== ''
  }
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readProcess(pid: number): ProcessFacts | undefined {
  if (process.platform === 'linux') return readProcFolder(pid)
  if (process.platform === 'win32') return undefined
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 2_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [, parent, command = ''] = /^\s*(\d+)\s+(.*)$/m.exec(line) ?? []
    return parent === undefined ? undefined : { parent: Number(parent), command }
  } catch {
    return undefined
  }
}

function readProcFolder(pid: number): ProcessFacts | undefined {
  try {
    // `pid (name) state ppid …`; the name may hold anything, a parenthesis too.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { parent: Number(parent), command }
  } catch {
    return undefined
  }
}
