import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { StartError } from '../domain/errors.ts'

const LOCK = 'connectgain.lock'
/** Maximum length of a socket address. */
const MAX_ADDRESS_LENGTH = 100
const MAX_TRIES = 3

export interface FolderLock {
  release(): Promise<void>
}

/**
 * Locks a folder for this process: a socket in it that accepts connections is a held lock.
 *
 * The kernel closes the socket with its process, even after a SIGKILL, so no stale lock remains. It works between
 * containers that share the folder, where process ids mean nothing, but not between machines on a network share.
 *
 * @throws StartError if another process holds the lock
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const { address, release } = socketAddress(folder)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const server = await listen(address)
      return {
        async release() {
          await new Promise((resolve) => server.close(resolve))
          release()
        },
      }
    } catch (error) {
      const owner = await askOwner(address)
      if (owner !== undefined) throw inUse(folder, owner)
      if (attempt === MAX_TRIES)
        throw new StartError(`DATA_DIR: ${folder} cannot be locked: ${String(error)}`)
      // Nothing accepts connections: the process that created the socket has ended.
      rmSync(join(folder, LOCK), { force: true, recursive: true })
    }
  }
}

function inUse(folder: string, owner: string): StartError {
  return new StartError(
    `DATA_DIR: ${folder} is in use by process ${owner}. ` +
      'Stop that process, or set DATA_DIR to another folder. Several nodes require DATABASE_URL.',
  )
}

/** On Linux, a long path is shortened through an open directory. */
function socketAddress(folder: string): { address: string; release: () => void } {
  const path = join(folder, LOCK)
  if (process.platform === 'win32') {
    return { address: `\\\\?\\pipe\\${path.replaceAll(/[\\/:]/g, '-')}`, release: () => {} }
  }
  if (path.length <= MAX_ADDRESS_LENGTH || !existsSync('/proc/self/fd'))
    return { address: path, release: () => {} }
  const descriptor = openSync(folder, 'r')
  return { address: `/proc/self/fd/${descriptor}/${LOCK}`, release: () => closeSync(descriptor) }
}

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)))
    server.once('error', reject)
    server.listen(address, () => resolve(server.unref()))
  })
}

/** Asks the holder of the lock to identify its process; undefined if there is no holder. */
function askOwner(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = ''
    connect(address)
      .setEncoding('utf8')
      .on('data', (text: string) => {
        answer += text
      })
      .on('end', () => resolve(answer))
      .on('error', () => resolve(undefined))
  })
}
