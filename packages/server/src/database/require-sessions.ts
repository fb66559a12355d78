import { Client, escapeIdentifier } from 'pg'
import { StartError, messageOf } from '../domain/errors.ts'
import { newToken } from '../domain/ids.ts'

const CONNECT_TIMEOUT_MS = 5_000
/** Far longer than a notification takes; only reached when none arrives. */
const NOTIFICATION_TIMEOUT_MS = 10_000

const describePooler = (setting: string): string =>
  `${setting} points to a connection pooler that does not keep sessions, such as PgBouncer with pool_mode = transaction or statement. ` +
  `LISTEN, settings of the session and prepared statements need them: set pool_mode = session for this database, or let ${setting} ` +
  'name PostgreSQL itself.'

/**
 * Listens on one connection and notifies on another. Behind a pooler in transaction mode the notification is lost: the
 * program would start and report ready, but not work.
 *
 * @param setting the one that names the database
 * @throws StartError
 */
export async function requireSessions(url: string, setting = 'DATABASE_URL'): Promise<void> {
  const pooled = describePooler(setting)
  const open = (): Client =>
    new Client({
      connectionString: url,
      application_name: 'connectgain-webhooks',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    })
  const [listener, notifier] = [open(), open()]
  // A lost connection also rejects the statement that waits on it.
  for (const client of [listener, notifier]) client.on('error', () => {})
  try {
    await Promise.all([listener.connect(), notifier.connect()])
    // Such a pooler usually shows at once: it lends the same connection to both clients.
    if ((await readBackendPid(listener)) === (await readBackendPid(notifier))) throw new StartError(pooled)
    const channel = escapeIdentifier(`webhooks_sessions_${newToken()}`)
    const notified = waitForNotification(listener)
    await listener.query(`listen ${channel}`)
    await notifier.query(`notify ${channel}`)
    if (!(await notified)) throw new StartError(pooled)
  } catch (error) {
    if (error instanceof StartError) throw error
    if (/statement pooling/i.test(messageOf(error))) throw new StartError(pooled)
    throw error
  } finally {
    await Promise.all([listener, notifier].map((client) => client.end().catch(() => {})))
  }
}

async function readBackendPid(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}

/** Resolves to true when a notification arrives, false when none does in time. */
async function waitForNotification(client: Client): Promise<boolean> {
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), NOTIFICATION_TIMEOUT_MS)
    client.once('notification', () => {
      clearTimeout(timer)
      resolve(true)
    })
    client.once('end', () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}
