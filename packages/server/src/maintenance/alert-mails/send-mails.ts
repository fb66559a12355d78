import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { RowOf } from '../../database/statement.ts'
import type { OperationalEvent } from '../../domain/event-types/operational-events.ts'
import { isLocale } from '../../domain/messages/locales.ts'
import type { MailSettings } from './compose-mail.ts'
import { composeMail } from './compose-mail.ts'
import { explainMailError } from './mail-refusal.ts'
import type { Mailer } from './mailer.ts'
import {
  claimMails,
  deleteMail,
  expireAlerts as expireAlertsStatement,
  expireMails,
  postponeMail,
} from './sql/statements.generated.ts'

/** Small enough that the whole batch is sent before its lease ends. */
const BATCH_SIZE = 5
/** Delay between two tries of a mail: a minute, doubled each time, up to an hour. */
const MIN_WAIT_MS = 60_000
const MAX_WAIT_MS = 3_600_000

type MailRow = RowOf<typeof claimMails>

export interface MailerOptions {
  database: Database
  log: Logger
  mailer: Mailer
  settings: MailSettings
}

/**
 * Sends the alert mails that are due. A mail is deleted once the server has accepted it: if the acknowledgement is
 * lost, it is sent twice; no mail younger than a day is lost.
 *
 * @returns true if there may be more
 */
export async function sendMails({ database, log, mailer, settings }: MailerOptions): Promise<boolean> {
  const { rows } = await database.query(...claimMails({ limit: BATCH_SIZE }))
  for (const row of rows) {
    try {
      // A check of the table allows no other types.
      const mail = composeMail(
        { ...row, type: row.type as OperationalEvent, locale: isLocale(row.locale) ? row.locale : 'en' },
        settings,
      )
      await mailer.send(row.recipient, mail)
      await database.query(...deleteMail({ id: row.id }))
    } catch (error) {
      // Not in the mail server's words, which may quote the recipient.
      const { code, reason } = explainMailError(error)
      log.warn({ mail: row.id, attempts: row.attempts, code, error: reason }, 'cannot send an alert email')
      await postpone(database, row)
    }
  }
  return rows.length === BATCH_SIZE
}

async function postpone(database: Database, { id, attempts, is_old }: MailRow): Promise<void> {
  if (is_old) {
    await database.query(...deleteMail({ id }))
    return
  }
  const waitMs = Math.min(MIN_WAIT_MS * 2 ** (attempts - 1), MAX_WAIT_MS)
  await database.query(...postponeMail({ id, waitMs }))
}

/** @param retentionMs as for the log; without a mail server, mails expire after two days */
export async function expireAlerts(database: Database, retentionMs: number): Promise<void> {
  await database.query(...expireMails())
  await database.query(...expireAlertsStatement({ retentionMs }))
}
