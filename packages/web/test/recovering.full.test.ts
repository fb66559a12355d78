import { before, test } from 'node:test'
import { openDatabase } from './harness/open-database.ts'
import { createWebhook, onStage, rowOf } from './harness/stage.ts'

onStage('an endpoint that responds again', (stage) => {
  let webhook: { id: string; name: string }
  before(async () => {
    webhook = await createWebhook(stage)
    await stage.server.stop()
    const database = await openDatabase(stage.site)
    await database.query(
      `update webhooks.webhook_configurations set health = 'degraded', health_reason = 'any', is_parked = true where id = $1`,
      [webhook.id],
    )
    await database.close()
    stage.server = await stage.site.start()
    stage.api = stage.server.api
  })

  test('a webhook whose held deliveries are being sent is shown as recovering', async () => {
    const page = await stage.open()
    await rowOf(page, webhook.name).getByText('Recovering', { exact: true }).waitFor()
  })
})
