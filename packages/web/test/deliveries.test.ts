import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { LONG, until } from '../../server/test/harness/until.ts'
import { createContact, createWebhook, dialogOf, onStage, pageUrl, rowOf } from './harness/stage.ts'

const rows = (page: Page) => page.getByRole('list', { name: 'Deliveries' }).getByRole('link')

onStage('deliveries', (stage) => {
  test('new deliveries appear live unless the list is paused', async () => {
    const { id } = await createWebhook(stage)
    const page = await stage.open(`/${id}/deliveries`)
    await page.getByText('No deliveries yet').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await createContact(stage, { first_name: 'Live' })
    await rowOf(page, 'Live Doe').getByText('Delivered').waitFor()
    await page.getByRole('switch', { name: 'Show new deliveries live' }).click()
    await page.getByText('Paused').waitFor()
    await createContact(stage, { first_name: 'Later' })
    await stage.api.rows(`webhook_logs?webhook_id=eq.${id}`, 2)
    assert.equal(await rows(page).count(), 1)
    await page.getByRole('switch', { name: 'Show new deliveries live' }).click()
    await createContact(stage, { first_name: 'Again' })
    await rowOf(page, 'Later Doe').waitFor()
    await rowOf(page, 'Again Doe').waitFor()
  })

  test('deliveries can be filtered by status, event, code, record and time, and the URL keeps the filter', async () => {
    const { id, path } = await createWebhook(stage, { events: ['contact.*'] })
    stage.receiver.reply(path, 200, 200, 418, 418, 418)
    const contact = await createContact(stage, { first_name: 'Good' })
    await stage.receiver.received(path, 1)
    await stage.api.patch(`contacts?id=eq.${contact}`, { company: 'Example Ltd' })
    await stage.receiver.received(path, 2)
    await createContact(stage, { first_name: 'Bad' })
    await stage.receiver.received(path, 5)
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Bad Doe').getByText('Failed').waitFor()
    const search = page.getByRole('search')
    const expectRows = async (texts: RegExp[]): Promise<void> => {
      await until(`${texts.length} rows`, async () => (await rows(page).count()) === texts.length)
      const shown = await rows(page).allInnerTexts()
      for (const [at, text] of texts.entries()) assert.match(shown[at] ?? '', text)
    }
    await search.getByLabel('Status').selectOption('failed')
    await expectRows([/Bad Doe/])
    assert.equal(page.url(), pageUrl(stage, `/${id}/deliveries?status=failed`))
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await search.getByLabel('Event').selectOption('contact.updated')
    await expectRows([/updated.*Good Doe/s])
    await search.getByLabel('Event').selectOption('')
    await search.getByLabel('Response code').selectOption('4xx')
    await expectRows([/Bad Doe/])
    await search.getByLabel('Response code').selectOption('Other…')
    await search.getByLabel('Response code').fill('200')
    await expectRows([/updated/, /created/])
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await search.getByLabel('Record ID').fill(contact)
    await expectRows([/updated.*Good Doe/s, /created.*Good Doe/s])
    await page.reload()
    await expectRows([/updated.*Good Doe/s, /created.*Good Doe/s])
    assert.equal(await search.getByLabel('Record ID').inputValue(), contact)
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await search.getByLabel('Time').selectOption('Last hour')
    await expectRows([/Bad/, /updated/, /created/])
    await search.getByLabel('Time').selectOption('Custom range…')
    await page.getByLabel('To', { exact: true }).fill('2020-01-01T00:00')
    await page.getByText('No deliveries match these filters.').waitFor()
  })

  test('the list of deliveries loads page by page, each delivery once', LONG, async () => {
    const { id } = await createWebhook(stage, { events: ['deal.created'] })
    const data = (at: number) => ({ id: `d-${at}`, title: `Deal ${at}.` })
    await stage.api.request(
      'POST',
      'webhook_events',
      Array.from({ length: 120 }, (_, at) => ({
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: data(at),
      })),
    )
    await stage.api.rows(`webhook_logs?webhook_id=eq.${id}&select=id`, 120)
    const page = await stage.open(`/${id}/deliveries`)
    await rows(page).first().waitFor()
    await page.getByRole('switch', { name: 'Show new deliveries live' }).click()
    assert.equal(await rows(page).count(), 50)
    for (const count of [100, 120]) {
      await page.getByRole('button', { name: 'Load more' }).click()
      await rows(page)
        .nth(count - 1)
        .waitFor()
    }
    assert.equal(await page.getByRole('button', { name: 'Load more' }).count(), 0)
    const titles = (await rows(page).allInnerTexts()).map((text) => /Deal \d+\./.exec(text)?.[0])
    assert.equal(new Set(titles).size, 120)
  })

  test('a failed delivery shows the reason and can be retried, and its row is updated', async () => {
    const { id, path } = await createWebhook(stage)
    stage.receiver.reply(path, 401, 401, 401, 200)
    await createContact(stage, { first_name: 'Refused' })
    await stage.receiver.received(path, 3)
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Refused Doe').getByText('Failed').waitFor()
    await rowOf(page, 'Refused Doe').getByRole('link').click()
    const drawer = dialogOf(page)
    await drawer.getByText('The endpoint returned 401.').waitFor()
    await drawer.getByText('Check that it verifies the signature with the current secret').waitFor()
    await drawer.getByText('Attempt 1 · first attempt').waitFor()
    await drawer.getByText('Attempt 3 · automatic retry').waitFor()
    await drawer.getByRole('button', { name: /Attempt 1/ }).click()
    await drawer.getByText('Response to attempt 1').waitFor()
    await drawer.getByRole('button', { name: 'Retry now' }).click()
    await page.getByText('Delivered: the endpoint returned 200.').waitFor()
    await drawer.getByText('Attempt 4 · manual retry').waitFor()
    await page.keyboard.press('Escape')
    await rowOf(page, 'Refused Doe').getByText('Delivered').waitFor()
    assert.equal(page.url(), pageUrl(stage, `/${id}/deliveries`))
  })

  test('the copied curl command sends the same request with the same signature', async () => {
    const { id, path } = await createWebhook(stage, { secret: 'a-secret-of-ours' })
    await createContact(stage, { first_name: "Conan O'Brien" })
    const [first] = await stage.receiver.received(path, 1)
    const page = await stage.open(`/${id}/deliveries`)
    await rows(page).first().click()
    await dialogOf(page).getByRole('button', { name: 'Copy as cURL' }).click()
    await page.getByText('Command copied.').waitFor()
    const command = await page.evaluate<string>('navigator.clipboard.readText()')
    await promisify(execFile)('sh', ['-c', command])
    const [, again] = await stage.receiver.received(path, 2)
    assert.ok(first !== undefined && again !== undefined)
    assert.equal(again.body, first.body)
    for (const name of ['x-webhook-signature', 'x-webhook-id', 'webhook-signature', 'content-type'])
      assert.equal(again.headers[name], first.headers[name], name)
  })

  test('a link to a delivery opens it, and an arrow opens the next delivery', async () => {
    const { id } = await createWebhook(stage)
    for (const first_name of ['Older', 'Newer']) {
      await createContact(stage, { first_name })
      await stage.api.rows(`webhook_logs?webhook_id=eq.${id}`, first_name === 'Older' ? 1 : 2)
    }
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Newer Doe').getByRole('link').click()
    await dialogOf(page).getByText('"Newer"').waitFor()
    const link = page.url()
    await dialogOf(page).getByRole('button', { name: 'Next delivery' }).click()
    await dialogOf(page).getByText('"Older"').waitFor()
    await page.goto(link)
    await dialogOf(page).getByText('"Newer"').waitFor()
  })

  test('one list shows the deliveries of all webhooks, each with its webhook', async () => {
    const first = await createWebhook(stage)
    const second = await createWebhook(stage)
    await createContact(stage, { first_name: 'Both' })
    await stage.receiver.received(second.path, 1)
    await stage.receiver.received(first.path, 1)
    const page = await stage.open('/deliveries')
    for (const { name } of [first, second])
      await page.getByRole('listitem').filter({ hasText: 'Both Doe' }).filter({ hasText: name }).waitFor()
    await rowOf(page, 'Both Doe').getByRole('link').click()
    await dialogOf(page).getByRole('link', { name: 'All deliveries about this record' }).click()
    await dialogOf(page).waitFor({ state: 'detached' })
    await until('only deliveries of the record', async () => {
      const shown = await rows(page).allInnerTexts()
      return shown.length > 1 && shown.every((text) => text.includes('Both Doe'))
    })
  })

  let failed: Awaited<ReturnType<typeof createWebhook>>
  before(async () => {
    failed = await createWebhook(stage, { events: ['deal.assigned'], max_in_flight: 1 })
    stage.receiver.reply(failed.path, 500)
    for (const title of ['One', 'Two', 'Three'])
      await stage.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.assigned',
        data: { id: title, title },
      })
    await stage.api.rows(`webhook_deliveries?webhook_id=eq.${failed.id}&status=eq.failed`, 3)
  })

  test('failed deliveries are counted before a bulk retry, and then delivered', async () => {
    stage.receiver.reply(failed.path, 200)
    const page = await stage.open(`/${failed.id}/deliveries`)
    await page.getByRole('button', { name: 'Retry or replay' }).click()
    await page.getByRole('menuitem', { name: 'Retry failed deliveries…' }).click()
    const dialog = dialogOf(page)
    await dialog.getByText('3 failed deliveries in this time range.').waitFor()
    await dialog.getByLabel('Event').selectOption('contact.created')
    await dialog.getByText('0 failed deliveries in this time range.').waitFor()
    assert.equal(await dialog.getByRole('button', { name: /^Send/ }).isDisabled(), true)
    await dialog.getByLabel('Event').selectOption('')
    await dialog.getByRole('button', { name: 'Send 3' }).click()
    await page.getByText('3 failed deliveries queued for retry').waitFor()
    for (const title of ['One', 'Two', 'Three']) await rowOf(page, title).getByText('Delivered').waitFor()
  })

  test('missed events are counted before a replay, and then sent', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.assigned'] })
    const page = await stage.open(`/${id}/deliveries?replay=2020-01-01T00:00:00Z`)
    const dialog = dialogOf(page)
    await dialog.getByText('3 missed events in this time range.').waitFor()
    await dialog.getByRole('button', { name: 'Send 3' }).click()
    const requests = await stage.receiver.received(path, 3)
    assert.deepEqual(
      new Set(requests.map(({ json }) => json.data['title'])),
      new Set(['One', 'Two', 'Three']),
    )
    await rowOf(page, 'Three').getByText('Delivered').waitFor()
  })

  test('a running replay shows its progress and can be stopped', async () => {
    const { id, path } = await createWebhook(stage, { events: ['message.sent'], is_active: false })
    for (let more = 0; more < 4; more += 1)
      await stage.api.request(
        'POST',
        'webhook_events',
        Array.from({ length: 1_000 }, (_, at) => ({
          organization_id: stage.organizationId,
          event: 'message.sent',
          data: { id: `m-${more}-${at}` },
        })),
      )
    await until('all events to be matched', async () => {
      const [skip] = await stage.api.get(`webhook_skips?webhook_id=eq.${id}&event=eq.message.sent`)
      return skip?.['count'] === 4_000
    })
    // The endpoint never responds: a thousand deliveries wait for it, and the replay pauses behind them.
    stage.receiver.reply(path, () => {})
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true, max_in_flight: 1 })
    const page = await stage.open(`/${id}/deliveries?replay=2020-01-01T00:00:00Z`)
    await dialogOf(page).getByRole('button', { name: 'Send 4,000' }).click()
    await page.getByText(/Replaying missed events: .* of 4,000 queued/).waitFor()
    await page.getByRole('progressbar', { name: 'Progress' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText(/Replay stopped after/).waitFor()
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
  })
})
