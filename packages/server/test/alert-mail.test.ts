import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { pino } from 'pino'
import type { MailSettings } from '../src/maintenance/alert-mails/compose-mail.ts'
import { sendMails } from '../src/maintenance/alert-mails/send-mails.ts'
import { createMailer } from '../src/maintenance/alert-mails/mailer.ts'
import type { Database } from '../src/database/database.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import type { TestSmtpServer } from './harness/smtp-server.ts'
import { startSmtpServer } from './harness/smtp-server.ts'

const OURS = '0190a000-0000-7000-8000-000000000001'
const THEIRS = '0190a000-0000-7000-8000-000000000002'

for (const engine of ENGINES) {
  suite(`alert emails (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    let smtp: TestSmtpServer
    let printed = ''
    let send: (settings?: Partial<MailSettings>) => Promise<boolean>

    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      smtp = await startSmtpServer()
      const mailer = createMailer({ smtpUrl: smtp.url, alertFrom: 'ConnectGain <webhooks@crm.example>' })!
      const log = pino({ level: 'warn' }, { write: (line: string) => void (printed += line) })
      const usual = { publicUrl: 'https://hooks.example', portalRefreshUrl: undefined, portalTheme: {} }
      send = async (settings = {}) =>
        await sendMails({ database, log, mailer, settings: { ...usual, ...settings } })
      await database.query(
        `insert into webhooks.webhook_alert_recipients (organization_id, email)
         values ($1, 'ada@ours.example'), ($1, 'bob@ours.example'), ($2, 'eve@theirs.example')`,
        [OURS, THEIRS],
      )
    })
    after(async () => {
      await smtp.close()
      await close()
    })
    beforeEach(() => {
      smtp.mails.length = 0
      printed = ''
    })

    const raise = async (name: string, organization = OURS): Promise<void> => {
      await database.query(
        `insert into webhooks.webhook_alerts (organization_id, webhook_id, webhook_name, type, threshold, since, message)
         values ($1, gen_random_uuid(), $2, 'webhook.failing', 50, '2026-01-15T10:00:00Z', 'the endpoint returned 500')`,
        [organization, name],
      )
    }
    const waiting = async (): Promise<number> =>
      (await database.query('select from webhooks_internal.alert_mails')).rows.length

    test("an alert is emailed to every address of its organization and to no other organization's", async () => {
      await raise('CRM Sync')
      await send()
      const mails = await smtp.received(2)
      assert.deepEqual(mails.flatMap(({ to }) => to).sort(), ['ada@ours.example', 'bob@ours.example'])
      const [{ from, subject, text }] = mails as [(typeof mails)[0]]
      assert.equal(from, 'webhooks@crm.example')
      assert.equal(subject, 'Webhook "CRM Sync" is failing (50%)')
      assert.match(text, /^Since: January 15, 2026 at 10:00 UTC$/m)
      assert.match(text, /^What happened: The endpoint returned 500\.$/m)
      assert.match(text, /https:\/\/hooks\.example\/settings\/webhooks\/[0-9a-f-]{36}/)
      assert.equal(await waiting(), 0)
    })

    test('an alert email leads to the sign-in of the host and carries its name', async () => {
      await raise('CRM Sync', THEIRS)
      await send({
        portalRefreshUrl: 'https://crm.example/open?area=webhooks',
        portalTheme: { name: 'Acme CRM' },
      })
      const [mail] = await smtp.received(1)
      assert.match(
        mail!.text,
        /https:\/\/crm\.example\/open\?area=webhooks&return_to=%2Fsettings%2Fwebhooks%2F[0-9a-f-]{36}/,
      )
      assert.match(mail!.text, /\r?\n-- \r?\nAcme CRM\r?\n/)
      assert.ok(!mail!.text.includes('hooks.example'))
    })

    test('an alert email is in the language of its recipient, with its direction, numbers and dates', async () => {
      const set = async (email: string, locale: string): Promise<unknown> =>
        await database.query('update webhooks.webhook_alert_recipients set locale = $2 where email = $1', [
          email,
          locale,
        ])
      await set('ada@ours.example', 'de')
      await set('bob@ours.example', 'ar')
      await raise('CRM Sync')
      await send()
      await set('ada@ours.example', 'en')
      await set('bob@ours.example', 'en')
      const mails = await smtp.received(2)
      const of = (name: string) => mails.find(({ to }) => to[0] === `${name}@ours.example`)!
      const german = of('ada')
      assert.equal(german.subject, 'Webhook „CRM Sync“ schlägt fehl (50 %)')
      assert.match(german.text, /^Seit: 15\. Januar 2026 um 10:00 UTC$/m)
      assert.match(german.text, /^Was passiert ist: Der Endpunkt gab 500 zurück\.$/m)
      assert.match(german.html, /<html lang="de" dir="ltr">/)
      const arabic = of('bob')
      assert.match(arabic.html, /<html lang="ar" dir="rtl">/)
      assert.match(arabic.text, /2026/)
      assert.match(arabic.text, /500/)
      assert.doesNotMatch(arabic.text, /the endpoint|What|Since/)
    })

    test('an alert email that the SMTP server refuses is retried later, and the log does not name its recipient', async () => {
      await raise('CRM Sync', THEIRS)
      smtp.refuse(1)
      await send()
      assert.deepEqual([smtp.mails.length, await waiting()], [0, 1])
      assert.match(printed, /cannot send an alert email/)
      assert.doesNotMatch(printed, /eve@theirs/)
      await send()
      assert.equal(smtp.mails.length, 0, 'the email is not retried at once')
      await database.execute('update webhooks_internal.alert_mails set due_at = now()')
      await send()
      assert.deepEqual((await smtp.received(1))[0]?.to, ['eve@theirs.example'])
      assert.equal(await waiting(), 0)
    })

    test('an alert email has a plain and an HTML half that say the same, and loads nothing from anywhere', async () => {
      await raise('A <b>bold</b> & "quoted" name', THEIRS)
      await send()
      const [{ type, text, html }] = (await smtp.received(1)) as [(typeof smtp.mails)[0]]
      assert.equal(type, 'multipart/alternative')
      const link = /https:\/\/\S+/.exec(text)?.[0] ?? ''
      assert.match(text, /A <b>bold<\/b> & "quoted" name/)
      assert.match(html, /A &lt;b&gt;bold&lt;\/b&gt; &amp; &quot;quoted&quot; name/)
      for (const part of ['January 15, 2026 at 10:00 UTC', 'The endpoint returned 500.', `href="${link}"`])
        assert.ok(html.includes(part), part)
      assert.doesNotMatch(html, /<(?:img|script|link|iframe)|url\(|@import/i)
      assert.deepEqual(new Set(html.match(/https?:\/\/[^"\s<]+/g)), new Set([link]))
    })

    test('an alert email says how to fix the last failure of its webhook, in words of ours', async () => {
      await raise('CRM Sync', THEIRS)
      await database.query(
        `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
           attempt, trigger, response_code, error_code, error_message, diagnosis, duration_ms, created_at)
         select webhooks.uuid_v7(), organization_id, webhook_id, gen_random_uuid(), gen_random_uuid(), 'contact.created',
           'https://example.com/?token=abc', 'failed', 1, 'event', 302, 'redirect', 'the endpoint returned 302',
           'The endpoint redirects to https://example.com/?token=abc', 5, now()
         from webhooks.webhook_alerts where organization_id = $1 order by created_at desc limit 1`,
        [THEIRS],
      )
      await send()
      const [{ text, html }] = (await smtp.received(1)) as [(typeof smtp.mails)[0]]
      assert.match(text, /^What to do: The endpoint redirects to another URL\. Set the webhook's URL/m)
      assert.doesNotMatch(text + html, /token=abc/)
    })

    test('an alert email that is refused in words that quote its recipient leaves the recipient out of the log', async () => {
      smtp.refuseRecipient('eve@theirs.example', '5.1.1 <eve@theirs.example> unknown')
      await raise('CRM Sync', THEIRS)
      await send()
      smtp.refuseRecipient('eve@theirs.example', undefined)
      assert.match(printed, /address_refused/)
      assert.doesNotMatch(printed, /eve@theirs/)
      await database.execute('delete from webhooks_internal.alert_mails')
    })

    test("line breaks in a webhook's name add no header to an alert email", async () => {
      await raise('x\r\nBcc: everybody@example.com\r\n\r\nBuy', THEIRS)
      await send()
      const [mail] = await smtp.received(1)
      assert.deepEqual(mail?.to, ['eve@theirs.example'])
      assert.doesNotMatch(mail?.raw ?? '', /^Bcc:/m)
    })
  })
}
