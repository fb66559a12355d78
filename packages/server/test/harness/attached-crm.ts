import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Database } from '../../src/database/database.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import { writeMap } from './maps.ts'
import { OTHER_CRM, OTHER_MAP } from './other-crms.ts'
import type { CommandResult } from './run-command.ts'
import { runCommand } from './run-command.ts'

/** What docs/installing.md names, and nothing else. */
const rightsOf = (role: string, database: string): string => `
  grant create on database ${database} to ${role};
  grant usage on schema crm to ${role};
  grant trigger on crm.crm_person, crm.opportunity, crm.chat_message to ${role};
  grant select (id, uuid) on crm.account to ${role};
  grant select (id, account_id) on crm.crm_person to ${role};
  grant select (id, person_id) on crm.thread to ${role};`

/** The database of a CRM, which one role owns and another one installs into, with no more rights than that takes. */
export interface AttachedCrm {
  name: string
  owner: string
  installer: string
  /** As the CRM, which owns the database and its tables. */
  crm: Database
  organizationId: string
  /** As the role that installs. */
  url: string
  urlAs(user: string): string
  install(flags?: readonly string[], map?: object): Promise<CommandResult>
  command(name: string, ...args: string[]): Promise<CommandResult>
  asSuperuser(script: string): Promise<void>
  /** Drops the database and both roles, where these own nothing elsewhere. */
  close(): Promise<void>
}

/** @param serverUrl of the maintenance database, as superuser */
export async function createAttachedCrm(serverUrl: string): Promise<AttachedCrm> {
  const name = `crm_${randomBytes(6).toString('hex')}`
  const [owner, installer] = [`${name}_owner`, `${name}_installer`]
  await run(serverUrl, [
    `create role ${owner} login password '${owner}'`,
    `create role ${installer} login createrole password '${installer}'`,
    `create database ${name} owner ${owner}`,
  ])
  const urlAs = (user: string, password = user): string => {
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    ;[url.username, url.password] = [user, password]
    return url.href
  }
  const superuserUrl = urlAs(new URL(serverUrl).username, new URL(serverUrl).password)
  const crm = openPostgres({ url: urlAs(owner), poolSize: 2 })
  await crm.execute(OTHER_CRM)
  await run(superuserUrl, [rightsOf(installer, name)])
  const { rows } = await crm.query<{ uuid: string }>('select uuid from crm.account')
  const url = urlAs(installer)
  const command = async (subcommand: string, ...args: string[]): Promise<CommandResult> =>
    await runCommand(subcommand, '--database-url', url, ...args)
  return {
    name,
    owner,
    installer,
    crm,
    organizationId: rows[0]!.uuid,
    url,
    urlAs,
    command,
    async install(flags = [], map = OTHER_MAP) {
      const result = await command('install', '--map', writeMap(map), ...flags)
      assert.deepEqual([result.code, result.stderr], [0, ''], result.stdout)
      return result
    },
    asSuperuser: async (script) => await run(superuserUrl, [script]),
    async close() {
      await crm.close()
      await run(serverUrl, [`drop database ${name} with (force)`])
      for (const role of [installer, owner]) await run(serverUrl, [`drop role ${role}`]).catch(() => {})
    },
  }
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  const database = openPostgres({ url, poolSize: 1 })
  try {
    for (const statement of statements) await database.execute(statement)
  } finally {
    await database.close()
  }
}
