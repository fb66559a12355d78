import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Database } from '../../src/database/database.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import type { ExpectedEvent, PresetCrm, Scenario } from './crm-scenarios/scenario.ts'
import { SNAPSHOT } from './other-crms.ts'
import type { CommandResult } from './run-command.ts'
import { runCommand } from './run-command.ts'

interface CapturedEvent {
  event: string
  organization_id: string
  data: Record<string, unknown>
  previous: Record<string, unknown> | null
}

/** The database of a CRM with a preset. Its program has one role, and who installs has another, which is a member of it. */
export interface OpenedCrm {
  /** As the CRM's program. */
  crm: Database
  /** As a superuser. */
  database: Database
  /** As the role that installs. */
  url: string
  /** As the owner of the database, which is the CRM's role. */
  ownerUrl: string
  command(name: string, ...args: string[]): Promise<CommandResult>
  install(...args: string[]): Promise<CommandResult>
  /** Everything that is in the database, a line each. */
  snapshot(): Promise<string[]>
  /** The id that events of a tenant carry. */
  findOrganization(key: string): Promise<string>
  /** Another database on the same server, with nothing in it. */
  createEmpty(): Promise<{ url: string; drop(): Promise<void> }>
  /** Makes the changes of a scenario, and fails unless exactly its events follow. */
  play(scenario: Omit<Scenario, 'title'>): Promise<void>
  close(): Promise<void>
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @param serverUrl of the maintenance database, as superuser */
export async function openPresetCrm(serverUrl: string, preset: PresetCrm): Promise<OpenedCrm> {
  const name = `preset_${randomBytes(6).toString('hex')}`
  const [owner, installer] = [`${name}_crm`, `${name}_installer`]
  const server = openPostgres({ url: serverUrl, poolSize: 1 })
  await server.execute(`create role ${owner} login password '${owner}'`)
  await server.execute(`create role ${installer} login createrole password '${installer}' in role ${owner}`)
  await server.execute(`create database ${name} owner ${owner}`)
  if (preset.prepare !== undefined) await server.execute(preset.prepare.replaceAll('crm_app', owner))
  const urlAs = (user?: string, of = name): string => {
    const url = new URL(serverUrl)
    url.pathname = `/${of}`
    if (user !== undefined) [url.username, url.password] = [user, user]
    return url.href
  }
  const crm = openPostgres({ url: urlAs(owner), poolSize: 2 })
  const database = openPostgres({ url: urlAs(), poolSize: 2 })
  const url = urlAs(installer)
  await crm.execute(readFileSync(new URL(`../fixtures/crms/${preset.name}.sql`, import.meta.url), 'utf8'))
  const command = (subcommand: string, ...args: string[]): Promise<CommandResult> =>
    runCommand(subcommand, '--database-url', url, '--json', ...args)
  const findOrganization = (key: string): Promise<string> => findOrganizationId(database, key)
  return {
    crm,
    database,
    url,
    ownerUrl: urlAs(owner),
    command,
    install: (...args) => command('install', '--preset', preset.name, ...args),
    async snapshot() {
      const { rows } = await database.query<{ everything: string }>(SNAPSHOT)
      return rows[0]!.everything.split('\n')
    },
    findOrganization,
    async createEmpty() {
      const copy = `${name}_copy`
      await server.execute(`create database ${copy} template template1`)
      return {
        url: urlAs(undefined, copy),
        drop: () => server.execute(`drop database ${copy} with (force)`),
      }
    },
    async play(scenario) {
      await database.execute(
        'delete from webhooks_internal.outbox; delete from webhooks.webhook_capture_faults',
      )
      await crm.execute(scenario.sql)
      const events = await readEvents(database)
      await compare(events, scenario.expect, findOrganization)
      assert.equal(await countFaultyRows(database), scenario.faultyRows ?? 0)
    },
    async close() {
      await crm.close()
      await database.close()
      await server.execute(`drop database ${name} with (force)`)
      // A role that owns anything in a database of another test stays.
      for (const role of [installer, owner]) await server.execute(`drop role ${role}`).catch(() => {})
      await server.close()
    },
  }
}

async function findOrganizationId(database: Database, key: string): Promise<string> {
  if (UUID.test(key)) return key
  const { rows } = await database.query<{ id: string }>(
    'select id from webhooks.organizations where external_id = $1',
    [key],
  )
  assert.equal(rows.length, 1, `tenants with the key ${key}`)
  return rows[0]!.id
}

async function readEvents(database: Database): Promise<CapturedEvent[]> {
  const { rows } = await database.query<{ [K in keyof CapturedEvent]: string | null }>(
    `select e.event, e.organization_id, e.data, e.previous
     from webhooks_internal.outbox o join webhooks.webhook_events e on e.id = o.event_id order by o.id`,
  )
  return rows.map(({ event, organization_id, data, previous }) => ({
    event: event!,
    organization_id: organization_id!,
    data: JSON.parse(data!) as Record<string, unknown>,
    previous: previous === null ? null : (JSON.parse(previous) as Record<string, unknown>),
  }))
}

async function countFaultyRows(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select coalesce(sum(row_count), 0)::int as count from webhooks.webhook_capture_faults where effect = 'event'`,
  )
  return rows[0]!.count
}

/** First which events there are, then what they say, so that a failure shows little more than what is wrong. */
async function compare(
  events: readonly CapturedEvent[],
  expected: readonly ExpectedEvent[],
  findOrganization: (key: string) => Promise<string>,
): Promise<void> {
  assert.deepEqual(countRuns(events), countRuns(await expandAll(expected, findOrganization)))
  let next = 0
  for (const { event, data, previous, times = 1 } of expected) {
    for (const actual of events.slice(next, next + times)) {
      assertIncludes(actual.data, data, `data of ${event}`)
      if (previous !== undefined) assertIncludes(actual.previous ?? {}, previous, `previous of ${event}`)
    }
    next += times
  }
}

type Named = Pick<CapturedEvent, 'event' | 'organization_id'>

async function expandAll(
  expected: readonly ExpectedEvent[],
  findOrganization: (key: string) => Promise<string>,
): Promise<Named[]> {
  const all: Named[] = []
  for (const { event, organization, times = 1 } of expected) {
    const organizationId = await findOrganization(organization)
    all.push(...Array.from({ length: times }, () => ({ event, organization_id: organizationId })))
  }
  return all
}

/** `2000 × contact.created to …`, so that thousands of events are one line. */
function countRuns(events: readonly Named[]): string[] {
  const runs: { name: string; count: number }[] = []
  for (const { event, organization_id } of events) {
    const name = `${event} to ${organization_id}`
    const last = runs.at(-1)
    if (last?.name === name) last.count += 1
    else runs.push({ name, count: 1 })
  }
  return runs.map(({ name, count }) => `${count} × ${name}`)
}

function assertIncludes(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  what: string,
): void {
  const named = Object.fromEntries(Object.keys(expected).map((name) => [name, actual[name]]))
  assert.deepEqual({ [what]: named }, { [what]: expected })
}
