import type { Database } from '../../src/database/database.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import assert from 'node:assert/strict'
import type { CommandResult } from './run-command.ts'
import { runCommand } from './run-command.ts'
import { createDatabase } from './databases.ts'
import { writeMap } from './maps.ts'
import { SNAPSHOT } from './other-crms.ts'

export interface InstallReport {
  problems: string[]
  warnings: string[]
  migrations: string[]
  sql?: string[]
  tables?: { record: string; relation: string; state: string }[]
}

export interface EmittedEvent {
  event: string
  organization_id: string
  data: Record<string, unknown>
  previous: unknown
}

/** A database of somebody else, and the command line beside it. */
export interface OtherCrm {
  database: Database
  url: string
  /** Everything that is in the database, as text. */
  snapshot(): Promise<string>
  command(name: string, ...args: string[]): Promise<CommandResult>
  install(map: object, ...args: string[]): Promise<{ code: number | null; report: InstallReport }>
  /** The events of `work` alone. */
  eventsOf(work: () => Promise<unknown>): Promise<EmittedEvent[]>
  close(): Promise<void>
}

interface StoredEvent extends Pick<EmittedEvent, 'event' | 'organization_id'> {
  data: string
  previous: string | null
}

/** @param user who uses the command line; default: a superuser */
export async function openOtherCrm(script: string, user?: string): Promise<OtherCrm> {
  const made = await createDatabase('postgresql', 'empty')
  const url = new URL(made.url!)
  const database = openPostgres({ url: url.href, poolSize: 4 })
  await database.execute(script)
  if (user !== undefined) [url.username, url.password] = [user, user]
  const command = (name: string, ...args: string[]) =>
    runCommand(name, '--database-url', url.href, '--json', ...args)
  return {
    database,
    url: url.href,
    command,
    async snapshot() {
      return (await database.query<{ everything: string }>(SNAPSHOT)).rows[0]!.everything
    },
    async install(map, ...args) {
      const { code, stdout, stderr } = await command('install', '--map', writeMap(map), ...args)
      assert.equal(stderr, '')
      return { code, report: JSON.parse(stdout) as InstallReport }
    },
    async eventsOf(work) {
      await database.execute('delete from webhooks_internal.outbox')
      await work()
      const { rows } = await database.query<StoredEvent>(
        `select e.event, e.organization_id, e.data, e.previous
         from webhooks_internal.outbox o join webhooks.webhook_events e on e.id = o.event_id order by o.id`,
      )
      return rows.map(({ data, previous, ...rest }) => ({
        ...rest,
        data: JSON.parse(data) as Record<string, unknown>,
        previous: previous === null ? null : (JSON.parse(previous) as unknown),
      }))
    },
    async close() {
      await database.close()
      await made.drop()
    },
  }
}
