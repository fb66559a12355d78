import assert from 'node:assert/strict'
import { readRecordId } from '../../src/domain/record-id.ts'
import { OURS } from './in-process-api.ts'
import { assertRefused } from './refusals.ts'
import type { Bound } from './text-bound.ts'

const event = (more: object): object => ({
  organization_id: OURS,
  event: 'contact.created',
  data: { id: '1' },
  ...more,
})

export const BOUNDS_OF_EVENTS: readonly Bound[] = [
  {
    title: 'an event type has at most 100 characters, and an event has a known type',
    columns: [
      'webhooks.webhook_events.event',
      'webhooks.webhook_deliveries.event',
      'webhooks.webhook_skips.event',
      'webhooks_internal.attempts.event',
    ],
    by: ['src/api/tables/webhook-events.ts', 'src/api/tables/webhook-event-types.ts'],
    async prove({ api }) {
      const name = `own.${'x'.repeat(97)}`
      await assertRefused(api, 'webhook_event_types', { name, description: 'x' }, [
        400,
        '22023',
        /100 characters/,
      ])
      await assertRefused(api, 'webhook_events', event({ event: name }), [
        400,
        '22023',
        /is not an event type/,
      ])
      // Types that are registered by SQL.
      await assert.rejects(
        api.database.query(
          `insert into webhooks.webhook_event_types (name, category, description) values ($1, 'own', 'x')`,
          [name],
        ),
        { code: '23514' },
      )
    },
  },
  {
    title: 'data and previous of an event have at most 256 KiB together',
    columns: ['webhooks.webhook_events.data', 'webhooks.webhook_events.previous'],
    by: ['src/api/tables/webhook-events.ts'],
    async prove({ api }) {
      const half = { text: 'x'.repeat(140_000) }
      const refusal = [413, '54000', /at most 256 KiB/] as const
      await assertRefused(api, 'webhook_events', event({ data: { text: 'x'.repeat(262_145) } }), refusal)
      await assertRefused(api, 'webhook_events', event({ data: half, previous: half }), refusal)
    },
  },
  {
    title: 'the source of an event has at most 100 characters',
    columns: ['webhooks.webhook_events.source'],
    by: ['src/api/tables/webhook-events.ts'],
    async prove({ api }) {
      await assertRefused(api, 'webhook_events', event({ source: 'x'.repeat(101) }), [
        400,
        '22023',
        /100 characters/,
      ])
    },
  },
  {
    title: 'the origin of an event has at most 200 characters, from the API and from a transaction',
    columns: ['webhooks.webhook_events.origin'],
    by: ['src/api/auth/mark-origin.ts', 'migrations/core/006_events_and_outbox.sql'],
    async prove({ api }) {
      const origin = 'x'.repeat(201)
      await assertRefused(api, 'webhook_events', event({ origin: 'x' }), [400, 'PGRST204', /origin/])
      await assertRefused(api, 'webhook_events', event({}), [400, '22023', /1 to 200/], {
        'x-webhooks-origin': origin,
      })
      await assertStored({ api }, 'origin', 'x'.repeat(5_000), 'x'.repeat(200))
    },
  },
  {
    title: 'the traceparent of an event is valid or null, from the API and from a transaction',
    columns: ['webhooks.webhook_events.traceparent'],
    by: ['src/api/auth/mark-origin.ts', 'migrations/core/006_events_and_outbox.sql'],
    async prove({ api }) {
      const right = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
      await assertRefused(api, 'webhook_events', event({ traceparent: right }), [
        400,
        'PGRST204',
        /traceparent/,
      ])
      const { status } = await api.ask('POST', 'webhook_events', {
        body: event({ source: 'traced' }),
        headers: { traceparent: `${right}${'0'.repeat(5_000)}` },
      })
      assert.equal(status, 201)
      const { rows } = await api.database.query<{ traceparent: string | null }>(
        `select traceparent from webhooks.webhook_events where source = 'traced'`,
      )
      assert.deepEqual(rows, [{ traceparent: null }])
      await assertStored({ api }, 'traceparent', `${right}${'0'.repeat(5_000)}`, null)
      await assertStored({ api }, 'traceparent', right, right)
    },
  },
  {
    title: 'the record id of a delivery has at most 200 characters',
    columns: ['webhooks.webhook_deliveries.record_id'],
    by: ['src/domain/record-id.ts'],
    async prove() {
      const body = (id: string): string => `{"event":"a.b","timestamp":"x","data":{"id":"${id}"}}`
      assert.equal(readRecordId(body('x'.repeat(200)))?.length, 200)
      assert.equal(readRecordId(body('x'.repeat(201))), null)
      assert.equal(readRecordId(body(String.raw`\u0078`.repeat(201))), null)
      await Promise.resolve()
    },
  },
]

/** Inserts an event in a transaction that sets the value by a setting, as a CRM does. */
async function assertStored(
  { api }: Parameters<Bound['prove']>[0] | { api: Parameters<Bound['prove']>[0]['api'] },
  name: 'origin' | 'traceparent',
  said: string,
  stored: string | null,
): Promise<void> {
  const rows = await api.database.transaction(async (connection) => {
    await connection.query(`select set_config($1, $2, true)`, [`webhooks.${name}`, said])
    const inserted = await connection.query<{ stored: string | null }>(
      `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'contact.created', '{}')
       returning ${name} as stored`,
      [OURS],
    )
    return inserted.rows
  })
  assert.deepEqual(rows, [{ stored }])
}
