import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StartError, messageOf } from '../domain/errors.ts'
import type { FolderLock } from './folder-lock.ts'
import { lockFolder } from './folder-lock.ts'

export interface DataDir {
  /** Absolute path. */
  path: string
  /** Locks the folder for this process; the embedded database has no lock of its own. */
  lock(): Promise<void>
  unlock(): Promise<void>
  hasKey(name: string): boolean
  /** Reads a key file. The first call creates it with `generate`, readable only by its owner. */
  readKey(name: string, generate: () => string, isValid: (key: string) => boolean): string
}

/** Opens the folder of the embedded database and of the generated keys, and creates it if needed. */
export function openDataDir(path: string): DataDir {
  const absolute = resolve(path)
  try {
    mkdirSync(absolute, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StartError(
      `DATA_DIR: cannot create the folder ${absolute}: ${messageOf(error)}. Choose a writable folder.`,
    )
  }
  let lock: FolderLock | undefined
  return {
    path: absolute,
    lock: async () => {
      lock = await lockFolder(absolute)
    },
    unlock: async () => {
      await lock?.release()
    },
    hasKey: (name) => existsSync(join(absolute, name)),
    readKey: (name, generate, isValid) => readOrCreate(join(absolute, name), generate, isValid),
  }
}

export const generateServiceKey = (): string => `cgs_${randomBytes(24).toString('base64url')}`
export const generateEncryptionKey = (): string => randomBytes(32).toString('base64')

/**
 * The file is written under another name, then linked: it is either complete or missing, even when two processes start
 * at once.
 */
function readOrCreate(path: string, generate: () => string, isValid: (key: string) => boolean): string {
  const draft = `${path}.${process.pid}`
  try {
    if (!existsSync(path)) {
      writeFileSync(draft, `${generate()}\n`, { mode: 0o600, flush: true })
      linkSync(draft, path)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new StartError(`DATA_DIR: cannot write ${path}: ${messageOf(error)}.`)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  const key = readKeyFile(path)
  if (!isValid(key))
    throw new StartError(`DATA_DIR: ${path} does not contain a valid key. Restore the original key.`)
  return key
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new StartError(`DATA_DIR: cannot read ${path}: ${messageOf(error)}.`)
  }
}
