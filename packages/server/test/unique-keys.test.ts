import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'

const OURS = 'a generated id: the rules of the table accept none from a caller'
const RANDOM_ID =
  'organizations may only choose random ids, which cannot be guessed: src/rest/mutation/own-ids.ts'
const OPERATOR = 'written only by the operator or the program'
const OF_A_WEBHOOK = 'starts with the id of a webhook, which belongs to one organization'
const DIGEST = 'a digest that includes the credential'
const TOKEN = 'of a generated token with 256 random bits'

/**
 * Unique keys without the organization, and why no organization can choose their values: otherwise it could find out,
 * or block, what another one uses. A key of one column that has a default, and that no role of the API may insert, needs no reason.
 */
const WITHOUT_ORGANIZATION: Readonly<Record<string, string>> = {
  'webhooks.schema_migrations (name)': OPERATOR,
  'webhooks.webhook_configurations (id)': RANDOM_ID,
  'webhooks.api_keys (id)': RANDOM_ID,
  'webhooks.api_keys (key_hash)': TOKEN,
  'webhooks.webhook_event_types (name)': OPERATOR,
  'webhooks.webhook_skips (webhook_id, day, event, reason)': OF_A_WEBHOOK,
  'webhooks.webhook_transforms (webhook_id, version)': OF_A_WEBHOOK,
  'webhooks.webhook_syncs (webhook_id, record)': OF_A_WEBHOOK,
  'webhooks.webhook_alerts (webhook_id, type, since, threshold)': OF_A_WEBHOOK,
  'webhooks.webhook_inboxes (id)': OURS,
  'webhooks.webhook_sources (id)': OURS,
  'webhooks_internal.attempts (id)': OURS,
  'webhooks_internal.queue (delivery_id)': OURS,
  'webhooks_internal.sync_deliveries (delivery_id)': OURS,
  'webhooks_internal.running_checkups (webhook_id)': OF_A_WEBHOOK,
  'webhooks_internal.nodes (id)': OURS,
  'webhooks_internal.outbox_leases (node_id)': OURS,
  'webhooks_internal.portal_links (token_hash)': TOKEN,
  'webhooks_internal.sessions (token_hash)': TOKEN,
  'webhooks_internal.repeated_calls (id)': DIGEST,
  'webhooks_internal.repeated_call_totals (credential_id)': DIGEST,
  'webhooks_internal.cancellations (webhook_id, made_before)': OF_A_WEBHOOK,
  'webhooks_internal.endpoint_health (webhook_id)': OF_A_WEBHOOK,
  'webhooks_internal.captures (record)': OPERATOR,
  'webhooks_internal.message_texts (place)': OPERATOR,
  'webhooks_internal.tenants (id)': OPERATOR,
  'webhooks_internal.tenants (external_id)': OPERATOR,
  'webhooks_internal.capture_drifts (record)': OPERATOR,
  'public.organizations (id)': OPERATOR,
  'public.organizations (external_id)': OPERATOR,
  'public.contacts (id)': RANDOM_ID,
  'public.deals (id)': RANDOM_ID,
  'public.conversations (id)': RANDOM_ID,
  'public.broadcasts (id)': RANDOM_ID,
  'public.messages (id)': RANDOM_ID,
  'public.meetings (id)': RANDOM_ID,
}

for (const engine of ENGINES) {
  suite(`unique keys (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(async () => await close())

    test('every unique key includes the organization, or has values that no organization can choose', async () => {
      const { rows } = await database.query<{ key: string; is_separate: boolean }>(
        `select c.oid::regclass || ' (' || string_agg(a.attname, ', ' order by k.place) || ')' as key,
           bool_or(a.attname = 'organization_id') or count(*) = 1 and bool_and(
             (a.atthasdef or a.attidentity <> '') and not exists (
               select from unnest(array['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit']) as role
               where has_column_privilege(role, c.oid, a.attnum, 'insert'))
           ) as is_separate
         from pg_index i
         join pg_class c on c.oid = i.indrelid and not c.relispartition
         cross join lateral unnest(i.indkey::smallint[]) with ordinality as k (attnum, place)
         left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
         where i.indisunique and c.relnamespace::regnamespace::text in ('webhooks', 'webhooks_internal', 'public')
         group by i.indexrelid, c.oid`,
      )
      const shared = rows.filter(({ is_separate }) => !is_separate).map(({ key }) => withSchema(key))
      assert.deepEqual(shared.toSorted(), Object.keys(WITHOUT_ORGANIZATION).toSorted())
    })
  })
}

/** A table that is on the search path is shown without its schema. */
const withSchema = (key: string): string => (/^\w+\./.test(key) ? key : `public.${key}`)
