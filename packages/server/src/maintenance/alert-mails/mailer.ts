import type { Transporter } from 'nodemailer'
import { openSmtp } from './smtp.ts'
import type { Mail } from './write-mail.ts'

/** However a mail server answers, nobody waits longer for a mail. */
const DEADLINE_MS = 30_000

export interface Mailer {
  /** @throws the error of the mail server, for `explainMailError` */
  send(recipient: string, mail: Mail): Promise<void>
}

/** Undefined without a mail server. Connects only when there is something to send. */
export function createMailer({
  smtpUrl,
  alertFrom,
}: {
  smtpUrl: URL | undefined
  alertFrom: string | undefined
}): Mailer | undefined {
  if (smtpUrl === undefined || alertFrom === undefined) return undefined
  let transport: Promise<Transporter> | undefined
  return {
    async send(recipient, mail) {
      transport ??= openSmtp(smtpUrl)
      const message = {
        from: alertFrom,
        // Not parsed: an address is one recipient, whatever it contains.
        to: { name: '', address: recipient },
        ...mail,
        // Out-of-office replies to a machine help nobody.
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.timeout(DEADLINE_MS),
      }
      await (await transport).sendMail(message)
    },
  }
}
