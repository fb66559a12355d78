import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import { readEntries, storeAs } from './harness/audit-entries.ts'
import type { Entry } from './harness/audit-entries.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { createSessionClient, OWN_PAGE } from './harness/session-client.ts'

const SECRET = 'a-secret-that-nobody-reads'
const HEADER_VALUE = 'Bearer of-the-receiver'
const JWT_SECRET = 'the-secret-of-the-crm-which-signs-its-tokens'
const REPRESENTATION = { prefer: 'return=representation' }
const WEBHOOK = { name: 'CRM', url: 'https://crm.example/', events: ['*'] }

for (const engine of ENGINES) {
  suite(`audit log (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine, { JWT_SECRET, TRUSTED_PROXIES: '10.0.0.0/8' })
    })
    after(async () => await api.close())

    const entriesOf = async (target: string): Promise<Entry[]> => await readEntries(api, target)
    const last = async (target: string): Promise<Entry> => (await entriesOf(target)).at(-1)!

    const store = async (table: string, body: object) => await storeAs(api, SERVICE_KEY, table, body)
    const storeWebhook = async (fields: object = {}, key = SERVICE_KEY) =>
      await storeAs(api, key, 'webhook_configurations', { ...WEBHOOK, ...fields })
    async function change(table: string, id: string, body: object, key = SERVICE_KEY): Promise<void> {
      const { status, json } = await api.ask('PATCH', `${table}?id=eq.${id}`, { key, body })
      assert.ok(status < 300, JSON.stringify(json))
    }

    test('the audit log records who created a webhook, with which values, when and from where', async () => {
      const { id, key } = await store('api_keys', { name: 'Settings', scope: 'admin' })
      const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
        key: key!,
        address: '10.1.2.3',
        headers: { ...REPRESENTATION, 'user-agent': 'curl/8.5', 'x-forwarded-for': '192.0.2.7' },
        body: { organization_id: OURS, name: 'CRM', url: 'https://crm.example/', events: ['deal.*'] },
      })
      const [entry, ...others] = await entriesOf(json[0]!.id)
      assert.deepEqual(others, [])
      assert.ok(Math.abs(Date.parse(entry!.at) - Date.now()) < 60_000)
      const { at: _, id: __, actor_name, ...rest } = entry as Entry & { id: string }
      assert.match(actor_name ?? '', /^Settings \(….{4}\)$/)
      assert.deepEqual(rest, {
        organization_id: OURS,
        actor_kind: 'api_key',
        actor_id: id,
        action: 'webhook.created',
        target_table: 'webhook_configurations',
        target_id: json[0]!.id,
        target_name: 'CRM',
        changed: entry!.changed,
        old_values: {},
        new_values: {
          name: 'CRM',
          url: 'https://crm.example/',
          events: ['deal.*'],
          is_active: true,
          headers: {},
          coalesce: false,
          ordering: 'none',
          ignore_origins: [],
          redact: [],
          signature_type: 'hmac',
          format: 'connectgain',
          payload: 'full',
        },
        ip_address: '192.0.2.7',
        user_agent: 'curl/8.5',
      })
    })

    test('the audit log has the old and new values of changed columns, and no entry when nothing changes', async () => {
      const { id } = await storeWebhook()
      await change('webhook_configurations', id!, { url: 'https://other.example/', timeout_ms: 5_000 })
      const entry = await last(id!)
      assert.deepEqual(
        [entry.action, entry.changed, entry.old_values, entry.new_values],
        [
          'webhook.updated',
          ['timeout_ms', 'url'],
          { url: 'https://crm.example/' },
          { url: 'https://other.example/', timeout_ms: 5_000 },
        ],
      )
      assert.deepEqual([entry.actor_kind, entry.actor_id], ['service_key', null])
      await change('webhook_configurations', id!, { url: 'https://other.example/' })
      assert.equal((await entriesOf(id!)).length, 2)
    })

    test('the audit log records that a secret or header value changed, but never the value', async () => {
      const { id } = await storeWebhook({ secret: SECRET, headers: { Authorization: HEADER_VALUE } })
      await change('webhook_configurations', id!, { secret: `${SECRET}-2` })
      await change('webhook_configurations', id!, { headers: { Authorization: `${HEADER_VALUE}-2` } })
      const { json } = await api.ask<{ secret: string }>('POST', 'rpc/rotate_webhook_secret', {
        body: { webhook_id: id },
      })
      await api.ask('DELETE', `webhook_configurations?id=eq.${id}`)
      const entries = await entriesOf(id!)
      assert.deepEqual(entries.map(({ action, changed }) => [action, changed]).slice(1), [
        ['webhook.secret_changed', ['secret', 'secret_hint']],
        ['webhook.updated', ['headers']],
        ['webhook.secret_changed', ['previous_secret_until', 'secret', 'secret_hint']],
        ['webhook.deleted', entries[4]!.changed],
      ])
      assert.ok(entries[0]!.changed.includes('secret') && entries[4]!.changed.includes('secret'))
      assert.equal(entries[3]!.actor_kind, 'service_key')
      const { rows } = await api.database.query<{ all: string }>(
        `select json_agg(t)::text as all from webhooks.audit_log t`,
      )
      for (const hidden of [SECRET, HEADER_VALUE, json.secret, 'v1.']) {
        assert.ok(!rows[0]!.all.includes(hidden), hidden)
      }
    })

    test('the audit log has URLs without their query, which may carry a token', async () => {
      const auth = { type: 'oauth2', client_id: 'crm', client_secret: SECRET }
      const { id } = await storeWebhook({
        url: 'https://crm.example/hook?token=first-token',
        auth: { ...auth, token_url: 'https://login.example/token?tenant=first-token' },
      })
      await change('webhook_configurations', id!, { url: 'https://crm.example/hook?token=second-token' })
      await change('webhook_configurations', id!, { url: 'https://other.example/' })
      await api.ask('DELETE', `webhook_configurations?id=eq.${id}`)
      const entries = await entriesOf(id!)
      const masked = 'https://crm.example/hook?…'
      assert.deepEqual(
        entries.map(({ old_values, new_values }) => [old_values['url'], new_values['url']]),
        [
          [undefined, masked],
          [masked, masked],
          [masked, 'https://other.example/'],
          ['https://other.example/', undefined],
        ],
      )
      assert.deepEqual(entries[1]!.changed, ['url'])
      assert.equal(
        (entries[0]!.new_values['auth'] as { token_url: string }).token_url,
        'https://login.example/token?…',
      )
      assert.doesNotMatch(JSON.stringify(entries), /(first|second)-token/)
    })

    test('the audit log distinguishes disabling a webhook from enabling it', async () => {
      const { id } = await storeWebhook()
      await change('webhook_configurations', id!, { is_active: false })
      await change('webhook_configurations', id!, { is_active: true })
      assert.deepEqual(
        (await entriesOf(id!)).map(({ action }) => action),
        ['webhook.created', 'webhook.disabled', 'webhook.enabled'],
      )
    })

    test('the audit log records that an API key is created, renamed, revoked and deleted, but not its use', async () => {
      const { id, key } = await store('api_keys', { name: 'Export', scope: 'read' })
      await change('api_keys', id!, { name: 'Nightly export' })
      await api.ask('GET', 'contacts', { key: key! })
      await change('api_keys', id!, { revoked_at: '2025-01-15T10:30:00Z' })
      await api.ask('DELETE', `api_keys?id=eq.${id}`)
      const entries = await entriesOf(id!)
      assert.deepEqual(
        entries.map(({ action, target_name }) => [action, target_name]),
        [
          ['api_key.created', 'Export'],
          ['api_key.updated', 'Nightly export'],
          ['api_key.revoked', 'Nightly export'],
          ['api_key.deleted', 'Nightly export'],
        ],
      )
      const { json } = await api.ask<object[]>('GET', 'audit_log')
      assert.ok(!JSON.stringify(json).includes(key!))
    })

    test('the audit log names the secrets of a source that are set or changed, but has no values', async () => {
      const { id } = await store('webhook_sources', {
        provider: 'whatsapp',
        secret: SECRET,
        verify_token: 'abcdefgh',
      })
      await change('webhook_sources', id!, { verify_token: 'ijklmnop' })
      await change('webhook_sources', id!, { secret: `${SECRET}-2` })
      await api.ask('DELETE', `webhook_sources?id=eq.${id}`)
      const entries = await entriesOf(id!)
      assert.deepEqual(
        entries.map(({ action, changed, target_name }) => [action, changed, target_name]),
        [
          ['source.created', ['provider', 'secret', 'secret_hint', 'verify_token'], 'whatsapp'],
          ['source.updated', ['verify_token'], 'whatsapp'],
          ['source.secret_changed', ['secret', 'secret_hint'], 'whatsapp'],
          ['source.deleted', ['provider', 'secret', 'secret_hint', 'verify_token'], 'whatsapp'],
        ],
      )
      assert.doesNotMatch(JSON.stringify(entries), /a-secret-that|abcdefgh|ijklmnop|v1\./)
    })

    test('the audit log records the subject of the JWT that made a change', async () => {
      const token = await new SignJWT({ organization_id: OURS, sub: 'ada@crm.example' })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('5m')
        .sign(Buffer.from(JWT_SECRET))
      const { id } = await storeWebhook({}, token)
      const { actor_kind, actor_id } = await last(id!)
      assert.deepEqual([actor_kind, actor_id], ['jwt', 'ada@crm.example'])
    })

    test('the audit log records who started and who cancelled a replay', async () => {
      const { id } = await storeWebhook()
      const { json } = await api.ask<{ redelivery_id: string }>('POST', 'rpc/replay_events', {
        body: { webhook_id: id, since: '2025-01-15T00:00:00Z' },
      })
      const { redelivery_id } = json
      await api.ask('POST', 'rpc/cancel_redelivery', { body: { redelivery_id } })
      const [created, cancelled] = await entriesOf(redelivery_id)
      assert.deepEqual(
        [created?.action, created?.target_name, created?.new_values['webhook_id'], created?.actor_kind],
        ['redelivery.created', 'replay_events', id, 'service_key'],
      )
      assert.deepEqual(
        [cancelled?.action, cancelled?.actor_kind, cancelled?.new_values],
        ['redelivery.cancelled', 'service_key', { status: 'cancelled', reason: 'by hand' }],
      )
    })

    test('the audit log records portal links, the sessions that they open, and changes made in a session', async () => {
      const client = createSessionClient(api, await api.listen())
      const link = await client.createLink()
      const { cookie, session } = await client.signIn({ token: link.token })
      const made = await client.send(
        'POST',
        '/rest/v1/webhook_configurations',
        { cookie, ...OWN_PAGE, ...REPRESENTATION },
        {
          organization_id: OURS,
          name: 'By session',
          url: 'https://crm.example/',
          events: ['*'],
        },
      )
      const [{ id }] = (await made.json()) as [{ id: string }]
      await client.send('DELETE', '/session', { cookie, ...OWN_PAGE })
      const [opened, ended, ...more] = await entriesOf(session.id)
      assert.deepEqual(more, [])
      assert.deepEqual(
        [opened, ended].map((entry) => [
          entry?.action,
          entry?.actor_kind,
          entry?.actor_id,
          entry?.ip_address,
        ]),
        [
          ['session.created', 'session', session.id, '127.0.0.1'],
          ['session.ended', 'session', session.id, '127.0.0.1'],
        ],
      )
      const [created] = await entriesOf(String(opened!.new_values['portal_link_id']))
      assert.deepEqual([created?.action, created?.actor_kind], ['portal_link.created', 'service_key'])
      const { actor_kind, actor_id, actor_name } = await last(id)
      assert.deepEqual(
        [actor_kind, actor_id, actor_name],
        ['session', session.id, 'by a link made with the service key'],
      )
      const byKey = await client.signIn({ key: await api.storeKey(OURS, 'admin') })
      assert.equal((await last(byKey.session.id)).actor_kind, 'api_key')
      const { json } = await api.ask<object[]>('GET', 'audit_log')
      for (const hidden of [link.token, cookie.split('=')[1]!, SERVICE_KEY]) {
        assert.ok(!JSON.stringify(json).includes(hidden))
      }
    })

    test('the audit log records a change by direct SQL with the name of the database user', async () => {
      const { id } = await storeWebhook()
      await api.database.query('update webhooks.webhook_configurations set name = $2 where id = $1', [
        id,
        'X',
      ])
      const { rows } = await api.database.query<{ me: string }>('select session_user as me')
      const { actor_kind, actor_name, ip_address } = await last(id!)
      assert.deepEqual([actor_kind, actor_name, ip_address], ['database', rows[0]!.me, null])
    })

    test('the audit log has no entry for a change that is rolled back', async () => {
      const { id } = await storeWebhook()
      await assert.rejects(
        api.database.transaction(async (connection) => {
          await connection.query('delete from webhooks.webhook_configurations where id = $1', [id])
          throw new Error('undo')
        }),
      )
      assert.equal((await entriesOf(id!)).length, 1)
    })
  })
}
