import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import { isLocale } from '../../domain/messages/locales.ts'
import { composeTestMail } from '../../maintenance/alert-mails/compose-mail.ts'
import { MAIL_REFUSALS, explainMailError } from '../../maintenance/alert-mails/mail-refusal.ts'
import type { MailRefusal } from '../../maintenance/alert-mails/mail-refusal.ts'
import { tooManyRequests } from '../limits/admission.ts'
import { uuid } from '../tables/configuration-fields.ts'
import { chooseOrganization } from './choose-organization.ts'
import { defineFunction, readAs } from './rpc.ts'
import { listAlertRecipients } from './sql/statements.generated.ts'

/** An organization has ten at most. */
const MAX_RECIPIENTS = 10

const schema = z.strictObject({
  organization_id: uuid.optional(),
  recipient_id: uuid.optional(),
})

const result = z.object({
  results: z.array(
    z.object({
      recipient_id: z.guid().describe('Its row in webhook_alert_recipients'),
      email: z.string(),
      status: z.enum(['sent', 'refused']).describe('sent: the mail server accepted the mail'),
      code: z.enum(MAIL_REFUSALS).nullable(),
      reason: z.string().nullable(),
      reply: z.string().nullable().describe('What the mail server said, such as 550 5.1.1 No such user'),
    }),
  ),
})

/** Sends a test alert to one or all recipients of an organization, and waits for what the mail server says. */
export const testAlert = defineFunction('change', schema, result, async (context, input, principal) => {
  const { alerts, clock } = context
  const organizationId = chooseOrganization(principal, input.organization_id)
  if (alerts.mailer === undefined) throw cannotMail()
  const { mailer } = alerts
  const rows = await readAs(
    context,
    principal,
    listAlertRecipients({ organizationId, limit: MAX_RECIPIENTS }),
  )
  const recipients = rows.filter(({ id }) => input.recipient_id === undefined || id === input.recipient_id)
  if (recipients.length === 0) throw noRecipient(input.recipient_id)
  const status = alerts.tests.count(organizationId)
  if (status.exceeded) throw tooManyRequests(status, phrase('limit.testAlerts'), phrase('hint.realMailboxes'))
  const results = await Promise.all(
    recipients.map(async ({ id, email, locale }) => {
      const language = isLocale(locale) ? locale : 'en'
      const mail = composeTestMail(new Date(clock.now()), language, alerts.settings)
      const refusal = await mailer.send(email, mail).then(() => undefined, explainMailError)
      return { recipient_id: id, email, ...describe(refusal) }
    }),
  )
  return { results }
})

const describe = (refusal: MailRefusal | undefined) =>
  refusal === undefined
    ? { status: 'sent' as const, code: null, reason: null, reply: null }
    : { status: 'refused' as const, ...refusal }

function cannotMail(): ApiError {
  return new ApiError(409, '55000', phrase('error.noMail'), {
    hint: phrase('hint.setMail'),
  })
}

function noRecipient(id: string | undefined): ApiError {
  return id === undefined
    ? new ApiError(409, '55000', phrase('error.noRecipients'), {
        hint: phrase('hint.addRecipient'),
      })
    : new ApiError(404, 'P0002', phrase('error.no.recipient', { id }))
}
