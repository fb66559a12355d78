import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { createApi } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

interface Preview {
  outcome: string
  body: string
  headers: Record<string, string>
}

const EVENT = { event: 'deal.created', timestamp: '2025-01-15T10:30:00.000Z', data: { id: 'd-1', value: 1 } }
const TO_ID = 'export default (event) => event.data.id'

onEachEngine('what a preview takes', (stage) => {
  const preview = async (fields: object): Promise<string> => {
    const { body } = await stage.server.api.rpc<Preview>('preview_transform', { event: EVENT, ...fields })
    return body.body
  }
  const refusal = async (fields: unknown): Promise<string> => {
    const { status, body } = await stage.server.api.rpc<ErrorBody>('preview_transform', fields as object)
    return `${status} ${body.details}: ${body.message}`
  }

  test('an event alone is shown as a webhook sends it by default', async () => {
    assert.equal(await preview({ organization_id: stage.organizationId }), JSON.stringify(EVENT))
  })

  test('a transform without a format is applied, also for a webhook that has none', async () => {
    const { id } = await createWebhook(stage, { events: ['deal.created'] })
    assert.equal(await preview({ webhook_id: id, transform: TO_ID }), '"d-1"')
    assert.equal(await preview({ organization_id: stage.organizationId, transform: TO_ID }), '"d-1"')
  })

  test('what is wrong with its arguments is said by field', async () => {
    const organization = { organization_id: stage.organizationId }
    assert.equal(await refusal([]), '400 body: body: must be a JSON object')
    assert.equal(
      await refusal({ ...organization, event: 5 }),
      '400 event: event: must be the body of an event',
    )
    for (const timestamp of ['today', '0000-01-01T00:00:00Z', '2025-01-15T10:30:00+23:59'])
      assert.match(
        await refusal({ ...organization, event: { ...EVENT, timestamp } }),
        /^400 event: event\.timestamp: must be an ISO 8601 time/,
      )
    assert.match(
      await refusal({ ...organization, event: EVENT, redact: ['phone'] }),
      /^400 redact: redact\.0: /,
    )
  })

  test('another organization than the webhook’s or the key’s is refused', async () => {
    const other = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Other' })
    const { id } = await createWebhook(stage, { events: ['deal.created'] })
    const mixed = { webhook_id: id, organization_id: other.id, event: EVENT }
    assert.match(await refusal(mixed), /^404 organization_id:/)
    const { key } = await stage.server.api.insert<{ key: string }>('api_keys', {
      organization_id: stage.organizationId,
      name: 'k',
      scope: 'read',
    })
    const ours = createApi(stage.server.url, key)
    const asked = await ours.rpc<ErrorBody>('preview_transform', { organization_id: other.id, event: EVENT })
    assert.equal(asked.status, 404)
  })
})
