import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

const NAME = 'Erasmus Vanishing'

onEachEngine('erasure by the running program', (stage) => {
  test('erasing a record removes its data from the events, deliveries and logs of the API', async () => {
    const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
    stage.receiver.reply(path, (response, { body }) => response.writeHead(400).end(`refused: ${body}`))
    const contact = await stage.server.api.insert<{ id: string }>('contacts', {
      organization_id: stage.organizationId,
      first_name: NAME,
    })
    const logs = `webhook_logs?webhook_id=eq.${id}&order=attempt`
    const [sent] = await stage.server.api.rows<LogRow>(logs, 3)
    assert.match(`${sent?.request_body} ${sent?.response_body}`, /Vanishing.*Vanishing/s)
    const { body } = await stage.server.api.rpc<{ erasure_id: string }>('erase_record', {
      organization_id: stage.organizationId,
      record_id: contact.id,
    })
    await until('the erasure to be completed', async () => {
      const rows = await stage.server.api.get(`webhook_erasures?id=eq.${body.erasure_id}&status=eq.completed`)
      return rows.length > 0
    })
    const erased = await stage.server.api.get<LogRow>(logs)
    assert.equal(erased.length, 3)
    assert.match(
      erased[0]!.request_body!,
      /^\{"event":"contact.created","timestamp":"[^"]+","data":\{"erased":true\}\}$/,
    )
    const shown = [
      erased,
      await stage.server.api.get('webhook_events'),
      await stage.server.api.get('webhook_deliveries'),
    ]
    assert.ok(!JSON.stringify(shown).includes('Vanishing'))
  })
})
