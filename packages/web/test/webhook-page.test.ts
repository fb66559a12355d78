import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../server/test/harness/until.ts'
import { createContact, createWebhook, dialogOf, onStage, rowOf } from './harness/stage.ts'

onStage(
  "a webhook's page",
  (stage) => {
    test('the overview says at a glance how requests are signed and whether the connection is encrypted', async () => {
      const { id } = await createWebhook(stage, {
        secret: 'the-secret-of-the-page',
        headers: { 'X-Token': 'a' },
      })
      const page = await stage.open(`/${id}`)
      const facts = page.getByRole('region', { name: 'Security' })
      await facts.getByText('HMAC-SHA256, with the secret ending in').waitFor()
      await facts.getByText('Not encrypted').waitFor()
      await facts.getByText('X-Token').waitFor()
    })

    test('the overview warns of a webhook whose requests are not signed', async () => {
      const { id } = await createWebhook(stage)
      const page = await stage.open(`/${id}`)
      await page.getByRole('region', { name: 'Security' }).getByText('Not signed').waitFor()
    })

    test('deliveries of an endpoint on hold say that they wait for it, and promise no time that has passed', async () => {
      const { id, path } = await createWebhook(stage, { name: 'Held', events: ['contact.created'] })
      stage.receiver.reply(path, 503)
      for (const name of ['First', 'Second', 'Third']) await createContact(stage, { first_name: name })
      await until('the endpoint to be held', async () => {
        const [webhook] = await stage.api.get(`webhook_configurations?id=eq.${id}`)
        return webhook?.['health'] === 'held'
      })
      const page = await stage.open(`/${id}/deliveries`)
      await page.getByText('Deliveries wait until the endpoint responds again').waitFor()
      await rowOf(page, 'First Doe').getByText('On hold').waitFor()
      assert.equal(await page.getByText(/retry in/).count(), 0)
      await rowOf(page, 'First Doe').getByRole('link').click()
      await dialogOf(page).getByText('Sent as soon as the endpoint responds again.').waitFor()
      assert.equal(await page.getByText(/Next attempt .* ago/).count(), 0)
    })

    test('deliveries of a disabled webhook say that nothing is sent', async () => {
      const { id } = await createWebhook(stage, { is_active: false })
      const page = await stage.open(`/${id}/deliveries`)
      await page.getByText('Nothing is sent.').waitFor()
    })

    test('enabling a webhook takes back the message that it is disabled', async () => {
      const { id } = await createWebhook(stage, { name: 'Billing', events: ['deal.created'] })
      const page = await stage.open(`/${id}`)
      await page.getByRole('switch', { name: 'Billing is active' }).click()
      await dialogOf(page).getByRole('button', { name: 'Disable' }).click()
      await page.getByText('Billing is disabled.').waitFor()
      await page.getByRole('switch', { name: 'Billing is active' }).click()
      await page.getByText(/Billing is active/).waitFor()
      assert.equal(await page.getByText('Billing is disabled.').count(), 0)
    })

    test('charts can be read with the arrow keys and with the mouse', async () => {
      const { id, path } = await createWebhook(stage, { name: 'Charted', events: ['deal.created'] })
      await stage.api.insert('deals', { organization_id: stage.organizationId, title: 'Deal' })
      await stage.receiver.received(path, 1)
      const page = await stage.open(`/${id}`)
      const chart = page.getByRole('img', { name: /^Attempts over time/ })
      await chart.waitFor()
      await chart.focus()
      await page.keyboard.press('ArrowLeft')
      await page.getByText(/: 1 succeeded, 0 failed/).waitFor()
      await page.keyboard.press('ArrowLeft')
      await page.getByText(/: 0 succeeded, 0 failed/).waitFor()
      await chart.blur()
      const box = await chart.boundingBox()
      assert.ok(box !== null)
      await page.mouse.move(box.x + box.width - 3, box.y + box.height / 2)
      await page.getByText(/: 1 succeeded, 0 failed/).waitFor()
    })

    test('the dialog that rotates a secret says that requests then carry two signatures', async () => {
      const { id } = await createWebhook(stage, { secret: 'the-old-secret' })
      const page = await stage.open(`/${id}/settings`)
      await page.getByRole('button', { name: 'Rotate…' }).click()
      await dialogOf(page)
        .getByText(/X-Webhook-Signature carries two values, separated by a comma/)
        .waitFor()
    })

    test('a page of a webhook that does not exist has a main heading', async () => {
      const page = await stage.open('/0190b000-0000-7000-8000-00000000000a')
      await page.getByRole('heading', { level: 1, name: 'Webhook not found' }).waitFor()
    })

    test('a name typed after the URL is what was typed, not what the URL suggests', async () => {
      const page = await stage.open('/new')
      await page.getByLabel('URL').fill('https://hooks.example.com/in')
      await page.getByLabel('Name', { exact: true }).click()
      await page.keyboard.type('Mine')
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Mine')
    })

    test('the sample data of a test has its columns in the order of the events', async () => {
      const { id } = await createWebhook(stage, { name: 'Sampled', events: ['contact.created'] })
      const page = await stage.open(`/${id}`)
      await page.getByRole('button', { name: 'Test Sampled' }).first().click()
      const data = await dialogOf(page).getByRole('textbox', { name: 'Data' }).inputValue()
      const columns = Object.keys(JSON.parse(data) as object)
      assert.deepEqual(columns.slice(0, 5), ['id', 'first_name', 'last_name', 'email', 'phone'])
    })
  },
  { settings: { BREAKER_AFTER: '1ms', BREAKER_FAILURES: '3', RETRY_SCHEDULE: '1h' } },
)
