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
})
