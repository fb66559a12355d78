import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import type { Page } from 'playwright-core'
import type { Stage } from './harness/stage.ts'
import { createContact, dialogOf, onStage, rowOf } from './harness/stage.ts'

interface Wanted {
  name: string
  path: string
  events: string[]
  secret?: string
}

/** Creates a webhook on the page as the documentation describes it, starting from the list. An empty list has the link twice. */
async function createByHand({ receiver }: Stage, page: Page, wanted: Wanted): Promise<string> {
  await page.getByRole('link', { name: 'Create webhook' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill(wanted.name)
  await page.getByLabel('URL').fill(`${receiver.url}${wanted.path}`)
  for (const event of wanted.events) await page.getByRole('checkbox', { name: event }).check()
  if (wanted.secret !== undefined) {
    await page.getByRole('radio', { name: /Use my own/ }).click()
    await page.getByLabel('Secret', { exact: true }).fill(wanted.secret)
  }
  const active = page.getByRole('switch', { name: 'Active', exact: true })
  assert.equal(await active.isChecked(), true)
  await page.getByRole('button', { name: 'Create webhook' }).click()
  await page.getByRole('heading', { name: wanted.name }).waitFor()
  return new URL(page.url()).pathname.split('/').at(-1)!
}

/** Sends a test from the page and waits for its outcome there. */
async function sendTest(page: Page, name: string): Promise<void> {
  await page
    .getByRole('button', { name: `Test ${name}` })
    .first()
    .click()
  await dialogOf(page).getByRole('button', { name: 'Send test' }).click()
  await dialogOf(page).getByText('Delivered', { exact: true }).waitFor()
}

async function openDeliveries(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Deliveries', exact: true }).click()
}

onStage('documented use cases and test cases', (stage) => {
  test('use case 1: a webhook syncs contacts to an external CRM', async () => {
    const page = await stage.open()
    await createByHand(stage, page, {
      name: 'CRM Sync',
      path: '/crm',
      events: ['contact.created', 'contact.updated'],
      secret: 'your-secret-key',
    })
    await sendTest(page, 'CRM Sync')
    await dialogOf(page).getByRole('link', { name: 'View logs' }).click()
    await dialogOf(page).getByText('Test passed').waitFor()
    await page.keyboard.press('Escape')
    await rowOf(page, 'Test passed').waitFor()

    await createContact(stage)
    const [, created] = await stage.receiver.received('/crm', 2)
    assert.equal(created?.json.data['first_name'], 'John')
    const row = rowOf(page, /Delivered.*contact\.created.*John Doe/s)
    await row.waitFor()
  })

  test('use case 2: a webhook notifies when a deal moves to "Won"', async () => {
    const page = await stage.open()
    await createByHand(stage, page, {
      name: 'Won deals',
      path: '/deals',
      events: ['deal.stage.changed'],
      secret: 'deal-secret-key',
    })
    await sendTest(page, 'Won deals')
    await page.keyboard.press('Escape')
    const deal = await stage.api.insert<{ id: string }>('deals', {
      organization_id: stage.organizationId,
      title: 'Annual plan',
      stage: 'Negotiation',
    })
    await stage.api.patch(`deals?id=eq.${deal.id}`, { stage: 'Won' })
    const [, request] = await stage.receiver.received('/deals', 2)
    assert.deepEqual([request?.json.data['stage'], request?.json.previous], ['Won', { stage: 'Negotiation' }])

    await openDeliveries(page)
    await rowOf(page, 'Annual plan').getByRole('link').click()
    const drawer = dialogOf(page)
    await drawer.getByText('What changed').waitFor()
    assert.match(await drawer.getByRole('row', { name: /Stage/ }).innerText(), /Negotiation\s+Won/)
    await drawer.getByText('Returned 200 in').waitFor()
  })

  test('use case 3: a webhook notifies of a received message in real time', async () => {
    const page = await stage.open()
    const secret = 'message-secret-key'
    await createByHand(stage, page, {
      name: 'Messages',
      path: '/messages',
      events: ['message.received'],
      secret,
    })
    await openDeliveries(page)
    await page.getByText('Live', { exact: true }).waitFor()
    await stage.api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'message.received',
      data: { id: 'm-1', direction: 'inbound', body: 'Olá 👋' },
    })
    const [request] = await stage.receiver.received('/messages', 1)
    assert.ok(request)
    await verifyWebhook({ body: request.body, headers: request.headers, secret })
    await rowOf(page, /Delivered.*message\.received/s)
      .getByRole('link')
      .click()
    await dialogOf(page).getByText('Olá 👋').waitFor()
  })

  test('test case 1: a user creates a webhook', async () => {
    const page = await stage.open()
    const id = await createByHand(stage, page, {
      name: 'Brand new',
      path: '/created',
      events: ['contact.created', 'deal.created'],
      secret: 'created-secret',
    })
    await page.getByRole('link', { name: 'Webhooks', exact: true }).first().click()
    const row = rowOf(page, 'Brand new')
    await row.waitFor()
    assert.match(await row.innerText(), /contact\.created\s+deal\.created/)
    const [saved] = await stage.api.get(`webhook_configurations?id=eq.${id}`)
    assert.deepEqual(
      [saved?.['name'], saved?.['url'], saved?.['events'], saved?.['is_active'], saved?.['has_secret']],
      ['Brand new', `${stage.receiver.url}/created`, ['contact.created', 'deal.created'], true, true],
    )
  })

  test('test case 2: a user tests a webhook', async () => {
    const page = await stage.open()
    stage.receiver.reply('/tested', (response) =>
      response.writeHead(202, { 'x-seen': 'yes' }).end('thank you'),
    )
    const id = await createByHand(stage, page, {
      name: 'Tested',
      path: '/tested',
      events: ['contact.created'],
    })
    await sendTest(page, 'Tested')
    const dialog = dialogOf(page)
    await dialog.getByText('Response code: 202').waitFor()
    await dialog.getByText('thank you').waitFor()
    await dialog.getByText('Response headers').click()
    await dialog.getByText('x-seen').waitFor()
    const [request] = await stage.receiver.received('/tested', 1)
    assert.deepEqual([request?.json.event, request?.json.data['first_name']], ['contact.created', 'John'])
    const [log] = await stage.api.rows(`webhook_logs?webhook_id=${id}`, 1)
    assert.deepEqual([log?.['trigger'], log?.['response_code']], ['test', 202])
  })

  test('test case 3: an event triggers the webhook', async () => {
    const page = await stage.open()
    await createByHand(stage, page, { name: 'Triggered', path: '/triggered', events: ['contact.created'] })
    const contact = await createContact(stage, { first_name: 'Ada' })
    const [request] = await stage.receiver.received('/triggered', 1)
    assert.equal(request?.json.event, 'contact.created')
    await openDeliveries(page)
    await rowOf(page, 'Ada Doe').getByRole('link').click()
    const body = dialogOf(page).getByRole('group', { name: 'Request body' })
    const shown = JSON.parse(await body.innerText()) as { event: string; data: { id: string } }
    assert.deepEqual([shown.event, shown.data.id], ['contact.created', contact])
  })

  test('test case 4: a request has a valid HMAC signature', async () => {
    const page = await stage.open()
    await page.getByRole('link', { name: 'Create webhook' }).first().click()
    await page.getByLabel('Name', { exact: true }).fill('Signed')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/signed`)
    await page.getByRole('checkbox', { name: 'contact.created' }).check()
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByRole('button', { name: 'Copy secret' }).click()
    const secret = await page.evaluate<string>('navigator.clipboard.readText()')
    assert.match(secret, /^whsec_/)
    await createContact(stage)
    const [request] = await stage.receiver.received('/signed', 1)
    assert.ok(request)
    const expected = `sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`
    assert.equal(request.headers['x-webhook-signature'], expected)
    await verifyWebhook({ body: request.body, headers: request.headers, secret })
    await assert.rejects(
      verifyWebhook({ body: request.body, headers: request.headers, secret: 'another-secret' }),
    )
  })

  test('test case 5: the delivery log shows delivered and failed attempts', async () => {
    const page = await stage.open()
    stage.receiver.reply('/logged', 200, 500, 500, 500)
    await createByHand(stage, page, { name: 'Logged', path: '/logged', events: ['contact.created'] })
    await createContact(stage, { first_name: 'First' })
    await stage.receiver.received('/logged', 1)
    await createContact(stage, { first_name: 'Second' })
    await stage.receiver.received('/logged', 4)
    await openDeliveries(page)
    await rowOf(page, /Delivered.*First Doe.*200/s).waitFor()
    const failed = rowOf(page, /Failed.*Second Doe.*500/s)
    await failed.getByText('3 attempts').waitFor()
    assert.match((await failed.locator('time').getAttribute('datetime')) ?? '', /^\d{4}-\d\d-\d\dT/)
    await failed.getByRole('link').click()
    const drawer = dialogOf(page)
    await drawer.getByText('The endpoint returned 500.').waitFor()
    const attempts = drawer.getByRole('region', { name: 'Attempts' }).getByRole('listitem')
    assert.equal(await attempts.count(), 4)
    assert.match(await attempts.last().innerText(), /Failed: no more automatic retries/)
  })
})
