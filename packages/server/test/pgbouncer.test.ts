import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestDatabase } from './harness/databases.ts'
import { ENGINES, createDatabase } from './harness/databases.ts'
import type { PgBouncer } from './harness/pgbouncer.ts'
import { PGBOUNCER, startPgBouncer } from './harness/pgbouncer.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { runCommand } from './harness/run-command.ts'
import { createSite } from './harness/server-process.ts'

const SKIP = !ENGINES.includes('postgresql')
  ? 'there is no PostgreSQL'
  : PGBOUNCER === undefined && "there is no PgBouncer; Debian's package pgbouncer has it"

const REFUSAL = /does not keep sessions, such as PgBouncer .* set pool_mode = session for this database/

suite('PgBouncer', { skip: SKIP }, () => {
  let made: TestDatabase
  let receiver: ReceiverServer
  let bouncer: PgBouncer | undefined

  before(async () => {
    made = await createDatabase('postgresql')
    receiver = await startReceiver()
  })
  after(async () => {
    await bouncer?.stop()
    await receiver?.close()
    await made?.drop()
  })

  async function startBehind(settings: Readonly<Record<string, string>>): Promise<string> {
    await bouncer?.stop()
    bouncer = await startPgBouncer(made.url!, settings)
    return bouncer.url
  }

  test('an event is delivered through PgBouncer with pool_mode = session and no other setting', async () => {
    const site = createSite(await startBehind({ pool_mode: 'session' }))
    try {
      const server = await site.start()
      const { id: organization_id } = await server.api.insert<{ id: string }>('organizations', {
        name: 'Acme',
      })
      await server.api.insert('webhook_configurations', {
        organization_id,
        name: 'All',
        url: new URL('/hook', receiver.url).href,
        events: ['contact.created'],
      })
      await server.api.insert('contacts', { organization_id, company: 'Acme' })
      assert.equal((await receiver.received('/hook', 1)).length, 1)
      await server.api.rows('webhook_deliveries?status=delivered', 1)
      assert.equal(await server.stop(), 0)
    } finally {
      await site.close()
    }
  })

  for (const settings of [
    { pool_mode: 'transaction' },
    { pool_mode: 'transaction', ignore_startup_parameters: 'options' },
    { pool_mode: 'statement' },
  ]) {
    test(`serve and install refuse PgBouncer with ${Object.entries(settings).flat().join(' ')} and say what to change`, async () => {
      const url = await startBehind(settings)
      const site = createSite(url)
      try {
        await assert.rejects(site.start(), REFUSAL)
      } finally {
        await site.close()
      }
      const installed = await runCommand('install', '--database-url', url, '--guess')
      assert.equal(installed.code, 2)
      assert.match(installed.stderr, REFUSAL)
    })
  }
})
