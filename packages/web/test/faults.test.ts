import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { IS_FULL } from '../../server/test/harness/full-run.ts'
import { openDatabase } from './harness/open-database.ts'
import { createWebhook, onStage, rowOf } from './harness/stage.ts'

onStage('events and deliveries that could not be processed', (stage) => {
  let webhook: { id: string; name: string }
  before(async () => {
    webhook = await createWebhook(stage)
    await stage.server.stop()
    const database = await openDatabase(stage.site)
    const params = [stage.organizationId, webhook.id]
    await database.query(
      `with failed as (
         insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event, status, reason, completed_at)
         select $1, $2, gen_random_uuid(), 'deal.created', 'failed', 'value too long for type', now() from generate_series(1, 3)
         returning id, organization_id, webhook_id, event_id, event, reason)
       insert into webhooks.webhook_delivery_faults (organization_id, stage, webhook_id, delivery_id, event_id, event, reason)
       select organization_id, 'record', webhook_id, id, event_id, event, reason from failed`,
      params,
    )
    await database.query(
      `insert into webhooks.webhook_delivery_faults (organization_id, stage, event_id, event, reason)
       values ($1, 'relay', gen_random_uuid(), 'deal.created', 'invalid input')`,
      [stage.organizationId],
    )
    await database.query(
      `insert into webhooks.webhook_redeliveries (organization_id, webhook_id, kind, until, status, matched, queued, failed, completed_at)
       values ($1, $2, 'retry_failed', now(), 'completed', 5, 3, 2, now())`,
      params,
    )
    await database.close()
    stage.server = await stage.site.start()
    stage.api = stage.server.api
  })

  const assertFits = async (page: Page): Promise<void> => {
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    )
    assert.equal(await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth'), false)
  }

  for (const width of IS_FULL ? [360, 1280] : [360]) {
    test(`the list of webhooks shows the number of faults for each webhook (${width} px)`, async () => {
      const page = await stage.open('', { width, height: 900 })
      await rowOf(page, webhook.name).waitFor()
      await page.getByText('4 events and deliveries could not be processed in the last 24 hours').waitFor()
      await page.getByRole('link', { name: `${webhook.name}: 3` }).waitFor()
      await page.getByText('Events without a delivery: 1').waitFor()
      await assertFits(page)
      if (process.env['SHOTS'] !== undefined)
        await page.screenshot({ path: `${process.env['SHOTS']}/list-${width}.png` })
    })

    test(`a webhook's page shows the number of faults, with a link to the latest delivery (${width} px)`, async () => {
      const page = await stage.open(`/${webhook.id}`, { width, height: 900 })
      await page.getByText('3 events and deliveries could not be processed in the last 24 hours').waitFor()
      await assertFits(page)
      if (process.env['SHOTS'] !== undefined)
        await page.screenshot({ path: `${process.env['SHOTS']}/webhook-${width}.png` })
      await page.getByRole('link', { name: 'View the latest' }).click()
      await page.getByRole('dialog').getByText('Value too long for type').first().waitFor()
      if (process.env['SHOTS'] !== undefined)
        await page.screenshot({ path: `${process.env['SHOTS']}/delivery-${width}.png` })
    })
  }

  test('the outcome of a bulk retry includes deliveries that could not be queued', async () => {
    const page = await stage.open(`/${webhook.id}/deliveries`)
    await page.getByText('3 failed deliveries queued for retry').waitFor()
    await page.getByText('2 could not be queued and will not be sent.').waitFor()
  })
})
