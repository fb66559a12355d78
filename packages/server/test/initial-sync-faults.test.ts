import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { createContacts, idOf, readSync, startSync, untilStatus } from './harness/existing-records.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

onEachEngine(
  'initial sync of records that cannot be read',
  (stage) => {
    let crm: Database
    before(() => {
      crm = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 1 })
    })
    after(() => crm.close())

    test('a record that the database refuses to store counts as failed, and the others are sent', async () => {
      const { organizationId, ids } = await createContacts(stage, 30)
      const { id, path } = await createWebhook(stage, { organization_id: organizationId })
      const culprit = ids[17]!
      await crm.execute(`
        create function public.refuse_contact() returns trigger language plpgsql as $$
        begin
          if new.source = 'sync' and new.data ->> 'id' = '${culprit}' then
            raise 'refused by a test';
          end if;
          return new;
        end $$;
        create trigger refuse_contact before insert on webhooks.webhook_events
        for each row execute function public.refuse_contact();`)
      try {
        const { sync_id } = await startSync(stage, { webhook_id: id, record: 'contact' })
        const { sent, failed } = await untilStatus(stage, sync_id!, 'done')
        assert.deepEqual([sent, failed], [29, 1])
        const arrived = (await stage.receiver.received(path, 29)).map(idOf)
        assert.deepEqual(
          ids.filter((contact) => !arrived.includes(contact)),
          [culprit],
        )
      } finally {
        await crm.execute(
          'drop trigger refuse_contact on webhooks.webhook_events; drop function public.refuse_contact',
        )
      }
    })

    test('a sync whose table has changed is paused with the reason, others go on, and it can be resumed', async () => {
      const { api } = stage.server
      const { organizationId } = await createContacts(stage, 5)
      const { id } = await createWebhook(stage, { organization_id: organizationId, events: ['deal.*'] })
      const { id: beside } = await createWebhook(stage, { organization_id: organizationId })
      await api.insert('deals', { organization_id: organizationId, title: 'Deal' })
      const { rows } = await crm.query<{ id: string }>(
        `insert into webhooks.webhook_syncs (organization_id, webhook_id, record, status)
         values ($1, $2, 'deal', 'paused') returning id`,
        [organizationId, id],
      )
      const sync = rows[0]!.id
      const resume = async (): Promise<void> =>
        await api.patch(`webhook_syncs?id=eq.${sync}`, { status: 'running' })
      await crm.execute('alter table public.deals rename column organization_id to tenant_id')
      try {
        await resume()
        await until(
          'the sync to be paused by the system',
          async () => (await readSync(stage, sync)).reason !== null,
        )
        const { status, reason } = await readSync(stage, sync)
        assert.deepEqual([status, reason], ['paused', 'the records no longer match the map of the CRM'])
        const refused = await api.request<ErrorBody>('POST', 'rpc/send_existing', {
          webhook_id: id,
          record: 'deal',
          dry_run: true,
        })
        assert.deepEqual(
          [refused.status, refused.body.message],
          [409, 'the records no longer match the map of the CRM'],
        )
        const { sync_id: other } = await startSync(stage, { webhook_id: beside, record: 'contact' })
        assert.equal((await untilStatus(stage, other!, 'done')).sent, 5)
      } finally {
        await crm.execute('alter table public.deals rename column tenant_id to organization_id')
      }
      await resume()
      const { sent, reason } = await untilStatus(stage, sync, 'done')
      assert.deepEqual([sent, reason], [1, null])
    })
  },
  { engines: ENGINES.filter((engine) => engine === 'postgresql') },
)
