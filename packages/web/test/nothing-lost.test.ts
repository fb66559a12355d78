import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SERVICE_KEY } from '../../server/test/harness/server-process.ts'
import { createWebhook, dialogOf, onStage, pageUrl } from './harness/stage.ts'

onStage('what a user types and sends', (stage) => {
  test('a double click on the button creates one webhook', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill(`${stage.receiver.url}/double`)
    await page.getByRole('checkbox', { name: 'contact.created' }).check()
    await page.getByRole('button', { name: 'Create Webhook' }).dblclick()
    await page.getByRole('heading', { name: 'Your webhook is ready' }).waitFor()
    const created = await stage.api.get('webhook_configurations?url=like.*double')
    assert.deepEqual(
      created.map(({ name }) => name),
      ['127.0.0.1'],
    )
  })

  test('a session that ends while a webhook is edited loses nothing, and says why the user signs in again', async () => {
    const { id } = await createWebhook(stage, { name: 'Edited' })
    const page = await stage.open(`/${id}/settings`)
    await page.getByLabel('Description').fill('typed before the session ended')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Your session has ended').waitFor()
    await page.getByLabel('Service key or organization key').fill(SERVICE_KEY)
    await page.keyboard.press('Enter')
    await page.getByText('Your unsaved changes are back').waitFor()
    assert.equal(await page.getByLabel('Description').inputValue(), 'typed before the session ended')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Changes saved.').waitFor()
    const [saved] = await stage.api.get(`webhook_configurations?id=eq.${id}`)
    assert.equal(saved?.['description'], 'typed before the session ended')
  })

  test('a reload keeps what was typed, but stores neither a secret nor header values', async () => {
    const page = await stage.open('/new')
    page.on('dialog', (dialog) => void dialog.accept())
    await page.getByLabel('Description').fill('typed before the reload')
    await page.getByRole('radio', { name: /Use my own/ }).click()
    await page.getByLabel('Secret', { exact: true }).fill('a-secret-of-the-test')
    const stored = await page.evaluate<string>('JSON.stringify(sessionStorage)')
    assert.ok(stored.includes('typed before the reload'))
    assert.ok(!stored.includes('a-secret-of-the-test'))
    await page.reload()
    await page.getByText('Your unsaved changes are back').waitFor()
    assert.equal(await page.getByLabel('Description').inputValue(), 'typed before the reload')
    await page.getByRole('button', { name: 'Discard' }).click()
    assert.equal(await page.getByLabel('Description').inputValue(), '')
  })

  test('the form refuses an address that the API refuses, while it is typed', async () => {
    const page = await stage.open('/new')
    await page.getByLabel('URL').fill('https://192.168.1.1/hook')
    await page.getByText(/192\.168\.1\.1 is private or reserved/).waitFor()
    assert.equal(await page.getByText('Valid URL.').count(), 0)
    assert.equal(await stage.api.get('webhook_configurations?name=eq.').then((rows) => rows.length), 0)
  })

  test('the link from a test to its log closes the dialog', async () => {
    const { id } = await createWebhook(stage, { name: 'Tested' })
    const page = await stage.open(`/${id}`)
    await page.getByRole('button', { name: 'Test Tested' }).first().click()
    await dialogOf(page).getByRole('button', { name: 'Send test' }).click()
    await dialogOf(page).getByRole('link', { name: 'View logs' }).click()
    await dialogOf(page).getByRole('heading', { name: 'Response' }).waitFor()
    await page.keyboard.press('Escape')
    await page.waitForURL(pageUrl(stage, `/${id}/deliveries`))
    assert.equal(await page.getByRole('dialog').count(), 0)
  })

  test('controls that turn text around, and bytes that are no text, are shown as what they are', async () => {
    const { id, path } = await createWebhook(stage, { name: 'Odd answers' })
    stage.receiver.reply(path, (response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('\u202Elive')
    })
    const page = await stage.open(`/${id}`)
    await page.getByRole('button', { name: 'Test Odd answers' }).first().click()
    await dialogOf(page).getByRole('button', { name: 'Send test' }).click()
    await dialogOf(page).getByText('U+202E').first().waitFor()
  })

  test('the time range of the overview is kept in the address', async () => {
    const { id } = await createWebhook(stage, { name: 'Ranged' })
    const page = await stage.open(`/${id}`)
    await page.getByRole('button', { name: '7 days' }).click()
    await page.waitForURL(/range=7d/)
    await page.reload()
    await page.getByRole('button', { name: '7 days', pressed: true }).waitFor()
  })

  test('an address for alerts is accepted with a warning when the server cannot send mail', async () => {
    await createWebhook(stage, { name: 'Alerted' })
    const page = await stage.open()
    await page.getByText('This server cannot send mail yet').waitFor()
  })
})
