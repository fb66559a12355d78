import type { Connection, Database, DatabaseError, Transaction } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { migrate } from '../../database/migrate.ts'

/** No table is waited for longer than this: all writers queue behind whoever waits for a lock on it. */
const LOCK_TIMEOUT_MS = 100
/** Migrations lock nothing of the CRM, and may meet those of another database of the server, whose roles they share. */
const MIGRATION_LOCK_TIMEOUT_MS = 3_000

/** What `rehearse` has prepared. */
export interface Rehearsal {
  connection: Connection
  /** Why capture cannot be rehearsed; undefined: the schemas of the program are there. */
  obstacle: string | undefined
}

export type Undone<T> = { result: T } | { error: DatabaseError }

/**
 * Runs `work` in a transaction that is rolled back. If the program was never installed, its schemas exist in this
 * transaction only.
 * @param pending the migrations that the database lacks
 */
export async function rehearse<T>(
  database: Database,
  { isInstalled, pending }: { isInstalled: boolean; pending: readonly string[] },
  work: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  const end = new Error('the rehearsal is over')
  let done: { result: T } | undefined
  try {
    await database.transaction(async (connection) => {
      const obstacle = isInstalled ? explainPending(pending) : await migrateWithin(database, connection)
      await connection.execute(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
      done = { result: await work({ connection, obstacle }) }
      throw end
    })
  } catch (error) {
    if (error !== end) throw error
  }
  return done!.result
}

/** Migrations of tables in use would lock them until the end of the rehearsal. */
function explainPending(pending: readonly string[]): string | undefined {
  if (pending.length === 0) return undefined
  return `the installed schemas are of another version of the program; run migrate first (${pending.join(', ')})`
}

async function migrateWithin(database: Database, connection: Transaction): Promise<string | undefined> {
  const within: Database = {
    ...database,
    query: connection.query,
    execute: connection.execute,
    transaction: async (work) => await work(connection),
  }
  await connection.execute(`set local lock_timeout = ${MIGRATION_LOCK_TIMEOUT_MS}`)
  const error = await attempt(connection, () => migrate(within, ['core', 'attached']))
  return error && `the schemas of the program cannot be created: ${error.message}`
}

/** Runs `work`, and undoes it if the database refuses it. */
async function attempt(
  connection: Connection,
  work: () => Promise<unknown>,
): Promise<DatabaseError | undefined> {
  await connection.execute('savepoint attempt')
  try {
    await work()
    await connection.execute('release savepoint attempt')
    return undefined
  } catch (error) {
    if (!isDatabaseError(error)) throw error
    await connection.execute('rollback to savepoint attempt; release savepoint attempt')
    return error
  }
}

/** Runs `work` and undoes what it did, which also gives back its locks. */
export async function undo<T>(connection: Connection, work: () => Promise<T>): Promise<Undone<T>> {
  await connection.execute('savepoint undone')
  let undone: Undone<T>
  try {
    undone = { result: await work() }
  } catch (error) {
    if (!isDatabaseError(error)) throw error
    undone = { error }
  }
  await connection.execute('rollback to savepoint undone; release savepoint undone')
  return undone
}

/** Says why a table could not be looked at. */
export function explain({ code, message }: DatabaseError): string {
  if (code === '55P03')
    return `the table is locked by others for longer than ${LOCK_TIMEOUT_MS} ms; try again later`
  if (code === '57014') return 'it took too long'
  return message
}
