import assert from 'node:assert/strict'
import { chooseEvents } from '../../src/maintenance/erasure/choose-events.ts'
import { keyTextSql } from '../../src/capture/captured-table.ts'
import type { CapturedTable } from '../../src/capture/captured-table.ts'
import { readMigrations } from '../../src/database/migrate.ts'
import { newId } from '../../src/domain/ids.ts'
import { Messages } from '../../src/pipeline/messages.ts'
import { OutboxEvents } from '../../src/pipeline/outbox/outbox-events.ts'
import { MAX_LEASED } from '../../src/pipeline/relay/leased-events.ts'
import { ANY_EVENT } from '../../src/pipeline/outbox/outbox.ts'
import { OURS } from './in-process-api.ts'
import { assertRefused } from './refusals.ts'
import type { Bound } from './text-bound.ts'

export const BOUNDS_OF_THE_PROGRAM: readonly Bound[] = [
  {
    title: 'a node leases no further events while it holds 5,000, and names them by ranges',
    columns: ['webhooks_internal.outbox_leases.events'],
    by: ['src/pipeline/outbox/outbox-events.ts'],
    async prove({ api: { database } }) {
      await database.query(
        `insert into webhooks.webhook_events (organization_id, event, data)
         select $1, 'contact.created', '{}' from generate_series(1, $2::integer)`,
        [OURS, MAX_LEASED + 1_000],
      )
      const leasedEvents = new OutboxEvents(database, newId(), new Messages(assert.ifError))
      while ((await leasedEvents.lease(ANY_EVENT)).rows.length > 0);
      assert.ok(leasedEvents.count >= MAX_LEASED && leasedEvents.count < MAX_LEASED + 500)
      const { rows } = await database.query<{ size: number }>(
        'select sum(length(events::text))::integer as size from webhooks_internal.outbox_leases',
      )
      assert.ok(rows[0]!.size < 30 * leasedEvents.count)
      await database.execute(
        'delete from webhooks_internal.outbox; delete from webhooks_internal.outbox_leases',
      )
    },
  },
  {
    title: 'an erasure stores at most 1,000 conversations and 200 terms, each of at most 254 characters',
    columns: ['webhooks.webhook_erasures.related_ids', 'webhooks.webhook_erasures.terms'],
    by: [
      'src/maintenance/erasure/choose-events.ts',
      'src/maintenance/erasure/known-words.ts',
      'src/api/rpc/erase-record.ts',
    ],
    async prove() {
      const erasure = {
        record_id: 'a-contact',
        object: 'contact',
        related_ids: [] as string[],
        terms: [] as string[],
      }
      const found = (event: string, data: object) => ({
        id: newId(),
        event,
        created_at: 'x',
        previous: null,
        data: JSON.stringify(data),
      })
      const long = { id: 'x'.repeat(255), contact_id: 'a-contact' }
      const isLeftOut = chooseEvents([found('conversation.created', long)], erasure).leftOut === 1
      assert.ok(isLeftOut && erasure.related_ids.length === 0)
      for (let n = 0; n < 1_100; n += 1) {
        const conversation = found('conversation.created', {
          id: `conversation-${n}`,
          contact_id: 'a-contact',
        })
        const contact = found('contact.updated', { id: 'a-contact', email: `address-${n}@example.com` })
        const { covered } = chooseEvents([contact, conversation], erasure)
        assert.equal(covered.length, 2)
      }
      assert.deepEqual([erasure.related_ids.length, erasure.terms.length], [1_000, 200])
      await Promise.resolve()
    },
  },
  {
    title: 'a filter has at most 16 KiB',
    columns: ['webhooks.webhook_configurations.filter', 'webhooks.webhook_syncs.filter'],
    by: ['src/domain/filter/filter.ts'],
    async prove({ api }) {
      const filter = { 'data.a': 'x'.repeat(16 * 1024) }
      const row = { organization_id: OURS, name: 'x', url: 'https://a.example/', events: ['*'], filter }
      await assertRefused(api, 'webhook_configurations', row, [400, '22023', /filter: .*16 KiB/])
    },
  },
  {
    title: 'the schema and the example of an event type have at most 64 KiB each',
    columns: ['webhooks.webhook_event_types.schema', 'webhooks.webhook_event_types.example'],
    by: ['src/api/tables/webhook-event-types.ts'],
    async prove({ api }) {
      const large = { description: 'x'.repeat(64 * 1024) }
      for (const column of ['schema', 'example']) {
        const row = { name: 'own.large', description: 'x', [column]: large }
        await assertRefused(api, 'webhook_event_types', row, [400, '22023', /64 KiB/])
      }
    },
  },
  {
    title: 'an entry of the audit log for the largest webhook has less than 64 KiB',
    columns: ['webhooks.audit_log.old_values', 'webhooks.audit_log.new_values'],
    by: ['migrations/core/004_webhooks.sql', 'migrations/core/018_audit_log.sql'],
    async prove({ api }) {
      const row = {
        organization_id: OURS,
        name: 'x'.repeat(200),
        url: 'https://a.example/'.padEnd(2_048, 'x'),
        events: ['*'],
        secret: 'x'.repeat(256),
        description: 'x'.repeat(2_000),
        filter: { 'data.a': 'x'.repeat(16_000) },
        headers: Object.fromEntries(
          Array.from({ length: 20 }, (_, n) => [`x-${n}-`.padEnd(128, 'x'), 'v'.repeat(4_096)]),
        ),
        ignore_origins: Array.from({ length: 20 }, (_, n) => `${n}`.padEnd(200, 'x')),
        redact: Array.from({ length: 50 }, (_, n) => `data.${n}`.padEnd(200, 'x')),
      }
      const { status, json } = await api.ask('POST', 'webhook_configurations', {
        body: row,
        headers: { 'user-agent': 'x'.repeat(10_000) },
      })
      assert.equal(status, 201, JSON.stringify(json))
      const { rows } = await api.database.query<{ bytes: number; agent: number }>(
        `select octet_length(new_values::text) as bytes, length(user_agent) as agent
         from webhooks.audit_log where target_name = $1`,
        [row.name],
      )
      assert.equal(rows.length, 1)
      assert.ok(rows[0]!.bytes > 16_000 && rows[0]!.bytes < 65_536, String(rows[0]!.bytes))
      assert.equal(rows[0]!.agent, 300)
    },
  },
  {
    title: 'a row of the reference CRM is limited by the request body of 1 MiB',
    columns: ['public.*'],
    by: ['src/api/http/request-limits.ts'],
    async prove({ api }) {
      const row = { organization_id: OURS, company: 'x'.repeat(1024 * 1024) }
      await assertRefused(api, 'contacts', row, [413, '54000', /1 MiB|1048576|1024 KiB/])
    },
  },
  {
    title: 'no role of the API can write the captures of tables',
    columns: [
      ...['id', 'record', 'subject', 'relation', 'map', 'fingerprint', 'expected', 'problems', 'stamp'].map(
        (name) => `webhooks_internal.captures.${name}`,
      ),
      ...['record', 'capture', 'relation', 'problems'].map(
        (name) => `webhooks_internal.capture_drifts.${name}`,
      ),
      'webhooks_internal.crm_map.map',
      'webhooks_internal.tenants.external_id',
    ],
    by: ['src/capture/install-captures.ts', 'src/capture/capture-problems.ts'],
    async prove({ api }) {
      const { rows } = await api.database.query(
        `select role, relation from unnest(array['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit']) as role
         cross join unnest(array['captures', 'capture_drifts', 'crm_map', 'tenants']) as relation
         where has_any_column_privilege(role || webhooks_internal.role_suffix(), 'webhooks_internal.' || relation, 'insert, update')`,
      )
      assert.deepEqual(rows, [])
    },
  },
  {
    title: 'the message and each record id of a capture fault have at most 1,000 characters',
    columns: ['relation', 'operation', 'code', 'message', 'record_ids'].map(
      (name) => `webhooks.webhook_capture_faults.${name}`,
    ),
    by: [
      'src/capture/captured-table.ts',
      'src/capture/capture-fallback.ts',
      'migrations/core/016_capture.sql',
    ],
    async prove({ api }) {
      // Names of the database's own are at most 63 bytes long; a code is a SQLSTATE.
      await api.database.query(
        `select webhooks_internal.record_capture_fault('public.deals', 'INSERT', '22000', repeat('x', 100000), 1, '{1}')`,
      )
      const { rows } = await api.database.query<{ message: number }>(
        `select length(message) as message from webhooks.webhook_capture_faults where code = '22000'`,
      )
      assert.deepEqual(rows, [{ message: 1_000 }])
      const key = keyTextSql({ key: ['id'] } as unknown as CapturedTable, 'n')
      const { rows: keys } = await api.database.query<{ length: number }>(
        `select length(${key}) from (select repeat('x', 100000) as id) as n`,
      )
      assert.deepEqual(keys, [{ length: 1_000 }])
    },
  },
  {
    title: 'an id of a message that does not fit into the index of reached statuses is refused',
    columns: ['record_id', 'event'].map((name) => `webhooks_internal.reached_statuses.${name}`),
    by: ['migrations/core/016_capture.sql'],
    async prove({ api }) {
      await assert.rejects(
        api.database.query(
          `insert into webhooks_internal.reached_statuses (organization_id, record_id, event)
           select gen_random_uuid(), string_agg(md5(n::text), ''), 'message.read' from generate_series(1, 1000) n`,
        ),
        { code: '54000' },
      )
    },
  },
  {
    title: "the names and checksums of migrations are those of the program's files",
    columns: [
      'webhooks.schema_migrations.name',
      'webhooks.schema_migrations.checksum',
      'webhooks_internal.oldest_program.migration',
    ],
    by: ['src/database/migrate.ts'],
    async prove({ api }) {
      const known = new Map(
        [...readMigrations('core'), ...readMigrations('crm')].map(({ name, checksum }) => [name, checksum]),
      )
      const { rows } = await api.database.query<{ name: string; checksum: string }>(
        'select name, checksum from webhooks.schema_migrations',
      )
      for (const { name, checksum } of rows) assert.equal(checksum, known.get(name))
      for (const name of known.keys()) assert.ok(name.length <= 100, name)
    },
  },
]
