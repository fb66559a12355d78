import { InvalidArgumentError, Option } from 'commander'
import { requireDatabaseUrl } from '../settings/urls.ts'
import { BusyTableError } from '../capture/with-short-locks.ts'
import type { Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'
import { openPostgres } from '../database/postgres.ts'
import { requireSessions } from '../database/require-sessions.ts'
import { parseDuration } from '../settings/duration.ts'
import { StartError, messageOf } from '../domain/errors.ts'
import { FAILED } from './exit-codes.ts'

export function databaseUrlOption(): Option {
  return new Option('--database-url <url>', 'the CRM’s PostgreSQL (default: DATABASE_URL)')
}

/** Milliseconds. */
export function patienceOption(): Option {
  return new Option('--patience <time>', 'how long to retry a table that is in use, every 100 ms')
    .default(30_000, '30s')
    .argParser((text) => {
      const patience = parseDuration(text)
      if (patience === undefined)
        throw new InvalidArgumentError('Must be a duration, such as --patience 30s.')
      return patience
    })
}

/**
 * Works on another application's database. Prints its errors unchanged, and exits with 1.
 * @throws StartError if the URL is missing or invalid
 */
export async function withDatabase(
  url: string | undefined,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const address = readUrl(url)
  const database = openPostgres({ url: address, poolSize: 1 })
  try {
    await requireSessions(address)
    await work(database)
  } catch (error) {
    if (error instanceof StartError) throw error
    process.stderr.write(`${explainDatabaseError(error)}\n`)
    process.exitCode = FAILED
  } finally {
    await database.close()
  }
}

function readUrl(url = ''): string {
  try {
    return requireDatabaseUrl(url)
  } catch (error) {
    throw new StartError(`--database-url: ${messageOf(error)}`)
  }
}

function explainDatabaseError(error: unknown): string {
  if (error instanceof BusyTableError) return error.message
  if (!isDatabaseError(error)) return `Cannot reach the database: ${messageOf(error)}`
  const rights =
    error.code === '42501' ? ' See docs/installing.md for the rights that the role requires.' : ''
  return `The database rejected the command: ${error.message} (${error.code}).${rights}`
}
