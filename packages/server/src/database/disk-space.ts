import { statfs } from 'node:fs/promises'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import { within } from '../loops/loop.ts'

const MIB = 1024 * 1024
/** A file of the embedded database's write-ahead log (16 MiB), and what the start itself writes. */
export const MIN_BYTES_TO_START = 20 * MIB
/** Room for two such files, and for the outcomes of what is under way. */
const MIN_BYTES_TO_WRITE = 48 * MIB
/** Somebody should free some before writes are refused. */
const LOW = { bytes: 1024 * MIB, share: 0.05 }
/** How long a look is good for. */
const LOOK_MS = 100
/** A folder on a network may not answer. */
const LOOK_TIMEOUT_MS = 1_000
const LOOK_INTERVAL_MS = 5_000

/** In bytes. */
export interface Room {
  free: number
  size: number
}

export interface DiskSpace {
  /** How much there is; undefined: it is not a disk of ours, or cannot be read. */
  room(): Promise<Room | undefined>
  /** Why nothing more may be written; undefined: there is room. */
  shortage(): Promise<string | undefined>
  close(): void
}

/** For a database that is not on a disk of ours. */
export const AMPLE_SPACE: DiskSpace = {
  room: async () => undefined,
  shortage: async () => undefined,
  close: () => {},
}

/** Watches how much is free where `folder` is, and logs when it becomes too little and when there is room again. */
export function watchDiskSpace(folder: string, log: Logger): DiskSpace {
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<Room | undefined> = Promise.resolve(undefined)
  let isShort = false

  async function look(): Promise<Room | undefined> {
    const found = await within(LOOK_TIMEOUT_MS, readRoom(folder))
    if (found === undefined) return undefined
    const wasShort = isShort
    isShort = found.free < MIN_BYTES_TO_WRITE
    if (isShort && !wasShort)
      log.error(
        { folder, freeBytes: found.free },
        'the disk is nearly full: writes are refused; free some space',
      )
    if (wasShort && !isShort)
      log.info({ folder, freeBytes: found.free }, 'the disk has room again: writes are accepted')
    return found
  }

  function room(): Promise<Room | undefined> {
    if (performance.now() - lookedAt >= LOOK_MS) {
      lookedAt = performance.now()
      looking = look().catch((error: unknown) => {
        log.warn({ folder, error: messageOf(error) }, 'the free space of the disk cannot be read')
        return undefined
      })
    }
    return looking
  }

  async function shortage(): Promise<string | undefined> {
    const { free = Number.POSITIVE_INFINITY } = (await room()) ?? {}
    return free < MIN_BYTES_TO_WRITE
      ? `the disk has ${inMib(free)} free, and writing needs ${inMib(MIN_BYTES_TO_WRITE)}`
      : undefined
  }

  const timer = setInterval(() => void room(), LOOK_INTERVAL_MS).unref()
  return { room, shortage, close: () => clearInterval(timer) }
}

export const isLow = ({ free, size }: Room): boolean => free < LOW.bytes || free < LOW.share * size

async function readRoom(folder: string): Promise<Room> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { free: bavail * bsize, size: blocks * bsize }
}

export const freeBytes = async (folder: string): Promise<number> => (await readRoom(folder)).free

export const inMib = (bytes: number): string => `${Math.floor(bytes / MIB)} MiB`
