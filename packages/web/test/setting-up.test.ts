import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { createContact, createWebhook, dialogOf, onStage, pageUrl, rowOf } from './harness/stage.ts'
import { SERVICE_KEY } from '../../server/test/harness/server-process.ts'

const created = async (page: Page): Promise<void> =>
  await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()

onStage('webhook setup', (stage) => {
  test('a new user sees a verified request arrive after one click', async () => {
    const { id } = await stage.api.insert<{ id: string }>('organizations', { name: 'Beginners' })
    const page = await stage.open('', { isStranger: true })
    await page.getByLabel('Service key or organization key').fill(SERVICE_KEY)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Beginners' }).click()
    await page.getByRole('button', { name: 'Try it now' }).click()
    await page.getByText('Signature verified').waitFor()
    await page.getByText('POST contact.created').waitFor()
    await page.getByText(/^whsec_/).waitFor()
    const [webhook] = await stage.api.get(`webhook_configurations?organization_id=eq.${id}`)
    assert.match(String(webhook?.['url']), /\/receive\//)
    await page.getByRole('button', { name: 'Back to webhooks' }).click()
    await rowOf(page, 'My first webhook').getByText('Healthy').waitFor()
    await page.getByRole('link', { name: 'My first webhook' }).click()
    await page.getByRole('heading', { name: 'Test inbox' }).waitFor()
    await page.getByText('Signature verified').waitFor()
  })

  test('the form explains what is wrong with a URL while the user types it', async () => {
    const page = await stage.open('/new')
    const url = page.getByLabel('URL')
    for (const [typed, hint] of [
      ['example.com/hook', 'The URL must start with https://.'],
      ['http://example.com', 'http:// is not encrypted'],
      ['https://user:word@example.com', 'Remove the user name and password'],
      ['https://example.com/hook#top', 'Remove the part after #'],
      ['https://example.com/hook', 'Valid URL.'],
    ] as const) {
      await url.fill(typed)
      await page.getByText(hint).waitFor()
    }
    const name = page.getByLabel('Name', { exact: true })
    assert.deepEqual([await name.getAttribute('placeholder'), await name.inputValue()], ['example.com', ''])
  })

  test('the form shows the errors of the API next to their fields', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill('https://10.0.0.1/hook')
    await page.getByRole('radio', { name: /Use my own/ }).click()
    await page.getByLabel('Secret', { exact: true }).fill('short')
    await page.getByRole('heading', { name: 'Advanced' }).click()
    await page.getByLabel('Timeout in seconds').fill('soon')
    await page.getByRole('button', { name: 'Create webhook' }).click()
    const errorOf = async (label: string): Promise<string> => {
      const input = page.getByLabel(label, { exact: label !== 'Timeout in seconds' })
      const ids = (await input.getAttribute('aria-describedby')) ?? ''
      assert.equal(await input.getAttribute('aria-invalid'), 'true', label)
      return await page.locator(`[id="${ids.split(' ').at(-1)}"]`).innerText()
    }
    await page.getByText('Not saved. Correct the errors above.').waitFor()
    assert.match(await errorOf('URL'), /10\.0\.0\.1/)
    assert.match(await errorOf('Secret'), /8 to 256/)
    assert.match(await errorOf('Timeout in seconds'), /whole number/)
    await page.getByText('Must name at least one event type').waitFor()
    assert.equal(await page.evaluate('document.activeElement.getAttribute("aria-invalid")'), 'true')
  })

  test('events can be selected by search, by group and one by one', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/events`)
    await page.getByLabel('Search events').fill('stage')
    await page.getByRole('checkbox', { name: 'contact.created' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Example: deal.stage.changed' }).click()
    await page.getByText('"Annual plan"').waitFor()
    await page.getByLabel('Search events').fill('')
    await page.getByRole('checkbox', { name: /Deals/ }).check()
    await page.getByText('4 of 17 events selected').waitFor()
    await page.getByRole('checkbox', { name: 'deal.updated' }).uncheck()
    await page.getByRole('checkbox', { name: /Contacts/ }).check()
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await created(page)
    const [webhook] = await stage.api.get(`webhook_configurations?url=like.*events`)
    assert.deepEqual(
      new Set(webhook?.['events'] as string[]),
      new Set(['deal.created', 'deal.stage.changed', 'deal.assigned', 'contact.*']),
    )
  })

  test('a filter can be built from conditions, and shows how many recent events it matches', async () => {
    for (const [title, stageName, value] of [
      ['Large', 'Won', 5_000],
      ['Small', 'Won', 10],
      ['Lost', 'Lost', 9_000],
    ] as const) {
      await stage.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.stage.changed',
        data: { id: title, title, stage: stageName, value },
      })
    }
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/filtered`)
    await page.getByRole('checkbox', { name: 'deal.stage.changed' }).check()
    await page.getByRole('button', { name: 'Conditions' }).click()
    await page.getByLabel('Field for condition 1').selectOption({ label: 'Stage' })
    await page.getByLabel('Value for condition 1').fill('Won')
    await page.getByText('Matches 2 of the last 3 events').waitFor()
    await page.getByRole('button', { name: 'Add condition' }).click()
    await page.getByLabel('Field for condition 2').selectOption({ label: 'Value' })
    await page.getByLabel('Operator for condition 2').selectOption({ label: 'is greater than' })
    await page.getByLabel('Value for condition 2').fill('1000')
    await page.getByText('Matches 1 of the last 3 events').waitFor()
    await page.getByText(/^Large · /).waitFor()
    await page.getByRole('button', { name: 'JSON' }).click()
    assert.deepEqual(JSON.parse(await page.getByLabel('Filter as JSON').inputValue()), {
      'data.stage': 'Won',
      'data.value': { $gt: 1_000 },
    })
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await created(page)
    const [webhook] = await stage.api.get(`webhook_configurations?url=like.*filtered`)
    assert.deepEqual(webhook?.['filter'], { 'data.stage': 'Won', 'data.value': { $gt: 1_000 } })
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    assert.equal(await page.getByLabel('Value for condition 2').inputValue(), '1000')
  })

  test('the form explains what is wrong with a filter in JSON', async () => {
    const page = await stage.open('/new')
    await page.getByRole('checkbox', { name: 'deal.created' }).check()
    await page.getByRole('button', { name: 'JSON' }).click()
    await page.getByLabel('Filter as JSON').fill('{"stage": "Won"}')
    await page.getByText('write "data.stage"').waitFor()
  })

  test('all events do not include operational events, which can be selected in addition', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/watching`)
    await page.getByRole('searchbox', { name: 'Search events' }).fill('keeps failing')
    await page.getByRole('checkbox', { name: 'webhook.failing' }).check()
    await page.getByRole('searchbox', { name: 'Search events' }).fill('')
    await page.getByRole('checkbox', { name: 'All events' }).check()
    assert.equal(await page.getByRole('checkbox', { name: 'webhook.deactivated' }).isChecked(), false)
    await page.getByRole('checkbox', { name: 'delivery.exhausted' }).check()
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await created(page)
    const [webhook] = await stage.api.get(`webhook_configurations?url=like.*watching`)
    assert.deepEqual(webhook?.['events'], ['*', 'webhook.failing', 'delivery.exhausted'])
  })

  test('a generated secret is shown once', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/secret`)
    await page.getByRole('checkbox', { name: 'All events' }).check()
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await created(page)
    await page.getByText(/^whsec_/).waitFor()
    await page.getByRole('button', { name: 'Done, I copied the secret' }).click()
    await page.getByText(/^whsec_/).waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    assert.equal(await page.getByText(/whsec_/).count(), 0)
  })

  test('a webhook can be created without a secret, and with headers and limits', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/plain`)
    await page.getByRole('checkbox', { name: 'contact.created' }).check()
    await page.getByRole('radio', { name: /None/ }).click()
    await page.getByRole('heading', { name: 'Advanced' }).click()
    await page.getByRole('button', { name: 'Add header' }).click()
    await page.getByLabel('Name of header 1').fill('X-Token')
    await page.getByLabel('Value of header 1').fill('let-me-in')
    await page.getByLabel('Timeout in seconds').fill('2.5')
    await page.getByLabel('Requests per second').fill('20')
    await page.getByLabel('Concurrent requests').fill('4')
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await created(page)
    const [webhook] = await stage.api.get(`webhook_configurations?url=like.*plain`)
    assert.deepEqual(
      ['has_secret', 'timeout_ms', 'rate_limit', 'max_in_flight'].map((column) => webhook?.[column]),
      [false, 2_500, 20, 4],
    )
    await createContact(stage)
    const [request] = await stage.receiver.received('/plain', 1)
    assert.equal(request?.headers['x-token'], 'let-me-in')
    assert.equal(request?.headers['x-webhook-signature'], undefined)
  })

  test('changing a webhook keeps its hidden headers', async () => {
    const { id, path } = await createWebhook(stage, { headers: { 'X-Token': 'kept' } })
    const page = await stage.open(`/${id}/settings`)
    await page.getByText('Values are hidden').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Renamed')
    await page.getByText('You have unsaved changes.').waitFor()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Changes saved. They apply from the next event.').waitFor()
    await page.getByRole('heading', { name: 'Renamed' }).waitFor()
    await createContact(stage)
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.headers['x-token'], 'kept')
  })

  test('the page asks before a link or the back button discards unsaved changes', async () => {
    const page = await stage.open('')
    await page.getByRole('link', { name: 'Create webhook' }).first().click()
    await page.getByLabel('Description').fill('something')
    await page.getByRole('link', { name: 'Cancel' }).click()
    await dialogOf(page).getByText('will be lost').waitFor()
    await dialogOf(page).getByRole('button', { name: 'Keep editing' }).click()
    assert.equal(page.url(), pageUrl(stage, '/new'))
    await page.goBack()
    await dialogOf(page).getByText('will be lost').waitFor()
    assert.equal(await page.getByLabel('Description').inputValue(), 'something')
    await dialogOf(page).getByRole('button', { name: 'Leave' }).click()
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor()
    assert.equal(page.url(), pageUrl(stage, ''))
  })

  test('the browser asks before it closes a tab only if the tab has unsaved changes', async () => {
    const page = await stage.open('/new')
    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.type())
      void dialog.accept()
    })
    await page.getByLabel('Description').fill('something')
    await page.getByText('You have unsaved changes.').waitFor()
    await page.close({ runBeforeUnload: true })
    if (!page.isClosed()) await page.waitForEvent('close')
    assert.deepEqual(asked, ['beforeunload'])
    const clean = await stage.open('/new')
    clean.on('dialog', (dialog) => void dialog.accept().then(() => asked.push('again')))
    await clean.getByLabel('Description').waitFor()
    await clean.close({ runBeforeUnload: true })
    if (!clean.isClosed()) await clean.waitForEvent('close')
    assert.deepEqual(asked, ['beforeunload'])
  })
})
