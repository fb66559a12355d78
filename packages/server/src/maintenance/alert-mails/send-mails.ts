import type { Transporter } from 'nodemailer'
import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { messageOf } from '../../domain/errors.ts'
import type { MailedAlert } from './compose-mail.ts'
import { composeMail } from './compose-mail.ts'

const claimMails = loadStatement(import.meta.url, 'claim-mails')

/** Small enough that the whole batch is sent before its lease ends. */
const BATCH_SIZE = 5
/** Delay between two tries of a mail: a minute, doubled each time, up to an hour. */
const MIN_WAIT_MS = 60_000
const MAX_WAIT_MS = 3_600_000

interface MailRow extends MailedAlert {
  id: string
  recipient: string
  attempts: number
  /** True after a day of tries. */
  is_old: boolean
}

export interface MailerOptions {
  database: Database
  log: Logger
  transport: Transporter
  from: string
  publicUrl: string | undefined
}

/**
 * Sends the alert mails that are due. A mail is deleted once the server has accepted it: if the acknowledgement is
 * lost, it is sent twice; no mail younger than a day is lost.
 *
 * @returns true if there may be more
 */
export async function sendMails({
  database,
  log,
  transport,
  from,
  publicUrl,
}: MailerOptions): Promise<boolean> {
  const { rows } = await database.query<MailRow>(claimMails, [BATCH_SIZE])
  for (const row of rows) {
    try {
      await transport.sendMail({
        from,
        to: { name: '', address: row.recipient },
        ...composeMail(row, publicUrl),
      })
      await database.query('delete from webhooks_internal.alert_mails where id = $1', [row.id])
    } catch (error) {
      log.warn(
        { mail: row.id, attempts: row.attempts, error: messageOf(error) },
        'cannot send an alert email',
      )
      await postpone(database, row)
    }
  }
  return rows.length === BATCH_SIZE
}

async function postpone(database: Database, { id, attempts, is_old }: MailRow): Promise<void> {
  if (is_old) {
    await database.query('delete from webhooks_internal.alert_mails where id = $1', [id])
    return
  }
  const wait = Math.min(MIN_WAIT_MS * 2 ** (attempts - 1), MAX_WAIT_MS)
  await database.query(
    `update webhooks_internal.alert_mails set due_at = now() + $2::float8 * interval '1 millisecond' where id = $1`,
    [id, wait],
  )
}

/** @param retention in milliseconds, as for the log; without a mail server, mails expire after two days */
export async function expireAlerts(database: Database, retention: number): Promise<void> {
  await database.query(
    `delete from webhooks_internal.alert_mails where created_at < now() - interval '2 days'`,
  )
  await database.query(
    `delete from webhooks.webhook_alerts where created_at < now() - $1::float8 * interval '1 millisecond'`,
    [retention],
  )
}
