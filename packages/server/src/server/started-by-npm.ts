import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * `npm start` runs this program below a shell: npm → sh → node. A SIGTERM to npm ends npm and the shell, which does not
 * forward it, and a SIGKILL to npm ends npm alone. In both cases no signal arrives here, so this process has to poll
 * its ancestors.
 */

interface Ancestor {
  pid: number
  parent: number
}

interface ProcessFacts {
  parent: number
  command: string
}

/** More than any script needs: npm, its shell and two programs between. */
const MAX_ANCESTORS = 4
const CHECK_INTERVAL_MS = 500
const OWN_PROGRAM = /connectgain-webhooks|packages\/server\/src\/main\.ts/

/**
 * Remembers the ancestors of this process at its start, and calls `onGone` once when one of them has ended.
 *
 * Only applies if a package manager's script runs this program in the foreground. Started in any other way, the process
 * may outlive its parent.
 *
 * @returns a function that starts polling
 */
export function rememberNpmAncestors(
  environment: NodeJS.ProcessEnv = process.env,
): (onGone: () => void) => void {
  const script = environment['npm_lifecycle_script'] ?? ''
  const isForeground = OWN_PROGRAM.test(script) && !/&\s*$/.test(script)
  const ancestors = isForeground ? findAncestors(script, environment['npm_execpath']) : []
  return (onGone) => {
    if (ancestors.length === 0) return
    const timer = setInterval(() => {
      if (ancestors.every(isAlive)) return
      clearInterval(timer)
      onGone()
    }, CHECK_INTERVAL_MS)
    // This timer alone must not keep the process alive.
    timer.unref()
  }
}

/** Walks up to npm itself, or to the first process whose command line does not contain the script. */
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

/** The command line of `npm exec connectgain-webhooks serve` also contains the script. */
function isNpm(command: string, npm: string | undefined): boolean {
  return /^(?:npm|npx|pnpm|yarn)\b/.test(command) || (npm !== undefined && command.includes(npm))
}

function isAlive({ pid, parent }: Ancestor, index: number): boolean {
  // When the parent ends, the process gets another one.
  if (index === 0 && process.ppid !== pid) return false
  if (process.platform === 'linux') {
    const now = readProcFolder(pid)
    // Without /proc there is nothing to compare. A zombie has no command line, and its children have another parent.
    if (parent !== 0) return now?.parent === parent && now.command !== ''
  }
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process exists but belongs to another user.
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
    // `pid (name) state ppid …`; the name may contain any character, including parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { parent: Number(parent), command }
  } catch {
    return undefined
  }
}
