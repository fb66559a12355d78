import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { createWebhook, onStage } from './harness/stage.ts'

const COUNT = 300

onStage(
  'list of 300 webhooks',
  (stage) => {
    before(async () => {
      for (let at = 1; at <= COUNT; at += 1)
        await createWebhook(stage, { name: `Shop ${at}.`, events: ['deal.*'] })
    })

    test('a list of 300 webhooks is searched while the user types', async () => {
      const page = await stage.open()
      const names = page.getByRole('list', { name: 'Webhooks' }).getByRole('link')
      await names.nth(COUNT - 1).waitFor({ state: 'attached' })
      await page.getByRole('searchbox', { name: 'Search name or URL' }).fill('shop 299.')
      await page.getByText(`1 of ${COUNT} webhooks`, { exact: true }).waitFor()
      assert.deepEqual(await names.allInnerTexts(), ['Shop 299.'])
    })

    test('the last of 300 webhooks is reached by the keyboard and by scrolling', async () => {
      const page = await stage.open('?order=newest')
      const last = page.getByRole('link', { name: 'Shop 1.', exact: true })
      await last.scrollIntoViewIfNeeded()
      await last.focus()
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Shop 1.' }).waitFor()
    })
  },
  { settings: { MAX_WEBHOOKS: String(COUNT) } },
)
