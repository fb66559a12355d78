import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { openDatabase } from './harness/open-database.ts'
import type { Stage } from './harness/stage.ts'
import { createWebhook, dialogOf, onStage, rowOf } from './harness/stage.ts'

/** An organization of its own, which the page then shows, with records whose own events have been sent. */
async function createRecords(stage: Stage, contacts: number, deals = 0): Promise<void> {
  const { id } = await stage.api.insert<{ id: string }>('organizations', { name: 'Existing' })
  stage.organizationId = id
  const witness = await createWebhook(stage, { events: ['*'] })
  const rows = (count: number, name: string) =>
    Array.from({ length: count }, (_, at) => ({ organization_id: id, [name]: `Record ${at}` }))
  await stage.api.request('POST', 'contacts', rows(contacts, 'first_name'))
  if (deals > 0) await stage.api.request('POST', 'deals', rows(deals, 'title'))
  await stage.receiver.received(witness.path, contacts + deals)
  await stage.api.request('DELETE', `webhook_configurations?id=eq.${witness.id}`)
}

const startSync = async ({ api }: Stage, webhookId: string): Promise<string> => {
  const { body } = await api.rpc<{ sync_id: string }>('send_existing', {
    webhook_id: webhookId,
    record: 'contact',
  })
  return body.sync_id
}

const create = async (page: Page, url: string, events: string): Promise<void> => {
  await page.getByLabel('URL').fill(url)
  await page.getByRole('checkbox', { name: events }).check()
  await page.getByRole('button', { name: 'Create webhook' }).click()
  await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
}

const isTooWide = async (page: Page): Promise<boolean> =>
  await page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')

onStage('existing records', (stage) => {
  test('a new webhook is offered the records that exist, and shows them sent once, also after a double click', async () => {
    await createRecords(stage, 30)
    const page = await stage.open('/new')
    await create(page, `${stage.receiver.url}/offered`, 'contact.created')
    const offer = page.getByRole('region', { name: 'Send 30 existing contacts too?' })
    await offer.getByRole('button', { name: 'Send' }).dblclick()
    await page.getByText('Existing records sent · Contacts').waitFor()
    await page.getByText('30 of 30 sent').waitFor()
    await offer.waitFor({ state: 'detached' })
    const requests = await stage.receiver.received('/offered', 30)
    assert.deepEqual([...new Set(requests.map(({ headers }) => headers['x-webhook-trigger']))], ['sync'])
    const syncs = await stage.api.get(`webhook_syncs?organization_id=eq.${stage.organizationId}`)
    assert.equal(syncs.length, 1)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.reload()
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    assert.equal(await page.getByText('Existing records sent').count(), 0)
  })

  test('an offer of several kinds lets choose among them, and “Not now” sends nothing', async () => {
    await createRecords(stage, 3, 2)
    const page = await stage.open('/new', { width: 360, height: 740 })
    await create(page, `${stage.receiver.url}/declined`, 'All events')
    const offer = page.getByRole('region', { name: 'Send existing records too?' })
    await offer.getByRole('checkbox', { name: 'Contacts: 3' }).waitFor()
    await offer.getByRole('checkbox', { name: 'Deals: 2' }).waitFor()
    assert.equal(await offer.getByRole('checkbox').count(), 2)
    assert.equal(await isTooWide(page), false)
    await offer.getByRole('button', { name: 'Not now' }).click()
    await offer.waitFor({ state: 'detached' })
    const syncs = await stage.api.get(`webhook_syncs?organization_id=eq.${stage.organizationId}`)
    assert.deepEqual(syncs, [])
  })

  test('a new webhook without records that it could get is offered nothing', async () => {
    await createRecords(stage, 1)
    const page = await stage.open('/new')
    const counted = page.waitForResponse((response) => response.url().endsWith('/rpc/send_existing'))
    await create(page, `${stage.receiver.url}/nothing`, 'deal.created')
    assert.deepEqual(await (await counted).json(), { matched: 0 })
    assert.equal(await page.getByRole('region', { name: /existing/ }).count(), 0)
  })

  test('existing records can be sent later, by kind', async () => {
    await createRecords(stage, 3, 2)
    const { id, path } = await createWebhook(stage, { events: ['*'] })
    const page = await stage.open(`/${id}/deliveries`)
    await page.getByRole('button', { name: 'Retry or replay' }).click()
    await page.getByRole('menuitem', { name: 'Send existing records…' }).click()
    const dialog = dialogOf(page)
    await dialog.getByRole('button', { name: 'Send 5' }).waitFor()
    await dialog.getByRole('checkbox', { name: 'Deals: 2' }).uncheck()
    await dialog.getByRole('button', { name: 'Send 3' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('3 of 3 sent').waitFor()
    const requests = await stage.receiver.received(path, 3)
    assert.deepEqual([...new Set(requests.map(({ json }) => json.event))], ['contact.created'])
    await rowOf(page, 'Record 1').getByText('Delivered').waitFor()
  })

  test('a sync shows how far it is, and is paused, resumed and cancelled', async () => {
    await createRecords(stage, 600)
    const { id, path } = await createWebhook(stage, { max_in_flight: 1 })
    const waiting: ServerResponse[] = []
    stage.receiver.reply(path, 200, (response) => void waiting.push(response))
    await startSync(stage, id)
    const page = await stage.open(`/${id}`, { width: 360, height: 740 })
    await page.getByText('Sending existing records · Contacts').waitFor()
    await page.getByText('1 of 600 sent').waitFor()
    await page.getByRole('progressbar', { name: 'Progress' }).waitFor()
    assert.equal(await isTooWide(page), false)
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations, [])
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Sending existing records is paused · Contacts').waitFor()
    await page.getByText('What was read before is still sent.').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('Sending existing records · Contacts').waitFor()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await dialogOf(page).getByText('Deliveries that wait are cancelled').waitFor()
    await dialogOf(page).getByRole('button', { name: 'Cancel sending' }).click()
    await page.getByText('Sending existing records was cancelled · Contacts').waitFor()
    await page.goto(page.url() + '/deliveries?status=cancelled')
    await rowOf(page, 'Sending existing records was cancelled').waitFor()
    for (const response of waiting) response.end()
  })

  test('the outcome of a sync leads to the deliveries that failed', async () => {
    await createRecords(stage, 3)
    const { id, path } = await createWebhook(stage)
    stage.receiver.reply(path, 400)
    await startSync(stage, id)
    const page = await stage.open(`/${id}`)
    await page.getByText('Existing records sent · Contacts').waitFor()
    await page.getByRole('link', { name: '3 failed' }).click()
    for (const at of [0, 1, 2]) await rowOf(page, `Record ${at}`).getByText('Failed').waitFor()
    assert.match(page.url(), /status=failed/)
  })

  test('a kind that is being sent cannot be chosen again', async () => {
    await createRecords(stage, 3)
    const { id, path } = await createWebhook(stage)
    const waiting: ServerResponse[] = []
    stage.receiver.reply(path, (response) => void waiting.push(response))
    await startSync(stage, id)
    const page = await stage.open(`/${id}/deliveries`)
    await page.getByRole('button', { name: 'Retry or replay' }).click()
    await page.getByRole('menuitem', { name: 'Send existing records…' }).click()
    await dialogOf(page).getByText('being sent').waitFor()
    assert.equal(await dialogOf(page).getByRole('checkbox').isDisabled(), true)
    assert.equal(await dialogOf(page).getByRole('button', { name: 'Send' }).isDisabled(), true)
    for (const response of waiting) response.end()
  })

  test('a key that only reads sees the progress, and no button that would change it', async () => {
    await createRecords(stage, 3)
    const { id, path } = await createWebhook(stage)
    const waiting: ServerResponse[] = []
    stage.receiver.reply(path, (response) => void waiting.push(response))
    await startSync(stage, id)
    const { key } = await stage.api.insert<{ key: string }>('api_keys', {
      organization_id: stage.organizationId,
      name: 'Support',
      scope: 'read',
    })
    const page = await stage.open(`/${id}`, { key })
    await page.getByText('Sending existing records · Contacts').waitFor()
    assert.equal(await page.getByRole('button', { name: /Pause|Cancel/ }).count(), 0)
    for (const response of waiting) response.end()
  })

  test('a sync that the system paused says why, in the language of the page', async () => {
    await createRecords(stage, 1)
    const { id } = await createWebhook(stage)
    await stage.server.stop()
    const database = await openDatabase(stage.site)
    await database.query(
      `insert into webhooks.webhook_syncs (organization_id, webhook_id, record, status, reason, matched)
       values ($1, $2, 'contact', 'paused', 'the server may not read the records', 1)`,
      [stage.organizationId, id],
    )
    await database.close()
    stage.server = await stage.site.start()
    stage.api = stage.server.api
    const page = await stage.open(`/${id}?locale=de`)
    await page.getByText('Senden vorhandener Datensätze pausiert · Kontakte').waitFor()
    await page.getByText('Der Server darf die Datensätze nicht lesen.').waitFor()
    await page.getByRole('button', { name: 'Fortsetzen' }).click()
    await page.getByText('1 von 1 gesendet').waitFor()
  })
})
