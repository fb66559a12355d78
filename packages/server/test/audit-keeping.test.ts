import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { expireAuditLog } from '../src/maintenance/expire-audit-log.ts'
import { readEntries, storeAs } from './harness/audit-entries.ts'
import type { Entry } from './harness/audit-entries.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

for (const engine of ENGINES) {
  suite(`access to the audit log and its retention (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine)
    })
    after(async () => await api.close())

    const entriesOf = async (target: string, key?: string): Promise<Entry[]> =>
      await readEntries(api, target, key)
    const storeWebhook = async (fields: object = {}) =>
      await storeAs(api, SERVICE_KEY, 'webhook_configurations', {
        name: 'CRM',
        url: 'https://crm.example/',
        events: ['*'],
        ...fields,
      })

    test('an admin key reads only the audit log of its own organization, and other keys cannot read it', async () => {
      const ours = await storeWebhook()
      const theirs = await storeWebhook({ organization_id: THEIRS })
      const admin = await api.storeKey(OURS, 'admin')
      assert.equal((await entriesOf(ours['id']!, admin)).length, 1)
      assert.equal((await entriesOf(theirs['id']!, admin)).length, 0)
      assert.equal((await entriesOf(theirs['id']!)).length, 1)
      for (const scope of ['read', 'emit'] as const) {
        const { status } = await api.ask('GET', 'audit_log', { key: await api.storeKey(OURS, scope) })
        assert.equal(status, 403)
      }
    })

    test('the API roles cannot write to the audit log, and its owner can neither update nor truncate it', async () => {
      for (const role of ['webhooks_service', 'webhooks_api', 'webhooks_read', 'webhooks_emit']) {
        for (const statement of [
          `update webhooks.audit_log set action = 'x'`,
          'delete from webhooks.audit_log',
          'truncate webhooks.audit_log',
          `insert into webhooks.audit_log (actor_kind, action, target_table, changed, old_values, new_values)
           values ('cli', 'x', 'x', '{}', '{}', '{}')`,
          `select webhooks_internal.write_audit(null, 'cli', 'x', 'x', 'x', 'x', '{}', '{}', '{}')`,
        ]) {
          await assert.rejects(
            api.database.transaction(async (connection) => {
              await connection.query(`select set_config('role', $1, true)`, [role])
              await connection.query(statement)
            }),
            { code: '42501' },
            `${role}: ${statement}`,
          )
        }
      }
      for (const statement of [`update webhooks.audit_log set action = 'x'`, 'truncate webhooks.audit_log']) {
        await assert.rejects(api.database.query(statement), { code: '42501' })
      }
    })

    test('audit log entries are deleted after their retention', async () => {
      const { id } = await storeWebhook()
      await expireAuditLog(api.database, 3_600_000)
      assert.equal((await entriesOf(id!)).length, 1)
      await api.database.query(
        `insert into webhooks.audit_log (at, actor_kind, action, target_table, target_id, changed, old_values, new_values)
         values (now() - interval '61 minutes', 'cli', 'x', 'x', $1, '{}', '{}', '{}')`,
        [id],
      )
      await expireAuditLog(api.database, 3_600_000)
      assert.deepEqual(
        (await entriesOf(id!)).map(({ action }) => action),
        ['webhook.created'],
      )
    })
  })
}

onEachEngine('audit log of automatic changes', (stage) => {
  test('the audit log records why the system disabled a webhook, but not changes to its health', async () => {
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    stage.receiver.reply(path, 500, 410)
    await stage.server.api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'deal.created',
      data: {},
    })
    const [, entry] = await stage.server.api.rows<Entry>(`audit_log?target_id=eq.${id}&order=at,id`, 2)
    assert.deepEqual(
      [entry?.action, entry?.actor_kind, entry?.actor_name, entry?.changed],
      ['webhook.deactivated', 'engine', null, ['disabled_at', 'disabled_reason', 'is_active']],
    )
    assert.match(String(entry?.new_values['disabled_reason']), /410/)
  })
})
