import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../../server/test/harness/until.ts'
import { createContact, createWebhook, dialogOf, onStage, pageUrl, rowOf } from './harness/stage.ts'

onStage('list of many webhooks', (stage) => {
  before(async () => {
    for (let at = 1; at <= 8; at += 1) {
      const { path } = await createWebhook(stage, { name: `Shop ${at}`, events: ['deal.*'] })
      if (at > 6) stage.receiver.reply(path, 404)
    }
    await createWebhook(stage, { name: 'Newsletter', events: ['contact.created'], is_active: false })
    const { path } = await createWebhook(stage, { name: 'Unreliable', events: ['contact.*'] })
    stage.receiver.reply(path, 200, 200, 200, 200, 200, 200, 200, 404, 404, 200, 200, 200)
    for (let at = 0; at < 12; at += 1) await createContact(stage)
    await stage.api.insert('deals', { organization_id: stage.organizationId, title: 'Deal' })
    await until('endpoints to be degraded', async () => {
      const rows = await stage.api.get('webhook_configurations?health=eq.degraded')
      return rows.length >= 2
    })
  })

  const names = async (page: Page): Promise<string[]> =>
    await page.getByRole('list', { name: 'Webhooks' }).getByRole('link').allInnerTexts()

  test('webhooks that need attention come first, and are links in the summary', async () => {
    const page = await stage.open()
    await rowOf(page, 'Unreliable').getByText('failing').waitFor()
    assert.deepEqual((await names(page)).slice(0, 3), ['Shop 7', 'Shop 8', 'Unreliable'])
    const summary = page.getByRole('region', { name: 'Health summary' })
    await summary.getByText('3 of 10 webhooks need attention').waitFor()
    await summary.getByRole('link', { name: 'Shop 8' }).click()
    await page.getByRole('heading', { name: 'Shop 8' }).waitFor()
  })

  test('a failure that several webhooks share stands once above the list and leads to them', async () => {
    const page = await stage.open()
    await page.getByRole('link', { name: '2 webhooks:' }).click()
    await page.getByText('2 of 10 webhooks', { exact: true }).waitFor()
    assert.deepEqual(await names(page), ['Shop 7', 'Shop 8'])
  })

  test('search, filters and order are kept in the address', async () => {
    const page = await stage.open()
    await page.getByRole('searchbox', { name: 'Search name or URL' }).fill('shop')
    await page.getByLabel('Sort').selectOption('name')
    await page.getByLabel('Health', { exact: true }).selectOption('healthy')
    await page.waitForURL(/search=shop/)
    await page.reload()
    await page.getByText('6 of 10 webhooks', { exact: true }).waitFor()
    assert.deepEqual(await names(page), ['Shop 1', 'Shop 2', 'Shop 3', 'Shop 4', 'Shop 5', 'Shop 6'])
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await rowOf(page, 'Newsletter').waitFor()
  })

  test('selected webhooks are disabled and enabled together', async () => {
    const page = await stage.open('?search=shop&order=name')
    for (const name of ['Shop 1', 'Shop 2'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).check()
    const selection = page.getByRole('region', { name: 'Selected webhooks' })
    await selection.getByText('2 webhooks selected').waitFor()
    await selection.getByRole('button', { name: 'Disable' }).click()
    await dialogOf(page).getByRole('button', { name: 'Disable' }).click()
    await page.getByText('2 webhooks disabled.').waitFor()
    const off = await stage.api.get('webhook_configurations?name=like.Shop*&is_active=is.false&order=name')
    assert.deepEqual(
      off.map(({ name }) => name),
      ['Shop 1', 'Shop 2'],
    )
    await page.getByRole('checkbox', { name: 'Select all' }).check()
    await selection.getByRole('button', { name: 'Enable' }).click()
    await page.getByText('2 webhooks enabled.').waitFor()
  })

  test('failed deliveries of selected webhooks are retried, and the retry ends with an outcome that can be dismissed', async () => {
    const { id, path } = await createWebhook(stage, { name: 'Retried', events: ['conversation.created'] })
    stage.receiver.reply(path, 410, 200)
    await stage.api.insert('conversations', { organization_id: stage.organizationId, channel: 'email' })
    await until('the delivery to fail', async () => {
      const rows = await stage.api.get(`webhook_deliveries?webhook_id=eq.${id}&status=eq.failed`)
      return rows.length === 1
    })
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    const page = await stage.open('?search=retried')
    await page.getByRole('checkbox', { name: 'Select Retried' }).check()
    await page.getByRole('button', { name: 'Retry failed deliveries' }).click()
    await dialogOf(page).getByRole('button', { name: 'Send' }).click()
    await page.getByText('1 failed delivery queued again.').waitFor()
    await page.goto(pageUrl(stage, `/${id}/deliveries`))
    await page.getByText('1 delivered', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).first().click()
    await page.getByText('1 delivered', { exact: true }).waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('list', { name: 'Deliveries' }).waitFor()
    assert.equal(await page.getByText('1 delivered', { exact: true }).count(), 0)
  })

  test('a webhook can be duplicated, with a secret of its own', async () => {
    const { id } = await createWebhook(stage, { name: 'Original', events: ['contact.*'], timeout_ms: 4_000 })
    const page = await stage.open(`/${id}/settings`)
    await page.getByRole('link', { name: 'Duplicate' }).click()
    await page.getByRole('heading', { name: 'Create a webhook' }).waitFor()
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Copy of Original')
    await page.getByRole('button', { name: 'Create Webhook' }).click()
    await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
    const [copy] = await stage.api.get('webhook_configurations?name=eq.Copy of Original')
    assert.deepEqual(
      [copy?.['events'], copy?.['timeout_ms'], copy?.['has_secret']],
      [['contact.*'], 4_000, true],
    )
  })
})
