import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import { generateApiKey, hashApiKey } from '../src/api/auth/api-keys.ts'
import type { Database } from '../src/database/database.ts'
import { openPglite } from '../src/database/pglite.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { secretContext } from '../src/secrets/sealed-columns.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import { createChaos, SETTINGS } from './chaos/site.ts'
import { createApi } from './harness/api.ts'
import type { LogRow } from './harness/api.ts'
import type { TestDatabase } from './harness/databases.ts'
import { ENGINES, createDatabase } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { ENCRYPTION_KEY, createSite } from './harness/server-process.ts'
import { LONG } from './harness/until.ts'

const SECRET = 'the-secret-from-before'
const PACKAGE = fileURLToPath(new URL('../', import.meta.url))

// The next version is this one with a further migration, whose additions this version does not know.
const NEXT_MIGRATION = `
alter table webhooks.webhook_configurations add column next_setting text not null default 'x';
alter table webhooks.webhook_deliveries add column next_note text;
alter table webhooks.webhook_events add column next_note text;
create index next_index on webhooks.webhook_deliveries (updated_at);
create table webhooks.next_table (id uuid primary key);
`

/** The folder and the entry point of the next version. */
let next: string
let nextProgram: string
before(() => {
  // Beside this package, where it finds the page, the pages of the guide and its dependencies.
  next = mkdtempSync(join(PACKAGE, '../.next-'))
  symlinkSync('../server/node_modules', join(next, 'node_modules'))
  for (const part of ['src', 'migrations', 'package.json']) {
    cpSync(join(PACKAGE, part), join(next, part), { recursive: true })
  }
  writeFileSync(join(next, 'migrations/core/999_next.sql'), NEXT_MIGRATION)
  nextProgram = join(next, 'src/main.ts')
})
after(() => rmSync(next, { recursive: true, force: true }))

interface Stored {
  organizationId: string
  webhookId: string
  key: string
}

/** Stores a webhook with a failed delivery and its log, a key, and an event that is still in the outbox. */
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
  // The event above was relayed long ago; the next one has just been committed.
  await database.query('delete from webhooks_internal.outbox')
  await database.query(
    `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'deal.created', '{"id":"new"}')`,
    [organizationId],
  )
  return { organizationId, webhookId, key }
}

for (const engine of ENGINES) {
  suite(`upgrade to the next version (${engine})`, () => {
    let made: TestDatabase
    let site: ServerSite
    let server: ServerProcess
    let receiver: ReceiverServer
    let stored: Stored

    before(async () => {
      made = await createDatabase(engine)
      receiver = await startReceiver()
      site = createSite(made.url, { ENCRYPTION_KEYS: ENCRYPTION_KEY })
      const database =
        made.url === undefined
          ? await openPglite(join(site.settings['DATA_DIR']!, 'database'))
          : openPostgres({ url: made.url, poolSize: 1 })
      stored = await store(database, `${receiver.url}/hook`)
      await database.close()
      server = await site.start({ LOG_LEVEL: 'info' }, nextProgram)
    })
    after(async () => {
      await receiver.close()
      await site.close()
      await made.drop()
    })

    test('the next version applies its migration', async () => {
      const response = await fetch(`${server.url}/health/ready`)
      const { checks } = (await response.json()) as { checks: { migrations: { status: string } } }
      assert.equal(checks.migrations.status, 'ok')
      assert.match(server.output(), /999_next/)
    })

    test('the next version sends an event that was committed before, signed with the stored secret', async () => {
      const [request] = await receiver.received('/hook', 1)
      const { body, headers } = request!
      await verifyWebhook({ body, headers, secret: SECRET })
      assert.equal(request?.json.data['id'], 'new')
    })

    test('the next version keeps the log, the webhooks and the keys', async () => {
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

    test('the next version retries a delivery that failed before', async () => {
      const { body } = await server.api.rpc<{ matched: number }>('retry_failed', {
        webhook_id: stored.webhookId,
      })
      assert.equal(body.matched, 1)
      const requests = await receiver.received('/hook', 2)
      assert.equal(requests[1]?.json.data['id'], 'old')
    })
  })
}

suite('two versions side by side', LONG, () => {
  const skip = ENGINES.includes('postgresql') ? HEAVY.skip : 'needs a database that two processes share'
  test(
    'no delivery is lost or sent twice during an upgrade and a rollback under load',
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
      // Migrates while the old version works.
      const newer = await site.start({}, nextProgram)
      await chaos.progress(100)
      current = newer
      assert.equal(await old.stop(), 0)
      await chaos.progress(100)
      // Roll-back: the old version starts on the newer database.
      const again = await site.start()
      current = again
      assert.equal(await newer.stop(), 0)
      await chaos.progress(100)
      const { duplicates } = await chaos.settle()
      assert.equal(duplicates, 0)
    },
  )
})
