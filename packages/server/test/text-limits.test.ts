import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { recordFaults } from '../src/pipeline/record/delivery-faults.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

const WEBHOOK = { organization_id: OURS, name: 'x', url: 'https://a.example/', events: ['*'] }
const TYPE = { name: 'own.limits', description: 'x' }
const SOURCE = {
  organization_id: OURS,
  provider: 'whatsapp',
  secret: 'secret-of-app',
  verify_token: 'a-token-of-ours',
}
const ERASURE = {
  organization_id: OURS,
  record_id: '0190a000-0000-7000-8000-00000000ffff',
  object: 'contact',
}
const text = (length: number): string => 'x'.repeat(length)
/** Each is one character, for the API and for the database. */
const emoji = (length: number): string => '😀'.repeat(length)

interface Case {
  path: string
  column: string
  longest: number
  /** The request with a text of this length. */
  body(length: number): object
}

const CASES: readonly Case[] = [
  {
    path: 'webhook_configurations',
    column: 'name',
    longest: 200,
    body: (n) => ({ ...WEBHOOK, name: text(n) }),
  },
  {
    path: 'webhook_configurations',
    column: 'description',
    longest: 2_000,
    body: (n) => ({ ...WEBHOOK, description: emoji(n) }),
  },
  {
    path: 'webhook_configurations',
    column: 'url',
    longest: 2_048,
    body: (n) => ({ ...WEBHOOK, url: 'https://a.example/'.padEnd(n, 'x') }),
  },
  {
    path: 'webhook_configurations',
    column: 'ignore_origins',
    longest: 200,
    body: (n) => ({ ...WEBHOOK, ignore_origins: [text(n)] }),
  },
  {
    path: 'webhook_configurations',
    column: 'secret',
    longest: 256,
    body: (n) => ({ ...WEBHOOK, secret: text(n) }),
  },
  {
    path: 'api_keys',
    column: 'name',
    longest: 200,
    body: (n) => ({ organization_id: OURS, name: text(n), scope: 'read' }),
  },
  {
    path: 'webhook_event_types',
    column: 'description',
    longest: 2_000,
    body: (n) => ({ ...TYPE, description: text(n) }),
  },
  { path: 'webhook_sources', column: 'secret', longest: 256, body: (n) => ({ ...SOURCE, secret: text(n) }) },
  {
    path: 'rpc/erase_record',
    column: 'record_id',
    longest: 200,
    body: (n) => ({ ...ERASURE, record_id: text(n) }),
  },
  { path: 'rpc/erase_record', column: 'object', longest: 50, body: (n) => ({ ...ERASURE, object: text(n) }) },
  {
    path: 'rpc/erase_record',
    column: 'terms',
    longest: 200,
    body: (n) => ({ ...ERASURE, terms: [text(n)] }),
  },
]

for (const engine of ENGINES) {
  suite(`limits of texts (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine)
    })
    after(async () => await api.close())

    for (const { path, column, longest, body } of CASES) {
      test(`${column} of ${path} is stored with ${longest} characters, and refused with one more`, async () => {
        const headers = { prefer: 'return=representation' }
        const fits = await api.ask('POST', path, { body: body(longest), headers })
        assert.ok([200, 201].includes(fits.status), JSON.stringify(fits.json))
        const { status, json } = await api.ask<ErrorBody>('POST', path, { body: body(longest + 1) })
        assert.deepEqual([status, json.code], [400, '22023'], JSON.stringify(json))
        assert.match(json.message, new RegExp(`^${column}`))
      })
    }

    test('an e-mail address for alerts of more than 254 characters is refused', async () => {
      const row = { organization_id: OURS, email: `a@${'b'.repeat(250)}.example` }
      const { status, json } = await api.ask<ErrorBody>('POST', 'webhook_alert_recipients', { body: row })
      assert.deepEqual([status, json.code], [400, '22023'])
    })

    test('an inbox keeps the first 64 KiB of a body and all headers', async () => {
      const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_inboxes', {
        body: { organization_id: OURS },
        headers: { prefer: 'return=representation' },
      })
      const { statusCode } = await api.inject('POST', `/receive/${json[0]!.id}`, {
        headers: { 'x-quotes': '"'.repeat(70_000) },
        body: '\0'.repeat(500_000),
      })
      assert.equal(statusCode, 200)
      const { rows } = await api.database.query<{ body: number; headers: number; body_bytes: number }>(
        `select length(body) as body, length(headers::text) as headers, body_bytes
         from webhooks.webhook_inbox_requests where inbox_id = $1`,
        [json[0]!.id],
      )
      assert.deepEqual([rows[0]?.body, rows[0]?.body_bytes], [65_536, 500_000])
      assert.ok(rows[0]!.headers >= 140_000)
    })

    test('an actor with long names is cut in the audit log, and the change succeeds', async () => {
      await api.database.transaction(async (connection) => {
        const actor = {
          kind: 'jwt',
          id: text(5_000),
          name: text(5_000),
          address: text(5_000),
          user_agent: text(5_000),
        }
        await connection.query(`select set_config('webhooks.actor', $1, true)`, [JSON.stringify(actor)])
        await connection.query(
          `insert into webhooks.api_keys (organization_id, name, scope, hint, key_hash)
           values ($1, 'audited', 'read', '…', sha256('audited'))`,
          [OURS],
        )
      })
      const { rows } = await api.database.query(
        `select length(actor_id) as id, length(actor_name) as name, length(ip_address) as address, length(user_agent) as agent
         from webhooks.audit_log where target_name = 'audited'`,
      )
      assert.deepEqual(rows, [{ id: 300, name: 300, address: 100, agent: 300 }])
    })

    test('a fault of an event whose type is too long is recorded with the type cut', async () => {
      const fault = { webhookId: null, deliveryId: null, eventId: null, reason: 'x' }
      await recordFaults(api.database, [
        { ...fault, organizationId: OURS, stage: 'relay', event: text(5_000) },
      ])
      const { rows } = await api.database.query(
        'select length(event) as event from webhooks.webhook_delivery_faults where organization_id = $1',
        [OURS],
      )
      assert.deepEqual(rows, [{ event: 100 }])
    })
  })
}
