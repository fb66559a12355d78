import { statfs } from 'node:fs/promises'
import type { Logger } from 'pino'
import { messageOf } from './errors.ts'
import { within } from './lifecycle.ts'

const MIB = 1024 * 1024
/** A file of the embedded database's write-ahead log (16 MiB), and what the start itself writes. */
export const MIN_BYTES_TO_START = 20 * MIB
/** Room for two such files, and for the outcomes of what is under way. */
const MIN_BYTES_TO_WRITE = 48 * MIB
/** How long a look is good for. */
const LOOK_MS = 100
/** A folder on a network may not answer. */
const LOOK_TIMEOUT_MS = 1_000
const LOOK_INTERVAL_MS = 5_000

export interface DiskSpace {
  /** Why nothing more may be written; undefined: there is room. */
  shortage(): Promise<string | undefined>
  close(): void
}

/** For a database that is not on a disk of ours. */
export const AMPLE_SPACE: DiskSpace = { shortage: async () => undefined, close: () => {} }

/** Watches how much is free where `folder` is, and logs when it becomes too little and when there is room again. */
export function watchDiskSpace(folder: string, log: Logger): DiskSpace {
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<string | undefined> = Promise.resolve(undefined)
  let isShort = false

  async function look(): Promise<string | undefined> {
    const free = await within(LOOK_TIMEOUT_MS, freeBytes(folder))
    if (free === undefined) return undefined
    const wasShort = isShort
    isShort = free < MIN_BYTES_TO_WRITE
    if (isShort && !wasShort)
      log.error({ folder, freeBytes: free }, 'the disk is nearly full: writes are refused; free some space')
    if (wasShort && !isShort)
      log.info({ folder, freeBytes: free }, 'the disk has room again: writes are accepted')
    return isShort
      ? `the disk has ${inMib(free)} free, and writing needs ${inMib(MIN_BYTES_TO_WRITE)}`
      : undefined
  }

  function shortage(): Promise<string | undefined> {
    if (performance.now() - lookedAt >= LOOK_MS) {
      lookedAt = performance.now()
      looking = look().catch((error: unknown) => {
        log.warn({ folder, error: messageOf(error) }, 'the free space of the disk cannot be read')
        return undefined
      })
    }
    return looking
  }

  const timer = setInterval(() => void shortage(), LOOK_INTERVAL_MS).unref()
  return { shortage, close: () => clearInterval(timer) }
}

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

export const inMib = (bytes: number): string => `${Math.floor(bytes / MIB)} MiB`
