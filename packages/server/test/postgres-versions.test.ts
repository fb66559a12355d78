import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../src/db/database.ts'
import { openPostgres } from '../src/db/postgres.ts'
import { ENGINES } from './harness/databases.ts'
import { OTHER_CRM, OTHER_MAP, writeMap } from './harness/other-crms.ts'
import type { TestPostgres } from './harness/postgres.ts'
import { SETTINGS, VERSIONS, startPostgres } from './harness/postgres.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { runCommand } from './harness/run-command.ts'
import type { ServerProcess, ServerSite } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { LONG } from './harness/until.ts'

/** What docs/installing.md names, and nothing else. */
const rightsOf = (role: string, database: string): string => `
  grant create on database ${database} to ${role};
  grant usage on schema crm to ${role};
  grant trigger on crm.crm_person, crm.opportunity, crm.chat_message to ${role};
  grant select (id, uuid) on crm.account to ${role};
  grant select (id, account_id) on crm.crm_person to ${role};
  grant select (id, person_id) on crm.thread to ${role};`

/** The database of a CRM on a server, with the program beside it under a role of its own. */
interface Installation {
  /** As the CRM, which owns its tables. */
  crm: Database
  url: string
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
        await installation?.crm.close()
      }
      await receiver?.close()
      await postgres?.stop()
    })

    const urlOf = (database: string, user: string): string => {
      const url = new URL(postgres.url)
      url.pathname = `/${database}`
      ;[url.username, url.password] = [user, user]
      return url.href
    }

    async function asSuperuser(url: string, script: string): Promise<void> {
      const database = openPostgres({ url, poolSize: 1 })
      for (const statement of script.split(';\n').filter((line) => line.trim() !== ''))
        await database.execute(statement)
      await database.close()
    }

    async function attach(name: string): Promise<Installation> {
      const [owner, installer] = [`${name}_crm`, `${name}_installer`]
      await asSuperuser(
        postgres.url,
        `create role ${owner} login password '${owner}';
         create role ${installer} login createrole password '${installer}';
         create database ${name} owner ${owner};`,
      )
      const crm = openPostgres({ url: urlOf(name, owner), poolSize: 2 })
      await crm.execute(OTHER_CRM)
      const inside = new URL(postgres.url)
      inside.pathname = `/${name}`
      await asSuperuser(inside.href, rightsOf(installer, name))
      const url = urlOf(name, installer)
      const installed = await runCommand('install', '--database-url', url, '--map', writeMap(OTHER_MAP))
      assert.deepEqual([installed.code, installed.stderr], [0, ''], installed.stdout)
      const site = createSite(url, { CRM_TABLES: 'false' })
      const server = await site.start()
      const { rows } = await crm.query<{ uuid: string }>('select uuid from crm.account')
      await server.api.insert('webhook_configurations', {
        organization_id: rows[0]!.uuid,
        name: 'All',
        url: new URL(`/${name}`, receiver.url).href,
        events: ['contact.created'],
      })
      return { crm, url, site, server }
    }

    const insertContact = async ({ crm }: Installation, name: string): Promise<unknown> =>
      await crm.query('insert into crm.crm_person (account_id, fname) values (1, $1)', [name])

    test('captures what a CRM writes, and sends it', async () => {
      first = await attach('first')
      await insertContact(first, 'Ann')
      const [request] = await receiver.received('/first', 1)
      assert.equal((JSON.parse(request!.body) as { data: { first_name: string } }).data.first_name, 'Ann')
    })

    test('takes a second database, which another role installs', async () => {
      second = await attach('second')
      await insertContact(second, 'Bob')
      assert.equal((await receiver.received('/second', 1)).length, 1)
    })

    test('keeps organizations apart in both, by the roles of each', async () => {
      for (const { server, crm } of [first, second]) {
        const { rows } = await crm.query<{ uuid: string }>('select uuid from crm.account')
        const { key } = await server.api.insert<{ key: string }>('api_keys', {
          organization_id: rows[0]!.uuid,
          name: 'Reads',
          scope: 'read',
        })
        const read = await fetch(`${server.url}/rest/v1/webhook_configurations`, { headers: { apikey: key } })
        assert.equal(((await read.json()) as unknown[]).length, 1)
        const refused = await fetch(`${server.url}/rest/v1/api_keys`, { headers: { apikey: key } })
        assert.equal(refused.status, 403)
      }
    })

    test('gets rid of one installation without touching the other', async () => {
      await first.server.stop()
      const { code, stderr } = await runCommand('uninstall', '--database-url', first.url, '--purge')
      assert.deepEqual([code, stderr], [0, ''])
      await insertContact(first, 'Nobody')
      await insertContact(second, 'Cid')
      assert.equal((await receiver.received('/second', 2)).length, 2)
      assert.equal(await second.server.stop(), 0)
    })
  })
}
