import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenApiDocument } from '../src/api/openapi/document.ts'
import { FUNCTIONS } from '../src/api/rpc/functions.ts'
import { checkResult } from './harness/check-result.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import type { TestSmtpServer } from './harness/smtp-server.ts'
import { startSmtpServer } from './harness/smtp-server.ts'

interface Ids {
  organization: string
  webhook: string
  delivery: string
  redelivery: string
}

/** A call of each function with one organization's rows: add new functions here. */
const CALLS: Readonly<Record<string, (ids: Ids) => object>> = {
  test_alert: ({ organization }) => ({ organization_id: organization }),
  test_webhook: ({ webhook }) => ({ webhook_id: webhook }),
  check_endpoint: ({ webhook }) => ({ webhook_id: webhook }),
  retry_delivery: ({ delivery }) => ({ delivery_id: delivery }),
  retry_failed: ({ webhook }) => ({ webhook_id: webhook }),
  send_existing: ({ webhook }) => ({ webhook_id: webhook, record: 'deal', dry_run: true }),
  replay_events: ({ webhook }) => ({ webhook_id: webhook, since: '2025-01-15T00:00:00Z' }),
  cancel_redelivery: ({ redelivery }) => ({ redelivery_id: redelivery }),
  rotate_webhook_secret: ({ webhook }) => ({ webhook_id: webhook }),
  preview_filter: ({ webhook }) => ({ webhook_id: webhook, filter: {} }),
  preview_transform: ({ webhook }) => ({
    webhook_id: webhook,
    event: { event: 'a.b', data: {} },
    format: 'slack',
  }),
  webhook_stats: ({ webhook }) => ({
    webhook_id: webhook,
    since: '2025-01-15T00:00:00Z',
    until: '2025-01-16T00:00:00Z',
    bucket: '1h',
  }),
  erase_record: ({ organization, webhook }) => ({ organization_id: organization, record_id: webhook }),
  check_captures: () => ({}),
  recapture: () => ({ since: '2025-01-15T00:00:00Z' }),
  rotate_signing_key: ({ organization }) => ({ organization_id: organization }),
  create_portal_session: ({ organization }) => ({ organization_id: organization }),
}

for (const engine of ENGINES) {
  suite(`access to functions (${engine})`, () => {
    let api: InProcessApi
    let ours: Ids
    let theirs: Ids
    let smtp: TestSmtpServer
    before(async () => {
      smtp = await startSmtpServer()
      api = await openApi(engine, { SMTP_URL: smtp.url.href, ALERT_FROM: 'webhooks@crm.example' })
      ours = await store(OURS)
      theirs = await store(THEIRS)
    })
    after(async () => {
      await api.close()
      await smtp.close()
    })

    async function store(organization: string): Promise<Ids> {
      const one = async (sql: string, ...params: string[]): Promise<string> =>
        (await api.database.query<{ id: string }>(`${sql} returning id`, params)).rows[0]!.id
      const webhook = await one(
        `insert into webhooks.webhook_configurations (organization_id, name, url, events)
         values ($1, 'a', 'http://127.0.0.1:9/', '{deal.created}')`,
        organization,
      )
      const event = await one(
        `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'deal.created', '{}')`,
        organization,
      )
      const delivery = await one(
        `insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event, status, completed_at)
         values ($1, $2, $3, 'deal.created', 'failed', now())`,
        organization,
        webhook,
        event,
      )
      const redelivery = await one(
        `insert into webhooks.webhook_redeliveries (organization_id, webhook_id, kind, until, matched)
         values ($1, $2, 'retry_failed', now(), 1)`,
        organization,
        webhook,
      )
      await one(
        `insert into webhooks.webhook_alert_recipients (organization_id, email) values ($1, 'ops@crm.example')`,
        organization,
      )
      return { organization, webhook, delivery, redelivery }
    }

    /** All rows of an organization that a function could change. */
    async function snapshot(organization: string): Promise<string> {
      const tables = [
        'webhooks.webhook_configurations',
        'webhooks.webhook_deliveries',
        'webhooks.webhook_redeliveries',
        'webhooks.webhook_events',
        'webhooks_internal.attempts',
      ]
      const states = await Promise.all(
        tables.map(async (table) => {
          const { rows } = await api.database.query<{ all: string }>(
            `select json_agg(t order by id)::text as all from ${table} t where organization_id = $1`,
            [organization],
          )
          return rows[0]!.all
        }),
      )
      return states.join('\n')
    }

    const call = async (name: string, ids: Ids, key: string) =>
      await api.ask<{ code?: string } | undefined>('POST', `rpc/${name}`, { key, body: CALLS[name]!(ids) })

    test('this test calls every function', () => {
      assert.deepEqual(Object.keys(CALLS).sort(), Object.keys(FUNCTIONS).sort())
    })

    for (const [name, { access }] of Object.entries(FUNCTIONS)) {
      test(`the result of ${name} is what the OpenAPI document describes`, async () => {
        const { json: document } = await api.ask<OpenApiDocument>('GET', '')
        const validator = new Ajv2020({ strict: false })
        formats.default(validator)
        const validate = validator.compile(document.components.schemas[`${name}.result`]!)
        const { status, json } = await api.ask('POST', `rpc/${name}`, { body: CALLS[name]!(ours) })
        assert.equal(status, 200)
        assert.ok(validate(json), JSON.stringify(validate.errors))
        await checkResult(name, json)
      })

      if (access === 'operator') {
        test(`the service key may call ${name}, and an admin key may not`, async () => {
          const { status } = await api.ask('POST', `rpc/${name}`, { body: CALLS[name]!(ours) })
          assert.equal(status, 200)
          const refused = await call(name, ours, await api.storeKey(OURS, 'admin'))
          assert.deepEqual([refused.status, refused.json?.code], [403, '42501'])
        })
        continue
      }
      test(`an admin key may call ${name} only for its own organization`, async () => {
        const key = await api.storeKey(OURS, 'admin')
        assert.equal((await call(name, ours, key)).status, 200)
        const was = await snapshot(THEIRS)
        const other = await call(name, theirs, key)
        assert.deepEqual([other.status, other.json?.code], [404, 'P0002'])
        assert.equal(await snapshot(THEIRS), was)
      })

      test(`a key with scope read ${access === 'read' ? 'may' : 'may not'} call ${name}`, async () => {
        const key = await api.storeKey(OURS, 'read')
        const was = await snapshot(OURS)
        const { status, json } = await call(name, ours, key)
        if (access === 'read') assert.equal(status, 200)
        else assert.deepEqual([status, json?.code], [403, '42501'])
        assert.equal(await snapshot(OURS), was)
      })

      test(`a key with scope emit may not call ${name}`, async () => {
        const { status, json } = await call(name, ours, await api.storeKey(OURS, 'emit'))
        assert.deepEqual([status, json?.code], [403, '42501'])
      })

      test(`a call of ${name} without a key gets 401`, async () => {
        const { status } = await api.ask('POST', `rpc/${name}`, { key: null, body: CALLS[name]!(ours) })
        assert.equal(status, 401)
      })
    }

    test('preview_filter shows no events of another organization', async () => {
      const { json } = await api.ask('POST', 'rpc/preview_filter', {
        key: await api.storeKey(OURS, 'read'),
        body: { organization_id: THEIRS, events: ['*'], filter: {} },
      })
      assert.deepEqual(json, { matched: 0, of: 0, samples: [] })
    })
  })
}
