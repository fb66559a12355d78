import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WebhookRow } from './harness/api.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

async function emit(stage: Stage, count: number): Promise<void> {
  const event = { organization_id: stage.organizationId, event: 'deal.created', data: {} }
  for (let n = 0; n < count; n += 1) await stage.server.api.insert('webhook_events', event)
}

async function becomes(stage: Stage, id: string, health: string): Promise<string | null> {
  const path = `webhook_configurations?id=eq.${id}&health=eq.${health}`
  const [webhook] = await stage.server.api.rows<WebhookRow>(path, 1)
  return webhook?.health_reason ?? null
}

onEachEngine('explanation of failures', (stage) => {
  test('the health reason names a change of the webhook if the endpoint first failed after it and has not succeeded since', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    await emit(stage, 1)
    await stage.server.api.rows(`webhook_logs?webhook_id=eq.${id}&status=eq.success`, 1)
    const other = `${path}-moved`
    stage.receiver.reply(other, 404)
    const url = new URL(other, stage.receiver.url).href
    await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { url, description: 'moved' })
    await emit(stage, 3)
    assert.match(
      (await becomes(stage, id, 'degraded')) ?? '',
      /the endpoint returned 404\. It first failed \d+ seconds? after the URL was changed, and has not succeeded since$/,
    )

    stage.receiver.reply(other, 200)
    await emit(stage, 1)
    assert.equal(await becomes(stage, id, 'healthy'), null)
    stage.receiver.reply(other, 404)
    await emit(stage, 3)
    assert.doesNotMatch((await becomes(stage, id, 'degraded')) ?? '', /first failed/)
  })
})
