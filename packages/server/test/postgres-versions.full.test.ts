import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { AttachedCrm } from './harness/attached-crm.ts'
import { createAttachedCrm } from './harness/attached-crm.ts'
import { ENGINES } from './harness/databases.ts'
import type { TestPostgres } from './harness/postgres.ts'
import { SETTINGS, VERSIONS, startPostgres } from './harness/postgres.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { LONG } from './harness/until.ts'

/** A CRM with the program installed in its database, under its own role. */
interface Installation {
  attached: AttachedCrm
  site: ServerSite
  server: ServerProcess
}

for (const version of VERSIONS) {
  suite(`PostgreSQL ${version}`, { ...LONG, skip: !ENGINES.includes('postgresql') }, () => {
    let postgres: TestPostgres
    let receiver: ReceiverServer
    let first: Installation
    let second: Installation

    before(async () => {
      postgres = await startPostgres(SETTINGS, version)
      receiver = await startReceiver()
    })
    after(async () => {
      for (const installation of [first, second]) {
        await installation?.site.close()
        await installation?.attached.close()
      }
      await receiver?.close()
      await postgres?.stop()
    })

    async function install(path: string): Promise<Installation> {
      const attached = await createAttachedCrm(postgres.url)
      await attached.install()
      const site = createSite(attached.url, { CRM_TABLES: 'false' })
      const server = await site.start()
      await server.api.insert('webhook_configurations', {
        organization_id: attached.organizationId,
        name: 'All',
        url: new URL(path, receiver.url).href,
        events: ['contact.created'],
      })
      return { attached, site, server }
    }

    const insertContact = async ({ attached }: Installation, name: string): Promise<unknown> =>
      await attached.crm.query('insert into crm.crm_person (account_id, fname) values (1, $1)', [name])

    test('a row that a CRM writes is captured and sent', async () => {
      first = await install('/first')
      await insertContact(first, 'Ann')
      const [request] = await receiver.received('/first', 1)
      assert.equal((JSON.parse(request!.body) as { data: { first_name: string } }).data.first_name, 'Ann')
    })

    test('a second database of the same server can be installed under another role', async () => {
      second = await install('/second')
      await insertContact(second, 'Bob')
      assert.equal((await receiver.received('/second', 1)).length, 1)
    })

    test('a read key sees only the webhooks of its organization and no keys, in each database', async () => {
      for (const { server, attached } of [first, second]) {
        const { key } = await server.api.insert<{ key: string }>('api_keys', {
          organization_id: attached.organizationId,
          name: 'Reads',
          scope: 'read',
        })
        const read = await fetch(`${server.url}/rest/v1/webhook_configurations`, { headers: { apikey: key } })
        assert.equal(((await read.json()) as unknown[]).length, 1)
        const refused = await fetch(`${server.url}/rest/v1/api_keys`, { headers: { apikey: key } })
        assert.equal(refused.status, 403)
      }
    })

    test('one installation can be purged without affecting the other', async () => {
      await first.server.stop()
      const { code, stderr } = await first.attached.command('uninstall', '--purge')
      assert.deepEqual([code, stderr], [0, ''])
      await insertContact(first, 'Dan')
      await insertContact(second, 'Cid')
      assert.equal((await receiver.received('/second', 2)).length, 2)
      assert.equal(await second.server.stop(), 0)
    })
  })
}
