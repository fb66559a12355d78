import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { createWebhook, dialogOf, onStage, rowOf } from './harness/stage.ts'

interface Exported {
  name: string
  text: string
}

/** Exports what the page shows. */
async function exportAs(
  page: Page,
  rows: 'Deliveries' | 'Attempts',
  format: 'CSV' | 'JSON',
): Promise<Exported> {
  await page.getByRole('button', { name: 'Export' }).click()
  const dialog = dialogOf(page)
  await dialog.getByRole('radio', { name: new RegExp(`^${rows}`) }).click()
  await dialog.getByRole('radio', { name: new RegExp(`^${format}`) }).click()
  const downloading = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Export' }).click()
  const download = await downloading
  await dialog.getByText(`exported to ${download.suggestedFilename()}`).waitFor()
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

onStage('exports', (stage) => {
  let webhook: { id: string; path: string }

  before(async () => {
    webhook = await createWebhook(stage, { name: '=Zoë’s Shop', events: ['deal.created'] })
    const emit = async (id: string): Promise<void> =>
      void (await stage.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: { id, title: `Deal ${id}` },
      }))
    stage.receiver.reply(webhook.path, 410)
    await emit('=1+1')
    await stage.api.rows(`webhook_deliveries?webhook_id=eq.${webhook.id}&status=eq.failed`, 1)
    stage.receiver.reply(webhook.path, (response) => response.end('fine'))
    await stage.api.patch(`webhook_configurations?id=eq.${webhook.id}`, { is_active: true })
    await emit('+deal')
    await emit('plain')
    await stage.api.rows(`webhook_logs?webhook_id=eq.${webhook.id}`, 3)
    await stage.api.rpc('test_webhook', { webhook_id: webhook.id })
  })

  test('deliveries are exported as CSV that Excel reads as UTF-8 and does not run', async () => {
    const page = await stage.open(`/${webhook.id}/deliveries`)
    await rowOf(page, 'Deal plain').waitFor()
    const { name, text } = await exportAs(page, 'Deliveries', 'CSV')
    assert.match(name, /^deliveries_zoë-s-shop_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.csv$/)
    assert.equal(text.charCodeAt(0), 0xfeff)
    const [head, ...lines] = text.slice(1).trimEnd().split('\r\n')
    assert.match(head ?? '', /^"delivery_id","event_id","webhook_id","webhook","event","record_id","is_test"/)
    assert.equal(lines.length, 4)
    assert.match(text, /"'=Zoë’s Shop"/)
    assert.match(text, /"deal\.created","'=1\+1",false,"failed"/)
    assert.match(text, /"deal\.created","'\+deal",false,"delivered"/)
  })

  test('an export has only what the filters show', async () => {
    const page = await stage.open(`/${webhook.id}/deliveries?status=failed`)
    await rowOf(page, 'Deal =1+1').waitFor()
    const { text } = await exportAs(page, 'Deliveries', 'JSON')
    const { filters, complete, deliveries } = JSON.parse(text) as {
      filters: object
      complete: boolean
      deliveries: Record<string, unknown>[]
    }
    assert.deepEqual([filters, complete], [{ status: 'failed' }, true])
    assert.deepEqual(
      deliveries.map((row) => [row['record_id'], row['status'], row['last_response_code']]),
      [['=1+1', 'failed', 410]],
    )
  })

  test('attempts are exported as JSON with the response bodies', async () => {
    const page = await stage.open(`/${webhook.id}/deliveries?record=plain`)
    await rowOf(page, 'Deal plain').waitFor()
    const { name, text } = await exportAs(page, 'Attempts', 'JSON')
    assert.match(name, /^attempts_.*\.json$/)
    const { attempts } = JSON.parse(text) as { attempts: Record<string, unknown>[] }
    assert.deepEqual(
      attempts.map((row) => [row['record_id'], row['attempt'], row['response_body'], row['webhook']]),
      [['plain', 1, 'fine', '=Zoë’s Shop']],
    )
  })

  test('an export of several pages has each delivery once', async () => {
    const { id } = await createWebhook(stage, { events: ['contact.updated'] })
    const event = (at: number) => ({
      organization_id: stage.organizationId,
      event: 'contact.updated',
      data: { id: `c-${at}` },
    })
    await stage.api.request(
      'POST',
      'webhook_events',
      Array.from({ length: 120 }, (_, at) => event(at)),
    )
    await stage.api.rows(`webhook_logs?webhook_id=eq.${id}&select=id`, 120)
    const page = await stage.open(`/${id}/deliveries`)
    // Pages of attempts with bodies have fifty deliveries.
    const { text } = await exportAs(page, 'Attempts', 'JSON')
    const { attempts } = JSON.parse(text) as { attempts: { record_id: string }[] }
    assert.equal(attempts.length, 120)
    assert.equal(new Set(attempts.map(({ record_id: record }) => record)).size, 120)
  })

  test('an export can be stopped, and saves no file then', async () => {
    const page = await stage.open(`/${webhook.id}/deliveries`)
    await rowOf(page, 'Deal plain').waitFor()
    await page.getByRole('button', { name: 'Export' }).click()
    await page.route('**/rest/v1/webhook_deliveries*', () => {})
    await dialogOf(page).getByRole('button', { name: 'Export' }).click()
    await dialogOf(page).getByRole('button', { name: 'Stop' }).click()
    await dialogOf(page).getByText('The export ended early. No file was saved.').waitFor()
  })

  test('an export that the server interrupts saves no file and says why', async () => {
    const page = await stage.open(`/${webhook.id}/deliveries`)
    await rowOf(page, 'Deal plain').waitFor()
    await page.getByRole('button', { name: 'Export' }).click()
    await page.route('**/rest/v1/webhook_deliveries*', (route) => route.abort())
    await dialogOf(page).getByRole('button', { name: 'Export' }).click()
    await dialogOf(page).getByText('The export ended early. No file was saved.').waitFor()
    await dialogOf(page).getByText('Can’t reach the server').waitFor()
  })

  test('the export dialog fits a phone, and axe finds no fault with it', async () => {
    const page = await stage.open('/deliveries', { width: 360, height: 740 })
    await page.getByRole('button', { name: 'Export' }).click()
    await dialogOf(page).getByRole('radio', { name: /^JSON/ }).waitFor()
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
