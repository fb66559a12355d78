import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StartError, messageOf } from './errors.ts'

const LOCK_FILE = 'connectgain.lock'

export interface DataDir {
  /** Absolute. */
  path: string
  /** Takes the folder for this process alone; the embedded database has no lock of its own. */
  lock(): void
  unlock(): void
  /** The content of a key file, made with `generate` (and readable by its owner alone) the first time. */
  readKey(name: string, generate: () => string): string
}

/** Opens, and where needed makes, the folder of the embedded database and the generated keys. */
export function openDataDir(path: string): DataDir {
  const absolute = resolve(path)
  try {
    mkdirSync(absolute, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StartError(
      `DATA_DIR: cannot make the folder ${absolute}: ${messageOf(error)}. Name one that can be written.`,
    )
  }
  const lockPath = join(absolute, LOCK_FILE)
  return {
    path: absolute,
    lock: () => takeLock(lockPath, absolute),
    unlock: () => rmSync(lockPath, { force: true }),
    readKey: (name, generate) => readOrMake(join(absolute, name), generate),
  }
}

export const generateServiceKey = (): string => `cgs_${randomBytes(24).toString('base64url')}`
export const generateEncryptionKey = (): string => randomBytes(32).toString('base64')

function readOrMake(path: string, generate: () => string): string {
  try {
    writeFileSync(path, `${generate()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new StartError(`DATA_DIR: cannot write ${path}: ${messageOf(error)}.`)
    }
  }
  return readFileSync(path, 'utf8').trim()
}

interface Owner {
  pid: number
  born: string
}

/** Survives a SIGKILL of its owner: a lock whose process is gone, or whose pid is another process by now, is stale. */
function takeLock(path: string, dataDir: string): void {
  const owner = readOwner(path)
  if (owner !== undefined && owner.pid !== process.pid && bornOf(owner.pid) === owner.born) {
    throw new StartError(
      `DATA_DIR: ${dataDir} is in use by process ${owner.pid}. ` +
        'Stop that one, or set DATA_DIR to another folder. Several nodes need DATABASE_URL.',
    )
  }
  rmSync(path, { force: true })
  const self: Owner = { pid: process.pid, born: bornOf(process.pid) ?? '' }
  try {
    writeFileSync(path, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
  } catch {
    throw new StartError(
      `DATA_DIR: ${dataDir} is being taken by another process just now. Start one at a time.`,
    )
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>
    return typeof owner.pid === 'number' && typeof owner.born === 'string'
      ? { pid: owner.pid, born: owner.born }
      : undefined
  } catch {
    return undefined
  }
}

/** When the process started, in kernel ticks where /proc tells; '' for a live process elsewhere; undefined: no such process. */
function bornOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in brackets, which may hold spaces; the state follows, the start time is the 22nd.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : fields[18]
  } catch {
    try {
      process.kill(pid, 0)
      return ''
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined
    }
  }
}
