import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestSmtpServer } from '../../../test/harness/smtp-server.ts'
import { startSmtpServer } from '../../../test/harness/smtp-server.ts'
import { composeTestMail } from './compose-mail.ts'
import type { MailRefusal } from './mail-refusal.ts'
import { explainMailError } from './mail-refusal.ts'
import { createMailer } from './mailer.ts'

const MAIL = composeTestMail(new Date(0), 'en', {
  publicUrl: undefined,
  portalRefreshUrl: undefined,
  portalTheme: {},
})

suite('mailer', () => {
  let plain: TestSmtpServer
  let secure: TestSmtpServer

  before(async () => {
    plain = await startSmtpServer()
    secure = await startSmtpServer({ isSecure: true })
  })
  after(async () => {
    await plain.close()
    await secure.close()
  })

  async function refusalOf(smtpUrl: URL, recipient = 'ada@example.com'): Promise<MailRefusal | undefined> {
    const mailer = createMailer({ smtpUrl, alertFrom: 'webhooks@crm.example' })!
    return await mailer.send(recipient, MAIL).then(() => undefined, explainMailError)
  }

  test('a mail server whose certificate is not trusted gets no mail', async () => {
    const refusal = await refusalOf(secure.url)
    assert.deepEqual([refusal?.code, refusal?.reply], ['tls_failure', null])
    assert.equal(secure.mails.length, 0)
  })

  test('a mail server that is asked for TLS but speaks none is told from one that is away', async () => {
    const url = new URL(plain.url.href.replace('smtp:', 'smtps:'))
    assert.equal((await refusalOf(url))?.code, 'tls_failure')
  })

  test('a mail server that is away is named without its address', async () => {
    const refusal = await refusalOf(new URL('smtp://127.0.0.1:9'))
    assert.equal(refusal?.code, 'offline')
    assert.doesNotMatch(JSON.stringify(refusal), /127\.0\.0\.1/)
  })

  test('a refused recipient and a refused mail are told apart, with what the mail server said on one line', async () => {
    plain.refuseRecipient('gone@example.com', '5.1.1 no such user')
    const address = await refusalOf(plain.url, 'gone@example.com')
    assert.deepEqual([address?.code, address?.reply], ['address_refused', '550 5.1.1 no such user'])
    plain.refuse(1)
    const mail = await refusalOf(plain.url)
    assert.deepEqual([mail?.code, mail?.reply], ['mail_refused', '451 try again later'])
  })

  test('a user and password of a mail server that asks for none are refused without naming them', async () => {
    const url = new URL(plain.url)
    url.username = 'somebody'
    url.password = 'the-password-of-the-mail-server'
    const refusal = await refusalOf(url)
    assert.ok(['auth_refused', 'address_refused'].includes(refusal?.code ?? ''), refusal?.code)
    assert.doesNotMatch(JSON.stringify(refusal), /somebody|the-password/)
  })

  test('without a mail server there is no mailer', () => {
    assert.equal(createMailer({ smtpUrl: undefined, alertFrom: undefined }), undefined)
  })
})
