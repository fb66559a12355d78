import assert from 'node:assert/strict'
import { plainArray } from '../../src/database/array-literal.ts'
import { replaceUpdates } from '../../src/pipeline/relay/sql/statements.generated.ts'
import { giveUpDelivery } from '../../src/pipeline/record/give-up-delivery.ts'
import { FORMATS } from '../../src/domain/shapes/formats.ts'
import { pinShape } from '../../src/domain/shapes/shape.ts'
import { ATTEMPT_ERRORS } from '../../src/domain/attempt-errors.ts'
import { matchWebhooks } from '../../src/domain/match-webhooks.ts'
import type { Subscription } from '../../src/domain/match-webhooks.ts'
import { newId } from '../../src/domain/ids.ts'
import { OURS } from './in-process-api.ts'
import { assertRefused } from './refusals.ts'
import type { Bound, Proving } from './text-bound.ts'

interface Logged {
  request_headers: string
  error_code: string | null
  error_message: string | null
  diagnosis: string | null
  response_headers: string | null
  response_body: string | null
}

/** Sends a test request, and returns its row of the log. */
async function logTest({ api, webhook }: Proving): Promise<Logged> {
  const { status, json } = await api.ask<{ log_id: string }>('POST', 'rpc/test_webhook', {
    body: { webhook_id: webhook.id },
  })
  assert.equal(status, 200, JSON.stringify(json))
  const { rows } = await api.database.query<Logged>(
    'select * from webhooks_internal.attempts where id = $1',
    [json.log_id],
  )
  return rows[0]!
}

const LONG = 'x'.repeat(100_000)

export const BOUNDS_OF_ATTEMPTS: readonly Bound[] = [
  {
    title: 'the merged previous values of a delivery have at most 256 KiB',
    columns: ['webhooks.webhook_deliveries.previous'],
    by: ['src/pipeline/relay/sql/replace-updates.sql'],
    async prove({ api: { database }, webhook }) {
      const ids: string[] = []
      for (const [index, size] of [100_000, 100_000, 100_000].entries()) {
        const { rows } = await database.query<{ id: string }>(
          `with event as (
             insert into webhooks.webhook_events (organization_id, event, data, previous)
             values ($1, 'deal.updated', '{"id":"1"}', json_build_object($2::text, repeat('x', $3))) returning id
           ), delivery as (
             insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event, record_id)
             select $1, $4, id, 'deal.updated', '1' from event returning id
           )
           insert into webhooks_internal.queue (delivery_id, webhook_id, record_key)
           select id, $4, 1 from delivery returning delivery_id as id`,
          [OURS, `field_${index}`, size, webhook.id],
        )
        ids.push(rows[0]!.id)
        await database.query(...replaceUpdates({ deliveries: plainArray([rows[0]!.id]) }))
      }
      const { rows: stored } = await database.query<{ size: number | null; status: string }>(
        `select octet_length(previous::text) as size, status from webhooks.webhook_deliveries
         where id = any ($1::uuid[]) order by created_at, id`,
        [plainArray(ids)],
      )
      assert.ok(stored.every(({ size }) => (size ?? 0) <= 262_144))
      assert.deepEqual(
        stored.map(({ status }) => status),
        ['cancelled', 'pending', 'pending'],
      )
      await database.query('delete from webhooks_internal.queue where delivery_id = any ($1::uuid[])', [
        plainArray(ids),
      ])
    },
  },
  {
    title: 'at most 16 KiB of a response body and 16 KiB of its headers are stored',
    columns: ['webhooks_internal.attempts.response_headers', 'webhooks_internal.attempts.response_body'],
    by: ['src/sender/exchange.ts', 'src/sender/connections.ts'],
    async prove(proving) {
      const { receiver, webhook } = proving
      receiver.reply(webhook.path, (response) => {
        response.writeHead(200, { 'x-large': 'ä'.repeat(15_000) }).end(Buffer.alloc(200_000, 0))
      })
      const large = await logTest(proving)
      const zeros = Buffer.alloc(16_384).toString('base64')
      assert.equal(large.response_body, `data:application/octet-stream;base64,${zeros}`)
      assert.ok(large.response_headers!.includes('ä'.repeat(15_000)))
      // A byte of a head is at most six characters of JSON.
      assert.ok(Buffer.byteLength(large.response_headers!) <= 6 * 16_384)
      receiver.reply(webhook.path, (response) =>
        response.writeHead(200, { 'x-large': 'x'.repeat(17_000) }).end(),
      )
      const tooLarge = await logTest(proving)
      assert.deepEqual([tooLarge.error_code, tooLarge.response_headers], ['invalid_response', null])
    },
  },
  {
    title: 'the error message of an attempt has at most 1,000 characters, and its diagnosis 2,000',
    columns: [
      'webhooks_internal.attempts.error_message',
      'webhooks_internal.attempts.diagnosis',
      'webhooks.webhook_deliveries.last_error',
    ],
    by: ['src/sender/make-attempt.ts', 'src/pipeline/record/delivery-faults.ts'],
    async prove(proving) {
      const { api, receiver, webhook } = proving
      receiver.reply(webhook.path, (response) => {
        response.writeHead(302, { location: `https://example.com/${'x'.repeat(10_000)}` }).end()
      })
      const redirected = await logTest(proving)
      assert.match(redirected.diagnosis!, /^The endpoint redirects to https:/)
      assert.ok(redirected.diagnosis!.length <= 2_000 && redirected.error_message!.length <= 1_000)
      const { rows } = await giveUp(proving)
      assert.deepEqual(rows, [{ reason: 1_000, last_error: 1_000, error_message: 1_000 }])
      const { rows: faults } = await api.database.query<{ length: number }>(
        'select length(reason) from webhooks.webhook_delivery_faults where organization_id = $1',
        [OURS],
      )
      assert.ok(faults.length > 0 && faults.every(({ length }) => length <= 1_000))
    },
  },
  {
    title: 'the reason of a delivery has at most 1,100 characters if its filter fails',
    columns: ['webhooks.webhook_deliveries.reason'],
    by: ['src/domain/match-webhooks.ts', 'src/pipeline/record/delivery-faults.ts'],
    async prove() {
      const subscription = {
        webhook_id: newId(),
        organization_id: OURS,
        events: ['*'],
        is_active: true,
        filter: JSON.stringify({ [`$${'x'.repeat(10_000)}`]: 1 }),
        ignore_origins: [],
        redact: null,
        shape: null,
      } as unknown as Subscription
      const event = { organization_id: OURS, event: 'a.b', origin: null, body: '{"data":{}}' }
      const { matches } = matchWebhooks([event], new Map([[OURS, [subscription]]]))
      assert.match(matches[0]!.filtered!, /^the filter could not be evaluated: /)
      assert.ok(matches[0]!.filtered!.length <= 1_100, String(matches[0]!.filtered!.length))
      await Promise.resolve()
    },
  },
  {
    title: 'the shape of a delivery is one of a fixed list of short texts',
    columns: ['webhooks.webhook_deliveries.shape'],
    by: ['src/domain/shapes/shape.ts'],
    async prove() {
      for (const format of FORMATS) assert.ok(pinShape(`${format} thin`)!.length < 40)
      assert.throws(() => pinShape('x'.repeat(1_000)), /is unknown/)
    },
  },
  {
    title: 'an error code is one of a fixed list of short words',
    columns: [
      'webhooks_internal.attempts.error_code',
      'webhooks_internal.attempt_counts.outcome',
      'webhooks_internal.attempt_rollups.outcome',
    ],
    by: ['src/domain/attempt-errors.ts'],
    async prove(proving) {
      for (const code of Object.keys(ATTEMPT_ERRORS)) assert.match(code, /^[a-z_]{1,30}$/)
      proving.receiver.reply(proving.webhook.path, 500)
      const { error_code: code } = await logTest(proving)
      assert.ok(Object.keys(ATTEMPT_ERRORS).some((known) => known === code))
    },
  },
  {
    title: 'a histogram of latencies has at most 256 buckets',
    columns: [
      'webhooks_internal.attempt_rollups.latency_buckets',
      'webhooks_internal.attempt_rollups.counts',
    ],
    by: ['migrations/core/008_attempts.sql'],
    async prove({ api }) {
      const { rows } = await api.database.query<{ least: number; most: number }>(
        `select webhooks_internal.latency_bucket(-5) as least, webhooks_internal.latency_bucket(2147483647) as most`,
      )
      assert.ok(rows[0]!.least === 0 && rows[0]!.most <= 255)
    },
  },
  {
    title: 'the URL of a webhook, and so of an attempt, has at most 2,048 characters',
    columns: ['webhooks_internal.attempts.url'],
    by: ['src/api/tables/configuration-fields.ts', 'migrations/core/004_webhooks.sql'],
    async prove({ api }) {
      const url = `https://example.com/${'x'.repeat(2_048)}`
      const row = { organization_id: OURS, name: 'x', url, events: ['*'] }
      await assertRefused(api, 'webhook_configurations', row, [400, '22023', /url: .*2048 characters/])
    },
  },
  {
    title: 'a webhook has at most 20 headers, and the log stores their values masked',
    columns: ['webhooks_internal.attempts.request_headers'],
    by: ['src/api/tables/configuration-fields.ts', 'src/sender/build-request.ts'],
    async prove(proving) {
      const { api, webhook } = proving
      const headers = (count: number): object =>
        Object.fromEntries(
          Array.from({ length: count }, (_, n) => [`x-${n}-`.padEnd(128, 'x'), 'v'.repeat(4_096)]),
        )
      const row = { organization_id: OURS, name: 'x', url: 'https://a.example/', events: ['*'] }
      await assertRefused(api, 'webhook_configurations', { ...row, headers: headers(21) }, [
        400,
        '22023',
        /more than 20 entries/,
      ])
      const path = `webhook_configurations?id=eq.${webhook.id}`
      const { status } = await api.ask('PATCH', path, { body: { headers: headers(20) } })
      assert.equal(status, 204)
      // The receiver, a Node server, refuses so many; what was sent to it is logged all the same.
      const { request_headers: logged } = await logTest(proving)
      assert.ok(logged.length <= 10_000 && !logged.includes('vvvv'))
      await api.ask('PATCH', path, { body: { headers: {} } })
    },
  },
  {
    title: 'the data of a test request has at most 256 KiB',
    columns: ['webhooks_internal.attempts.request_body'],
    by: ['src/api/rpc/test-webhook.ts'],
    async prove({ api, webhook }) {
      const body = { webhook_id: webhook.id, data: { text: 'x'.repeat(262_145) } }
      await assertRefused(api, 'rpc/test_webhook', body, [413, '54000', /at most 256 KiB/])
    },
  },
  {
    title: 'a webhook, and so a delivery, has at most 50 redacted fields of at most 200 characters',
    columns: ['webhooks.webhook_deliveries.redact'],
    by: ['src/api/tables/configuration-fields.ts'],
    async prove({ api }) {
      const row = { organization_id: OURS, name: 'x', url: 'https://a.example/', events: ['*'] }
      const many = Array.from({ length: 51 }, (_, n) => `data.f${n}`)
      const long = [`data.${'x'.repeat(200)}`]
      await assertRefused(api, 'webhook_configurations', { ...row, redact: many }, [
        400,
        '22023',
        /more than 50/,
      ])
      await assertRefused(api, 'webhook_configurations', { ...row, redact: long }, [
        400,
        '22023',
        /200 characters/,
      ])
    },
  },
]

/** Gives up a delivery for a reason of 100,000 characters, and returns the lengths that are stored. */
async function giveUp({
  api: { database },
  webhook,
}: Proving): Promise<{ rows: { reason: number; last_error: number; error_message: number }[] }> {
  const { rows } = await database.query<{ id: string }>(
    `insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event)
     values ($1, $2, gen_random_uuid(), 'contact.created') returning id`,
    [OURS, webhook.id],
  )
  const deliveryId = rows[0]!.id
  await database.query('insert into webhooks_internal.queue (delivery_id, webhook_id) values ($1, $2)', [
    deliveryId,
    webhook.id,
  ])
  await giveUpDelivery(database, { deliveryId, stage: 'claim', lease: null, error: new Error(LONG) })
  return await database.query(
    `select length(d.reason) as reason, length(d.last_error) as last_error, length(a.error_message) as error_message
     from webhooks.webhook_deliveries d join webhooks_internal.attempts a on a.delivery_id = d.id where d.id = $1`,
    [deliveryId],
  )
}
