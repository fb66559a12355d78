import type { ExposedTable } from './exposed-table.ts'

const ONE_WEBHOOK = `insert into webhooks.webhook_configurations (organization_id, name, url, events)
  values ($1, 'a', 'https://a.example/', '{*}')`
const EVENT = { event: 'deal.created', data: { n: 1 } }
const byName = (organization: string) => ({ organization_id: organization })

export const EXPOSED: Readonly<Record<string, ExposedTable>> = {
  webhook_configurations: {
    methods: 'all',
    audience: 'everybody',
    seed: [ONE_WEBHOOK],
    row: (organization) => ({
      organization_id: organization,
      name: 'b',
      url: 'https://b.example/',
      events: ['*'],
    }),
    change: { description: 'x' },
  },
  webhook_queues: {
    methods: 'read',
    audience: 'everybody',
    seed: [ONE_WEBHOOK],
  },
  webhook_activity: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      ONE_WEBHOOK,
      `insert into webhooks_internal.attempt_counts (organization_id, webhook_id, period, outcome, latency_bucket, count)
       select organization_id, id, now(), 'success', 1, 3 from webhooks.webhook_configurations where organization_id = $1`,
    ],
  },
  webhook_syncs: {
    methods: 'read and change',
    audience: 'everybody',
    change: { status: 'paused' },
    seed: [
      `with webhook as (${ONE_WEBHOOK} returning id)
       insert into webhooks.webhook_syncs (organization_id, webhook_id, record) select $1, id, 'contact' from webhook`,
    ],
  },
  webhook_delivery_faults: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_delivery_faults (organization_id, stage, reason) values ($1, 'relay', 'a reason')`,
    ],
  },
  webhook_fault_counts: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_delivery_faults (organization_id, stage, reason) values ($1, 'relay', 'a reason')`,
    ],
  },
  webhook_alerts: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_alerts (organization_id, webhook_id, webhook_name, type, since, message)
       values ($1, gen_random_uuid(), 'a', 'webhook.recovered', now(), 'it answers again')`,
    ],
  },
  webhook_checkups: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      ONE_WEBHOOK,
      `insert into webhooks.webhook_checkups (organization_id, webhook_id, url, status, checks)
       select organization_id, id, url, 'pass', '[]' from webhooks.webhook_configurations where organization_id = $1
       limit 1`,
    ],
  },
  webhook_alert_recipients: {
    methods: 'all',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_alert_recipients (organization_id, email) values ($1, 'a@example.com')`,
    ],
    row: (organization) => ({ organization_id: organization, email: 'b@example.com' }),
    change: { email: 'c@example.com' },
  },
  webhook_logs: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks_internal.attempts
         (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, trigger, duration_ms,
          request_headers, created_at)
       values (webhooks.uuid_v7(), $1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'deal.created',
         'https://a.example/', 'success', 1, 'event', 1, '{}', now())`,
    ],
  },
  webhook_deliveries: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event)
       values ($1, gen_random_uuid(), gen_random_uuid(), 'deal.created')`,
    ],
  },
  webhook_events: {
    methods: 'read and insert',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'deal.created', '{}')`,
    ],
    row: (organization) => ({ organization_id: organization, ...EVENT }),
  },
  webhook_event_types: {
    methods: 'all',
    audience: 'everybody',
    writers: 'operator',
    seed: [
      `insert into webhooks.webhook_event_types (name, category, description)
       select 'own.kept', 'own', 'x' where $1::uuid is not null on conflict do nothing`,
    ],
    row: () => ({ name: `own.event_${Date.now()}_${Math.floor(Math.random() * 1e6)}`, description: 'x' }),
    change: { description: 'y' },
  },
  webhook_skips: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_skips (organization_id, webhook_id, event, reason, day, count)
       values ($1, gen_random_uuid(), 'deal.created', 'inactive', '2025-01-15', 1)`,
    ],
  },
  webhook_redeliveries: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_redeliveries (organization_id, webhook_id, kind, until, matched, status, completed_at)
       values ($1, gen_random_uuid(), 'retry_failed', now(), 1, 'completed', now())`,
    ],
  },
  webhook_inboxes: {
    methods: 'all',
    audience: 'everybody',
    seed: [
      // At most ten are allowed, and the tests make one each time.
      `delete from webhooks.webhook_inboxes where organization_id = $1`,
      `insert into webhooks.webhook_inboxes (organization_id, url) values ($1, 'http://localhost/receive/x')`,
    ],
    row: byName,
    change: { response_status: 500 },
    stored: { url: 'http://localhost/receive/y' },
  },
  webhook_inbox_requests: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_inboxes (organization_id, url)
       select $1, 'http://localhost/receive/x'
       where not exists (select from webhooks.webhook_inboxes where organization_id = $1)`,
      `insert into webhooks.webhook_inbox_requests (inbox_id, organization_id, method, headers, body, body_bytes, signature)
       select id, organization_id, 'POST', '{}', '', 0, 'unsigned'
       from webhooks.webhook_inboxes where organization_id = $1 limit 1`,
    ],
  },
  webhook_transforms: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `delete from webhooks.webhook_transforms where organization_id = $1`,
      `insert into webhooks.webhook_transforms (webhook_id, version, organization_id, source) values ($1, 1, $1, 'x')`,
    ],
    all: 'source=eq.x',
  },
  webhook_signing_keys: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `delete from webhooks.webhook_signing_keys where organization_id = $1`,
      `insert into webhooks.webhook_signing_keys (organization_id, public_key, private_key)
       values ($1, 'whpk_AAAA', 'v1.AAAA')`,
    ],
  },
  webhook_capture_faults: {
    methods: 'read',
    audience: 'operator',
    seed: [
      `insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids)
       select 'public.deals', 'insert', '42703', 'no such column', 1, '{1}' where $1::uuid is not null`,
    ],
    all: 'code=neq.x',
  },
  webhook_captures: {
    methods: 'read',
    audience: 'operator',
    // The reference CRM's own.
    seed: [],
    all: 'record=eq.contact',
  },
  webhook_sources: {
    methods: 'all',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_sources (organization_id, provider, secret, secret_hint)
       values ($1, 'zoom', 'v1.x', '…') on conflict do nothing`,
      // One of each provider is allowed, and the tests insert the other.
      `delete from webhooks.webhook_sources where organization_id = $1 and provider = 'whatsapp'`,
    ],
    row: (organization) => ({
      organization_id: organization,
      provider: 'whatsapp',
      secret: 'v1.secret-of-the-app',
      verify_token: 'v1.verify-token',
    }),
    change: { secret: 'another-secret' },
    stored: { secret_hint: '…' },
  },
  webhook_source_payloads: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_source_payloads (organization_id, provider, reason, payload)
       values ($1, 'zoom', 'event x', '{}')`,
    ],
  },
  api_keys: {
    methods: 'all',
    audience: 'admins',
    seed: [
      `insert into webhooks.api_keys (organization_id, name, scope, hint, key_hash)
       values ($1, 'a', 'read', '…', sha256(gen_random_uuid()::text::bytea))`,
    ],
    row: (organization) => ({ organization_id: organization, name: 'b', scope: 'emit' }),
    change: { name: 'c' },
    stored: { hint: '…', key_hash: `\\x${'ab'.repeat(32)}` },
  },
  webhook_erasures: {
    methods: 'read',
    audience: 'everybody',
    seed: [
      `insert into webhooks.webhook_erasures (organization_id, record_id, status, completed_at)
       values ($1, gen_random_uuid(), 'completed', now())`,
    ],
  },
  audit_log: {
    methods: 'read',
    audience: 'admins',
    seed: [
      `insert into webhooks.audit_log
         (organization_id, actor_kind, action, target_table, changed, old_values, new_values)
       values ($1, 'cli', 'webhook.updated', 'webhook_configurations', '{}', '{}', '{}')`,
    ],
  },
  organizations: {
    methods: 'all',
    audience: 'operator',
    seed: [],
    row: () => ({ name: 'x' }),
    change: { name: 'y' },
  },
  contacts: {
    methods: 'all',
    audience: 'everybody',
    seed: [`insert into public.contacts (organization_id) values ($1)`],
    row: byName,
    change: { company: 'x' },
  },
  deals: {
    methods: 'all',
    audience: 'everybody',
    seed: [`insert into public.deals (organization_id) values ($1)`],
    row: byName,
    change: { title: 'x' },
  },
  conversations: {
    methods: 'all',
    audience: 'everybody',
    seed: [`insert into public.conversations (organization_id) values ($1)`],
    row: byName,
    change: { status: 'closed' },
  },
  messages: {
    methods: 'all',
    audience: 'everybody',
    seed: [`insert into public.messages (organization_id, direction) values ($1, 'inbound')`],
    row: (organization) => ({ organization_id: organization, direction: 'outbound' }),
    change: { body: 'x' },
  },
  broadcasts: {
    methods: 'all',
    audience: 'everybody',
    seed: [`insert into public.broadcasts (organization_id, name) values ($1, 'a')`],
    row: (organization) => ({ organization_id: organization, name: 'b' }),
    change: { name: 'c' },
  },
  meetings: {
    methods: 'all',
    audience: 'everybody',
    seed: [`insert into public.meetings (organization_id) values ($1)`],
    row: byName,
    change: { title: 'x' },
  },
}
