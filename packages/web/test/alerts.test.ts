import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { TestSmtpServer } from '../../server/test/harness/smtp-server.ts'
import { startSmtpServer } from '../../server/test/harness/smtp-server.ts'
import { createWebhook, onStage } from './harness/stage.ts'

onStage('alerts by mail', (stage) => {
  let smtp: TestSmtpServer

  before(async () => {
    smtp = await startSmtpServer()
    await stage.server.stop()
    stage.server = await stage.site.start({ SMTP_URL: smtp.url.href, ALERT_FROM: 'webhooks@crm.example' })
    stage.api = stage.server.api
    await createWebhook(stage)
  })
  after(async () => await smtp.close())

  test('a test alert is sent from the page, which shows for each address what the mail server said', async () => {
    for (const email of ['ops@example.com', 'gone@example.com'])
      await stage.api.insert('webhook_alert_recipients', { organization_id: stage.organizationId, email })
    smtp.refuseRecipient('gone@example.com', '5.1.1 no such user')
    const page = await stage.open()
    const alerts = page.getByRole('region', { name: 'Email alerts' })
    assert.equal(await alerts.getByText('This server cannot send mail yet').count(), 0)
    await alerts.getByRole('button', { name: 'Send test alert' }).click()
    await alerts.getByText('Sent to ops@example.com').waitFor()
    await alerts.getByText('Not sent to gone@example.com').waitFor()
    await alerts.getByText(/The mail server refused the address: 550 5\.1\.1 no such user/).waitFor()
    const [mail] = await smtp.received(1)
    assert.equal(mail?.subject, 'Test alert from ConnectGain')
  })

  test('the HTML half of an alert mail can be read in light and dark, and asks no server for anything', async () => {
    const { html } = smtp.mails[0]!
    const page = await stage.browser.newPage()
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    const backgrounds: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setContent(html)
      await page.getByRole('heading', { name: 'Alerts reach this address' }).waitFor()
      backgrounds.push(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'))
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode(true)
        .withRules(['color-contrast'])
        .analyze()
      assert.deepEqual(violations, [])
    }
    await page.close()
    assert.deepEqual(requests, [])
    assert.deepEqual(backgrounds, ['rgb(246, 247, 249)', 'rgb(13, 16, 21)'])
  })
})
