import type { Said } from '../domain/messages/phrase.ts'
import { phrase } from '../domain/messages/phrase.ts'
import { statfs } from 'node:fs/promises'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import { within } from '../loops/loop.ts'

const MIB = 1024 * 1024
/** One file of the embedded database's write-ahead log (16 MiB), plus the writes of the start. */
export const MIN_BYTES_TO_START = 20 * MIB
/** Space for two such files, and for the outcomes of attempts in progress. */
const MIN_BYTES_TO_WRITE = 48 * MIB
/** Below this, the disk is low: free space before writes are refused. */
const LOW = { bytes: 1024 * MIB, share: 0.05 }
/** How long a reading stays valid. */
const CACHE_MS = 100
/** A network folder may not answer. */
const CHECK_TIMEOUT_MS = 1_000
const CHECK_INTERVAL_MS = 5_000

/** In bytes. */
export interface FreeSpace {
  free: number
  size: number
}

export interface DiskSpace {
  /** Returns the space of the disk; undefined when the database is not on a local disk, or the disk cannot be read. */
  readSpace(): Promise<FreeSpace | undefined>
  /** Returns the reason to refuse writes; undefined while there is space. */
  shortage(): Promise<Said | undefined>
  close(): void
}

/** For a database that is not on a local disk. */
export const UNLIMITED_SPACE: DiskSpace = {
  readSpace: async () => undefined,
  shortage: async () => undefined,
  close: () => {},
}

/** Watches the free space of the disk that holds `folder`, and logs when it runs short and when it recovers. */
export function watchDiskSpace(folder: string, log: Logger): DiskSpace {
  let checkedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<FreeSpace | undefined> = Promise.resolve(undefined)
  let isShort = false

  async function check(): Promise<FreeSpace | undefined> {
    const found = await within(CHECK_TIMEOUT_MS, readFreeSpace(folder))
    if (found === undefined) return undefined
    const wasShort = isShort
    isShort = found.free < MIN_BYTES_TO_WRITE
    if (isShort && !wasShort)
      log.error(
        { folder, freeBytes: found.free },
        'the disk is nearly full: writes are rejected until space is freed',
      )
    if (wasShort && !isShort)
      log.info({ folder, freeBytes: found.free }, 'the disk has free space again: writes are accepted')
    return found
  }

  function readSpace(): Promise<FreeSpace | undefined> {
    if (performance.now() - checkedAt >= CACHE_MS) {
      checkedAt = performance.now()
      checking = check().catch((error: unknown) => {
        log.warn({ folder, error: messageOf(error) }, 'cannot read the free space of the disk')
        return undefined
      })
    }
    return checking
  }

  async function shortage(): Promise<Said | undefined> {
    const { free = Number.POSITIVE_INFINITY } = (await readSpace()) ?? {}
    return free < MIN_BYTES_TO_WRITE
      ? phrase('limit.disk', { free: inMib(free), needed: inMib(MIN_BYTES_TO_WRITE) })
      : undefined
  }

  const timer = setInterval(() => void readSpace(), CHECK_INTERVAL_MS).unref()
  return { readSpace, shortage, close: () => clearInterval(timer) }
}

export const isLow = ({ free, size }: FreeSpace): boolean => free < LOW.bytes || free < LOW.share * size

async function readFreeSpace(folder: string): Promise<FreeSpace> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { free: bavail * bsize, size: blocks * bsize }
}

export const freeBytes = async (folder: string): Promise<number> => (await readFreeSpace(folder)).free

export const inMib = (bytes: number): string => `${Math.floor(bytes / MIB)} MiB`
