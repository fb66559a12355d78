import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import type { Database } from '../src/database/database.ts'
import { readMigrations } from '../src/database/migrate.ts'
import { openPglite } from '../src/database/pglite.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { ROLES } from '../src/domain/principal.ts'
import { createApi } from './harness/api.ts'
import type { Api, LogRow } from './harness/api.ts'
import type { TestDatabase } from './harness/databases.ts'
import { EVERY_ENGINE, createDatabase } from './harness/databases.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { ENCRYPTION_KEY, createSite } from './harness/server-process.ts'

/*
 * A dump of version 0.2.0 (`pg_dump --inserts --no-owner`, without comments and psql's own commands): the reference CRM with a
 * webhook that received a contact and a deal, one whose deliveries failed, a key, and a deal and a change of the contact that
 * were committed while no program ran.
 */
const DUMP = gunzipSync(readFileSync(new URL('fixtures/version-0.2.0.sql.gz', import.meta.url))).toString()
const KEY = 'cgw_xRa2oqLH7IRs6TvMUdwP0K5x7m02GNVoV7c-uDa6xU4'
const SECRET = 'the-secret-from-before'
const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const GOOD = '0190a000-0000-7000-8000-00000000000a'
const BAD = '0190a000-0000-7000-8000-00000000000b'
const CONTACT = '0190a000-0000-7000-8000-0000000000c1'

test('the migrations of a release never change', () => {
  const released = [...DUMP.matchAll(/schema_migrations VALUES \('([^']+)', '([0-9a-f]{64})'/g)]
  assert.equal(released.length, 23)
  const present = new Map(
    [...readMigrations('core'), ...readMigrations('crm')].map(({ name, checksum }) => [name, checksum]),
  )
  for (const [, name = '', checksum] of released) {
    assert.equal(present.get(name), checksum, `${name} was released: restore it and add a migration instead`)
  }
})

for (const engine of EVERY_ENGINE) {
  suite(`upgrade of a database of version 0.2.0 (${engine})`, () => {
    let made: TestDatabase
    let site: ServerSite
    let server: ServerProcess
    let receiver: ReceiverServer
    let api: Api
    let folder: string

    before(async () => {
      made = await createDatabase(engine, 'empty')
      receiver = await startReceiver()
      folder = mkdtempSync(join(tmpdir(), 'connectgain-upgrade-'))
      // The dump is older than the default retention.
      site = createSite(made.url, {
        ENCRYPTION_KEYS: ENCRYPTION_KEY,
        DATA_DIR: folder,
        CRM_TABLES: 'true',
        LOG_RETENTION: '36500d',
        RETRY_SCHEDULE: '50ms',
      })
      const database =
        made.url === undefined
          ? await openPglite(join(folder, 'database'))
          : openPostgres({ url: made.url, poolSize: 1 })
      await restore(database, receiver.url)
      await database.close()
      server = await site.start()
      api = createApi(server.url, KEY)
    })
    after(async () => {
      await receiver.close()
      await site.close()
      await made.drop()
      rmSync(folder, { recursive: true, force: true })
    })

    test('events that were committed before the upgrade are sent, signed with the stored secret', async () => {
      const requests = await receiver.received('/good', 2)
      const events = requests.map(({ json }) => json.event).sort()
      assert.deepEqual(events, ['contact.updated', 'deal.created'])
      for (const { body, headers } of requests) {
        assert.equal(headers['x-token'], 'secret-token')
        await verifyWebhook({ body, headers, secret: SECRET })
      }
    })

    test('the log of before is still there', async () => {
      const log = await api.rows<LogRow>(`webhook_logs?webhook_id=eq.${GOOD}&order=created_at&limit=2`, 2)
      assert.deepEqual(
        log.map(({ status, response_code: code }) => [status, code]),
        [
          ['success', 200],
          ['success', 200],
        ],
      )
    })

    test('deliveries that failed before the upgrade can be retried', async () => {
      const { body } = await api.rpc<{ matched: number }>('retry_failed', {
        webhook_id: BAD,
        since: '2026-11-01T00:00:00Z',
      })
      assert.ok(body.matched >= 1)
      // The retry and the event that was committed before the upgrade.
      const requests = await receiver.received('/bad', 2)
      assert.deepEqual(requests.map(({ json }) => String(json.data['id'])).sort(), ['new', 'old'])
    })

    test('calls with an Idempotency-Key have one effect after the upgrade', async () => {
      const call = () =>
        api.request<{ key: string }[]>(
          'POST',
          'api_keys',
          { organization_id: ORGANIZATION, name: 'Once', scope: 'emit' },
          { 'idempotency-key': 'after the upgrade', prefer: 'return=representation' },
        )
      const first = await call()
      assert.deepEqual([first.status, (await call()).body], [201, first.body])
      assert.equal((await api.get('api_keys?name=eq.Once')).length, 1)
    })

    test('entries of the audit log from before the upgrade lose the queries of their URLs', async () => {
      const entries = await api.get(`audit_log?target_id=eq.${BAD}&changed=cs.{url}&order=at.desc&limit=2`)
      const urls = entries.map(({ old_values, new_values }) =>
        [old_values, new_values].map((values) => (values as { url: string }).url),
      )
      assert.match(urls[0]?.[0] ?? '', /[?]…$/)
      assert.equal(urls[1]?.[1], urls[0]?.[0])
      assert.doesNotMatch(JSON.stringify(entries), /of-before/)
      await assert.rejects(async () => await api.patch(`audit_log?target_id=eq.${BAD}`, { new_values: {} }))
    })

    test('changes in the CRM are captured after the upgrade', async () => {
      await api.patch(`contacts?id=eq.${CONTACT}`, { last_name: 'King' })
      const requests = await receiver.received('/good', 3)
      assert.deepEqual(
        [requests[2]?.json.event, requests[2]?.json.data['last_name']],
        ['contact.updated', 'King'],
      )
    })
  })
}

async function restore(database: Database, receiverUrl: string): Promise<void> {
  for (const role of ROLES) {
    await database.execute(
      `do $$ begin create role ${role} nologin noinherit; exception when duplicate_object then null; end $$`,
    )
  }
  // The search path of the dump is empty, and stays so for the connection.
  await database.execute(`${DUMP}; select set_config('search_path', '"$user", public', false)`)
  await database.query(
    `update webhooks.webhook_configurations set url = url || '?token=of-before' where id = $1`,
    [BAD],
  )
  await database.query(
    `update webhooks.webhook_configurations
     set url = $1 || case when id = $2 then '/good' else '/bad' end where organization_id = $3`,
    [receiverUrl, GOOD, ORGANIZATION],
  )
}
