import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContact, createWebhook, onStage, rowOf } from './harness/stage.ts'

onStage('when something is wrong', (stage) => {
  test('a server that cannot be reached is said to be, and what was shown stays', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open()
    await rowOf(page, name).waitFor()
    await page.context().setOffline(true)
    await page.getByText('The server cannot be reached just now.').waitFor()
    await rowOf(page, name).waitFor()
    await page.context().setOffline(false)
    await page.getByText('The server cannot be reached just now.').waitFor({ state: 'detached' })
  })

  test('a view that cannot be read says so and can be asked for again', async () => {
    const { name } = await createWebhook(stage)
    const page = await stage.open('/deliveries')
    await page.route('**/rest/v1/webhook_configurations*', (route) => route.abort())
    await page.getByRole('link', { name: 'Webhooks', exact: true }).last().click()
    await page.getByRole('alert').getByText('The server cannot be reached').waitFor()
    await page.unroute('**/rest/v1/webhook_configurations*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await rowOf(page, name).waitFor()
  })

  test('what was not done says why', async () => {
    const { id, path } = await createWebhook(stage)
    stage.receiver.reply(path, 500)
    await createContact(stage)
    await stage.receiver.received(path, 3)
    const page = await stage.open(`/${id}/deliveries`)
    await rowOf(page, 'Failed').getByRole('link').click()
    await stage.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    await page.getByRole('button', { name: 'Retry now' }).click()
    await page.getByText('the webhook of this delivery is switched off').waitFor()
  })

  // How the end becomes known is tested over https; here it is put into what the server answers.
  test('a certificate that ends within two weeks is warned of, in the list and on the webhook', async () => {
    const { id, name } = await createWebhook(stage)
    const page = await stage.open()
    await page.route('**/rest/v1/webhook_configurations*', async (route) => {
      const response = await route.fetch()
      const end = new Date(Date.now() + 5.5 * 86_400_000).toISOString()
      const text = (await response.text()).replaceAll(
        '"certificate_expires_at":null',
        `"certificate_expires_at":"${end}"`,
      )
      await route.fulfill({ response, body: text })
    })
    await page.reload()
    await rowOf(page, name).getByText('Its certificate ends in 5 days.').waitFor()
    await page.getByRole('link', { name }).click()
    await page.getByText('The endpoint’s certificate ends in 5 days').waitFor()
    assert.ok(page.url().endsWith(id))
  })
})
