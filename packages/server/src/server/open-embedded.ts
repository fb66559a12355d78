import { statfsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { MIN_BYTES_TO_START, freeBytes, inMib } from '../database/disk-space.ts'
import { openPglite } from '../database/pglite.ts'
import { StartError, messageOf } from '../domain/errors.ts'

/** Reports problems with the files or their folder in plain words: the database itself only says "Aborted()". */
export async function openEmbedded(dataDir: string, log: Logger): Promise<Database> {
  const folder = `${dataDir}/database`
  const free = await freeBytes(dataDir)
  if (free < MIN_BYTES_TO_START)
    throw new Error(
      `The disk of ${folder}, the embedded database, has ${inMib(free)} free, but starting requires ${inMib(MIN_BYTES_TO_START)}. ` +
        'Free some space and start again.',
    )
  try {
    return await openPglite(folder, undefined, (error) => exitAfterDatabaseFailure(dataDir, error, log))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ENOSPC' || /ENOSPC|no space left/i.test(messageOf(error)))
      throw new Error(
        `The disk of ${folder}, the embedded database, is full. Free some space and start again.`,
        {
          cause: error,
        },
      )
    throw new StartError(
      `DATA_DIR: the embedded database in ${folder} cannot be opened. Its files are damaged, incomplete or not readable by this user. ` +
        `Restore a backup of that folder, or move it away (mv ${folder} ${folder}.damaged) to start with an empty database; ` +
        `keep the key files next to it. Cause: ${messageOf(error)}`.replace(
          / ?Build with -sASSERTIONS.*/s,
          '',
        ),
    )
  }
}

/**
 * A failed embedded database cannot be opened again in this process; its committed data is in its files. Exits at once,
 * before dependent errors follow: the cause must be the last line of the log.
 */
function exitAfterDatabaseFailure(folder: string, error: Error, log: Logger): never {
  const { bavail, bsize } = statfsSync(folder)
  const isFull = bavail * bsize < MIN_BYTES_TO_START
  log.fatal(
    { folder, freeBytes: bavail * bsize, error: error.message },
    `the embedded database has stopped${isFull ? ': the disk is full, free some space' : ''}; exiting with 1 so that it can be restarted`,
  )
  process.exit(1)
}
