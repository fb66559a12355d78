import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { createApi } from '../../server/test/harness/api.ts'
import { createWebhook, onStage } from './harness/stage.ts'

const entries = (page: Page) => page.getByRole('list', { name: 'Audit log' }).getByRole('listitem')

onStage('audit log', (stage) => {
  test("a webhook's audit log shows who changed a field, when, and its value before and after", async () => {
    const { id } = await createWebhook(stage, { name: 'Before' })
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { name: 'After', timeout_ms: 4_000 })
    const page = await stage.open(`/${id}`)
    await page.getByRole('link', { name: 'Audit log' }).click()
    const latest = entries(page).first()
    await latest.getByRole('heading', { name: 'Settings changed' }).waitFor()
    await latest.getByText('Operator (service key)').waitFor()
    assert.deepEqual(await latest.getByRole('row').allInnerTexts(), [
      'Field\tBefore\tAfter',
      'Name\tBefore\tAfter',
      'Timeout\tempty\t4 secs',
    ])
    const time = await latest.locator('time').getAttribute('datetime')
    assert.ok(Math.abs(Date.now() - Date.parse(time ?? '')) < 60_000)
  })

  test('a change made with a key that was deleted since is shown with the name of that key', async () => {
    const { id } = await createWebhook(stage)
    const { id: keyId, key } = await stage.api.insert<{ id: string; key: string }>('api_keys', {
      organization_id: stage.organizationId,
      name: 'Deploy script',
      scope: 'admin',
    })
    await createApi(stage.server.url, key).patch(`webhook_configurations?id=eq.${id}`, {
      description: 'Changed',
    })
    await stage.api.request('DELETE', `api_keys?id=eq.${keyId}`)
    const page = await stage.open(`/${id}/audit`)
    await entries(page).first().getByText('Key Deploy script').waitFor()
  })

  test('the audit log names a changed secret and header without any value', async () => {
    const { id } = await createWebhook(stage, { headers: { Authorization: 'Bearer first-token' } })
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, {
      secret: 'a-secret-nobody-may-read',
      headers: { Authorization: 'Bearer second-token' },
    })
    const page = await stage.open(`/${id}/audit`)
    const latest = entries(page).first()
    await latest.getByRole('row', { name: 'Secret key hidden hidden' }).waitFor()
    await latest.getByRole('rowheader', { name: 'Custom headers' }).waitFor()
    assert.doesNotMatch(await page.content(), /first-token|second-token|nobody-may-read/)
  })

  test('the audit log shows a URL without its query, and says that a query changed', async () => {
    const url = `${stage.receiver.url}/hook`
    const { id } = await createWebhook(stage, { url: `${url}?token=first-token` })
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { url: `${url}?token=second-token` })
    const page = await stage.open(`/${id}/audit`)
    await entries(page).first().getByRole('row', { name: 'URL hidden hidden' }).waitFor()
    await entries(page).last().getByText(`${url}?…`).waitFor()
    assert.doesNotMatch(await page.content(), /first-token|second-token/)
  })

  test('the audit log of a webhook with many changes loads page by page, each entry once', async () => {
    const { id } = await createWebhook(stage)
    for (let at = 1; at <= 30; at += 1)
      await stage.api.patch(`webhook_configurations?id=eq.${id}`, { description: `Change ${at}.` })
    const page = await stage.open(`/${id}/audit`)
    await entries(page).nth(24).waitFor()
    await page.getByRole('button', { name: 'Load more' }).click()
    await entries(page).nth(30).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Load more' }).count(), 0)
    const texts = await entries(page).allInnerTexts()
    assert.match(texts[0] ?? '', /Change 30\./)
    assert.match(texts[30] ?? '', /Webhook created/)
  })

  test('with a read-only key the audit log says which key can read it, and when the webhook was last changed', async () => {
    const { id } = await createWebhook(stage)
    const { key } = await stage.api.insert<{ key: string }>('api_keys', {
      organization_id: stage.organizationId,
      name: 'Reader',
      scope: 'read',
    })
    const page = await stage.open(`/${id}/audit`, { key })
    await page.getByRole('heading', { name: 'Your key can’t read the audit log' }).waitFor()
    await page.getByText(/This webhook was created .* and last changed/).waitFor()
  })

  test('the audit log fits a phone, and axe finds no fault with it', async () => {
    const { id } = await createWebhook(stage, { events: ['contact.created', 'deal.stage.changed'] })
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { description: 'x'.repeat(300) })
    const page = await stage.open(`/${id}/audit`, { width: 360, height: 740 })
    await entries(page).first().waitFor()
    const tab = await page.getByRole('link', { name: 'Audit log' }).boundingBox()
    assert.ok(tab !== null && tab.x + tab.width <= 360, 'the tab is in view')
    assert.equal(
      await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'),
      false,
    )
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    assert.deepEqual(
      violations.map(({ id: rule }) => rule),
      [],
    )
  })
})
