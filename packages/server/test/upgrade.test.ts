import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import { generateApiKey, hashApiKey } from '../src/api/auth/api-keys.ts'
import { writeCapture } from '../src/capture/capture-sql.ts'
import { relationOf } from '../src/capture/captured-table.ts'
import { readReferenceTables } from '../src/capture/reference-tables.ts'
import type { Database } from '../src/database/database.ts'
import { migrate, readMigrations } from '../src/database/migrate.ts'
import { openPglite } from '../src/database/pglite.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { storeEventTypes } from '../src/server/store-event-types.ts'
import { secretContext } from '../src/secrets/sealed-columns.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import { createChaos, SETTINGS } from './chaos/site.ts'
import { createApi } from './harness/api.ts'
import type { LogRow } from './harness/api.ts'
import type { TestDatabase } from './harness/databases.ts'
import { ENGINES, EVERY_ENGINE, createDatabase } from './harness/databases.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { ENCRYPTION_KEY, createSite } from './harness/server-process.ts'
import { LONG } from './harness/until.ts'

/** The last migrations of the first release. What comes later has to bring a database of it up to date. */
const FIRST_RELEASE = { core: '0017_queues.sql', crm: '0015_audit.sql' }
const SECRET = 'the-secret-from-before'
const PACKAGE = fileURLToPath(new URL('../', import.meta.url))

async function makeFirstRelease(database: Database): Promise<void> {
  await migrate(database, [])
  for (const set of ['core', 'crm'] as const) {
    for (const { name, sql, checksum } of readMigrations(set)) {
      if (name > `${set}/${FIRST_RELEASE[set]}`) continue
      await database.transaction(async (connection) => {
        await connection.execute(sql)
        const params = [name, checksum]
        await connection.query(
          'insert into webhooks.schema_migrations (name, checksum) values ($1, $2)',
          params,
        )
      })
    }
  }
  await storeEventTypes(database)
  for (const table of await readReferenceTables(database)) {
    const { functions, triggers } = writeCapture(table)
    for (const sql of [...functions, ...triggers.map((trigger) => trigger.sql)]) await database.execute(sql)
    await database.query(
      'insert into webhooks_internal.captures (record, relation, fingerprint) values ($1, $2, $3)',
      [table.record, relationOf(table), 'of the first release'],
    )
  }
}

interface Stored {
  organizationId: string
  webhookId: string
  key: string
}

/** What was there when the old program was stopped: a webhook, its log, a key, and an event that nobody has looked at. */
async function store(database: Database, url: string): Promise<Stored> {
  const [organizationId, webhookId, key] = [randomUUID(), randomUUID(), generateApiKey()]
  const box = createSecretBox([Buffer.from(ENCRYPTION_KEY, 'base64')])
  await database.query('insert into public.organizations (id, name) values ($1, $2)', [
    organizationId,
    'Acme',
  ])
  await database.query(
    `insert into webhooks.webhook_configurations (id, organization_id, name, url, events, secret, secret_hint)
     values ($1, $2, 'From before', $3, '{deal.created}', $4, '…fore')`,
    [webhookId, organizationId, url, box.seal(SECRET, secretContext(webhookId))],
  )
  // Past the API, which would have refused both.
  await database.query(
    `insert into webhooks.webhook_configurations (organization_id, name, url, events)
     values ($1, repeat('n', 300), $2, '{deal.created}')`,
    [organizationId, `${url}?${'x'.repeat(3_000)}`],
  )
  await database.query(
    `insert into webhooks.api_keys (organization_id, name, scope, hint, key_hash)
     values ($1, 'CI', 'admin', '…', decode($2, 'hex'))`,
    [organizationId, hashApiKey(key)],
  )
  await database.query(
    `with event as (
       insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'deal.created', '{"id":"old"}') returning id),
     delivery as (
       insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event, status, attempts, completed_at)
       select $1, $2, id, 'deal.created', 'failed', 1, now() from event returning id, event_id)
     insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt,
       trigger, response_code, error_code, duration_ms, request_headers, created_at)
     select webhooks.uuid_v7(), $1, $2, id, event_id, 'deal.created', 'https://old.example/', 'failed', 1, 'event', 500,
       'http_500', 12, '{}', now() from delivery`,
    [organizationId, webhookId],
  )
  // The one above was decided on long ago; this one has only just been committed.
  await database.query('delete from webhooks_internal.outbox')
  await database.query(
    `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'deal.created', '{"id":"new"}')`,
    [organizationId],
  )
  return { organizationId, webhookId, key }
}

for (const engine of EVERY_ENGINE) {
  suite(`a database of the first release, with what is in it (${engine})`, () => {
    let made: TestDatabase
    let site: ServerSite
    let server: ServerProcess
    let receiver: ReceiverServer
    let stored: Stored

    before(async () => {
      made = await createDatabase(engine, 'empty')
      receiver = await startReceiver()
      site = createSite(made.url, { ENCRYPTION_KEYS: ENCRYPTION_KEY })
      const folder = join(site.settings['DATA_DIR']!, 'database')
      // What a PGlite site begins with is of today.
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(site.settings['DATA_DIR']!, { recursive: true })
      const database =
        made.url === undefined ? await openPglite(folder) : openPostgres({ url: made.url, poolSize: 1 })
      await makeFirstRelease(database)
      stored = await store(database, `${receiver.url}/hook`)
      await database.close()
      server = await site.start()
    })
    after(async () => {
      await receiver.close()
      await site.close()
      await made.drop()
    })

    test('has all migrations afterwards', async () => {
      assert.deepEqual(await server.api.get('webhook_alerts'), [])
    })

    test('sends what was committed before, signed with the secret from before', async () => {
      const [request] = await receiver.received('/hook', 1)
      const { body, headers } = request!
      await verifyWebhook({ body, headers, secret: SECRET })
      assert.equal(request?.json.data['id'], 'new')
    })

    test('has its log, its webhooks and its keys', async () => {
      const api = createApi(server.url, stored.key)
      const [webhook] = await api.get(`webhook_configurations?id=eq.${stored.webhookId}`)
      assert.deepEqual([webhook?.['name'], webhook?.['has_secret']], ['From before', true])
      const log = await api.rows<LogRow>(`webhook_logs?webhook_id=eq.${stored.webhookId}&order=created_at`, 2)
      assert.deepEqual(
        log.map(({ status, response_code }) => [status, response_code]),
        [
          ['failed', 500],
          ['success', 200],
        ],
      )
    })

    test('sends also to a URL that is longer than is accepted now, and cuts a name that is', async () => {
      await receiver.received(`/hook?${'x'.repeat(3_000)}`, 1)
      const path = `webhook_configurations?name=like.nnn*&select=id,name`
      const [webhook] = await server.api.get<{ id: string; name: string }>(path)
      assert.equal(webhook?.name, 'n'.repeat(200))
      await server.api.patch(`webhook_configurations?id=eq.${webhook.id}`, { description: 'still changed' })
    })

    test('can have what had failed sent again', async () => {
      const { body } = await server.api.rpc<{ matched: number }>('retry_failed', {
        webhook_id: stored.webhookId,
      })
      assert.equal(body.matched, 1)
      const requests = await receiver.received('/hook', 2)
      assert.equal(requests[1]?.json.data['id'], 'old')
    })
  })
}

// A next version is this one with a migration more: what it adds, the old one does not know.
const NEXT_MIGRATION = `
alter table webhooks.webhook_configurations add column next_setting text not null default 'x';
alter table webhooks.webhook_deliveries add column next_note text;
alter table webhooks.webhook_events add column next_note text;
create index next_index on webhooks.webhook_deliveries (updated_at);
create table webhooks.next_table (id uuid primary key);
`

suite('two versions side by side', LONG, () => {
  let next: string
  before(() => {
    // Beside this package, where it finds the page, the pages of the guide and its dependencies.
    next = mkdtempSync(join(PACKAGE, '../.next-'))
    symlinkSync('../server/node_modules', join(next, 'node_modules'))
    for (const part of ['src', 'migrations', 'package.json']) {
      cpSync(join(PACKAGE, part), join(next, part), { recursive: true })
    }
    writeFileSync(join(next, 'migrations/core/9999_next.sql'), NEXT_MIGRATION)
  })
  after(() => rmSync(next, { recursive: true, force: true }))

  const skip = ENGINES.includes('postgresql') ? false : 'needs a database that two processes share'
  test(
    'lose nothing and send nothing twice while one takes the place of the other under load',
    { ...LONG, skip },
    async (context) => {
      const database = await createDatabase('postgresql')
      context.after(() => database.drop())
      const site = createSite(database.url, SETTINGS)
      const old = await site.start()
      let current = old
      const chaos = await createChaos(site, old, () => current)
      context.after(() => chaos.close())
      await chaos.progress(100)
      // It migrates while the old one works.
      const newer = await site.start({}, join(next, 'src/main.ts'))
      await chaos.progress(100)
      current = newer
      assert.equal(await old.stop(), 0)
      await chaos.progress(100)
      // And back: a roll-back starts the old program on the newer database.
      const again = await site.start()
      current = again
      assert.equal(await newer.stop(), 0)
      await chaos.progress(100)
      const { duplicates } = await chaos.settle()
      assert.equal(duplicates, 0)
    },
  )
})
