import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Decision, Question } from '../../src/capture/guess/guessing.ts'
import type { CrmMap } from '../../src/capture/map/map-schema.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../../src/domain/event-types/records.ts'
import type { GuessCase } from './guess-cases.ts'
import type { EmittedEvent, OtherCrm } from './other-crm.ts'
import type { CommandResult } from './run-command.ts'
import { startCommand } from './run-command.ts'

export interface PrintedGuess {
  map: CrmMap
  decisions: Decision[]
  questions: Question[]
}

const ROLES = `do $$ begin
  create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
exception when duplicate_object or unique_violation then null; end $$;`

/** The script of a CRM, with the roles that it grants rights to. */
export const readFixture = (name: string): string =>
  ROLES + readFileSync(new URL(`../fixtures/${name}.sql`, import.meta.url), 'utf8')
export const readPreset = (name: string): CrmMap =>
  JSON.parse(readFileSync(new URL(`../../presets/${name}.json`, import.meta.url), 'utf8')) as CrmMap
export const newFile = (): string => join(tmpdir(), `connectgain-guess-${randomUUID()}.json`)
export const readMap = (file: string): CrmMap => JSON.parse(readFileSync(file, 'utf8')) as CrmMap

export async function guess(crm: OtherCrm): Promise<PrintedGuess> {
  const { code, stdout, stderr } = await crm.command('install', '--guess')
  assert.deepEqual([code, stderr], [0, ''])
  return JSON.parse(stdout) as PrintedGuess
}

/** Types lines, and closes standard input after them. */
export async function interact(
  crm: OtherCrm,
  file: string,
  lines: readonly string[],
): Promise<CommandResult> {
  const args = ['install', '--interactive', '--map', file, '--database-url', crm.url]
  const { child, done } = startCommand(args, { DATABASE_URL: '' })
  child.stdin!.end(lines.map((line) => `${line}\n`).join(''))
  return await done
}

/** What matters of events: that they are there, for whom, and what they are about. */
export async function play(crm: OtherCrm, map: object, changes: readonly string[]): Promise<unknown[]> {
  const { code, report } = await crm.install(map)
  assert.equal(code, 0, report.problems.join('\n'))
  const events: EmittedEvent[] = []
  for (const change of changes) events.push(...(await crm.eventsOf(() => crm.database.execute(change))))
  const { rows } = await crm.database.query<{ id: string; key: string | null }>(
    'select id, external_id as key from webhooks.organizations',
  )
  return events
    .filter(({ event }) => /^(contact|deal|conversation|message)\.(?!won|resolved|closed)/.test(event))
    .map(({ event, organization_id, data }) => ({
      event,
      organization: rows.find(({ id }) => id === organization_id)?.key ?? organization_id,
      ...Object.fromEntries(ownColumns(event).map((name) => [name, data[name]])),
    }))
}

const COMPARED = [
  'id',
  'contact_id',
  'conversation_id',
  'direction',
  'status',
  'priority',
  'stage',
  'value',
  'email',
  'phone',
  'company',
  'body',
  'assigned_to',
]

/** Without the additional fields of the preset. */
const ownColumns = (event: string): string[] => {
  const record = RECORD_NAMES.find((name) => event.startsWith(name))!
  return COMPARED.filter((name) => RECORD_COLUMNS[record][name] !== undefined)
}

/** With answers, as they are typed; without, the guess as it is. */
export async function obtainMap({ answers }: GuessCase, crm: OtherCrm): Promise<CrmMap> {
  if (answers === undefined) return (await guess(crm)).map
  const file = newFile()
  const { code, stdout, stderr } = await interact(crm, file, answers)
  assert.deepEqual([code, stderr], [0, ''], stdout)
  return readMap(file)
}

export const listTables = ({ records }: CrmMap): string[] =>
  records.map(({ record, table }) => `${record}: ${table}`)
