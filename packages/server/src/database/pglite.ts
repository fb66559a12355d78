import { Client, escapeIdentifier } from 'pg'
import type { ClientConfig, Notification } from 'pg'
import type { Database } from './database.ts'
import { PGliteConnection } from './pglite-connection.ts'
import { startPGliteThread } from './pglite-thread.ts'
import { types } from './postgres.ts'
import { connect } from './run-statement.ts'
import { inTransaction } from './transaction.ts'
import { createTurns } from './turns.ts'

/**
 * Opens PostgreSQL inside this process, in a thread of its own. There is one connection: transactions wait for each
 * other.
 *
 * @param dataDir undefined keeps everything in memory
 * @param dump initial content, instead of an empty database
 * @param onFault called when the database ends unexpectedly; it cannot be restarted in this process
 */
export async function openPglite(
  dataDir?: string,
  dump?: Blob,
  onFault?: (error: Error) => void,
): Promise<Database> {
  const thread = await startPGliteThread({ dataDir, dump })
  if (onFault !== undefined) thread.onFault(onFault)
  const connection = new PGliteConnection(thread)
  const client = new Client({ connection, types } as unknown as ClientConfig)
  // Pending statements are rejected, and `onFault` reports the failure.
  client.on('error', () => {})
  await client.connect()
  // Like the pipeline's connections on a server: a plan made while a table was empty must not scan it when it is full.
  await client.query('set enable_seqscan = off')
  const alone = connect(client)
  const takeTurn = createTurns()
  return {
    engine: 'pglite',
    query: (statement, params) => takeTurn(() => alone.query(statement, params)),
    execute: (script) => takeTurn(() => alone.execute(script)),
    transaction: (work) => takeTurn(() => inTransaction(client, work)),
    listen: async (channel, onNotify) => {
      const receive = ({ channel: notified, payload }: Notification): void => {
        if (notified === channel) onNotify(payload ?? '')
      }
      client.on('notification', receive)
      await takeTurn(() => alone.execute(`listen ${escapeIdentifier(channel)}`))
      return async () => {
        client.off('notification', receive)
        await takeTurn(() => alone.execute(`unlisten ${escapeIdentifier(channel)}`))
      }
    },
    close: async () => {
      await takeTurn(() => client.end())
      await thread.close()
    },
  }
}
