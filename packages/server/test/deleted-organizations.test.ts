import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { deleteOrganization } from '../src/maintenance/delete-organizations.ts'
import { EVERY_ENGINE, openMigrated } from './harness/databases.ts'

for (const engine of EVERY_ENGINE) {
  suite(`a deleted organization (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(async () => await close())

    /** An organization with a webhook, a key, an event, and a delivery with its log. */
    async function createOrganization(): Promise<string> {
      const [organization, webhook, event, delivery] = Array.from({ length: 4 }, () => randomUUID())
      for (const statement of [
        `insert into public.organizations (id, name) values ('${organization}', 'Acme')`,
        `insert into public.contacts (organization_id, first_name) values ('${organization}', 'Ann')`,
        `insert into webhooks.webhook_configurations (id, organization_id, name, url, events)
         values ('${webhook}', '${organization}', 'W', 'https://example.com/hook', '{*}')`,
        `insert into webhooks.webhook_events (id, organization_id, event, data)
         values ('${event}', '${organization}', 'contact.created', '{}')`,
        `insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, status, attempts, completed_at)
         values ('${delivery}', '${organization}', '${webhook}', '${event}', 'contact.created', 'delivered', 1, now())`,
        `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
           attempt, trigger, duration_ms, request_headers, created_at)
         values ('${randomUUID()}', '${organization}', '${webhook}', '${delivery}', '${event}', 'contact.created',
           'https://example.com/hook', 'success', 1, 'event', 5, '{}', now())`,
      ]) {
        await database.query(statement)
      }
      return organization!
    }

    /** The tables that have rows of an organization, apart from the audit log. */
    async function findTraces(organization: string): Promise<string[]> {
      const { rows: tables } = await database.query<{ name: string }>(
        `select c.oid::regclass::text as name from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
         where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace <> 'pg_catalog'::regnamespace
           and c.relname <> 'audit_log'`,
      )
      const traces: string[] = []
      for (const { name } of tables) {
        const { rows } = await database.query(`select from ${name} where organization_id = $1 limit 1`, [
          organization,
        ])
        if (rows.length > 0) traces.push(name)
      }
      return traces
    }

    test('takes its webhooks along at once, and its history when nothing is on its way any more', async () => {
      const organization = await createOrganization()
      const other = await createOrganization()
      const ofTheOther = await findTraces(other)
      assert.equal(await deleteOrganization(database), 'idle')
      await database.query('delete from public.organizations where id = $1', [organization])
      assert.equal(await deleteOrganization(database), 'waiting')
      assert.ok((await findTraces(organization)).includes('webhooks.webhook_events'))
      await database.query('delete from webhooks_internal.outbox where organization_id = $1', [organization])
      assert.equal(await deleteOrganization(database), 'deleted')
      assert.deepEqual(await findTraces(organization), [])
      assert.deepEqual(await findTraces(other), ofTheOther)
      assert.equal(await deleteOrganization(database), 'idle')
      const { rows } = await database.query(
        'select from webhooks.audit_log where organization_id = $1 limit 1',
        [organization],
      )
      assert.equal(rows.length, 1)
    })

    test('of another CRM goes with its tenant, and stays if the tenant comes again', async () => {
      const organization = await createOrganization()
      await database.query(`select webhooks_internal.keep_tenants(array[$1::uuid], '{7}', '{Acme}')`, [
        organization,
      ])
      await database.query('select webhooks_internal.drop_tenants(array[$1::uuid])', [organization])
      await database.query(`select webhooks_internal.keep_tenants(array[$1::uuid], '{7}', '{Acme}')`, [
        organization,
      ])
      assert.equal(await deleteOrganization(database), 'idle')
      await database.query('select webhooks_internal.drop_tenants(array[$1::uuid])', [organization])
      await database.query('delete from webhooks_internal.outbox where organization_id = $1', [organization])
      assert.equal(await deleteOrganization(database), 'deleted')
      assert.deepEqual(await findTraces(organization), ['contacts'])
    })
  })
}
