import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Decision, Question } from '../src/capture/guess/guessing.ts'
import { SURE } from '../src/capture/guess/guessing.ts'
import type { CrmMap } from '../src/capture/map/map-schema.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../src/domain/event-types/records.ts'
import { ENGINES } from './harness/databases.ts'
import type { GuessCase } from './harness/guess-cases.ts'
import { GUESS_CASES } from './harness/guess-cases.ts'
import type { EmittedEvent, OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { OTHER_CRM, OTHER_MAP, SUPABASE_CRM } from './harness/other-crms.ts'
import type { CommandResult } from './harness/run-command.ts'
import { startCommand } from './harness/run-command.ts'
import { LONG } from './harness/until.ts'

interface PrintedGuess {
  map: CrmMap
  decisions: Decision[]
  questions: Question[]
}

const ROLES = `do $$ begin
  create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
exception when duplicate_object or unique_violation then null; end $$;`

const readFixture = (name: string): string =>
  ROLES + readFileSync(new URL(`fixtures/crms/${name}.sql`, import.meta.url), 'utf8')
const readPreset = (name: string): CrmMap =>
  JSON.parse(readFileSync(new URL(`../presets/${name}.json`, import.meta.url), 'utf8')) as CrmMap
const newFile = (): string => join(tmpdir(), `connectgain-guess-${randomUUID()}.json`)
const readMap = (file: string): CrmMap => JSON.parse(readFileSync(file, 'utf8')) as CrmMap

async function guess(crm: OtherCrm): Promise<PrintedGuess> {
  const { code, stdout, stderr } = await crm.command('install', '--guess')
  assert.deepEqual([code, stderr], [0, ''])
  return JSON.parse(stdout) as PrintedGuess
}

async function interact(crm: OtherCrm, file: string, lines: readonly string[]): Promise<CommandResult> {
  const args = ['install', '--interactive', '--map', file, '--database-url', crm.url]
  const { child, done } = startCommand(args, { DATABASE_URL: '' })
  child.stdin!.end(lines.map((line) => `${line}\n`).join(''))
  return await done
}

/** What matters of events: that they are there, for whom, and what they are about. */
async function play(crm: OtherCrm, map: object, changes: readonly string[]): Promise<unknown[]> {
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
async function obtainMap({ answers }: GuessCase, crm: OtherCrm): Promise<CrmMap> {
  if (answers === undefined) return (await guess(crm)).map
  const file = newFile()
  const { code, stdout, stderr } = await interact(crm, file, answers)
  assert.deepEqual([code, stderr], [0, ''], stdout)
  return readMap(file)
}

const listTables = ({ records }: CrmMap): string[] =>
  records.map(({ record, table }) => `${record}: ${table}`)

suite('a guessed map', { ...LONG, skip: !ENGINES.includes('postgresql') }, () => {
  for (const one of GUESS_CASES) {
    test(`of ${one.name} emits what its preset does, ${one.answers === undefined ? 'without a question answered' : 'with answers'}`, async () => {
      const [presetCrm, guessedCrm] = [
        await openOtherCrm(readFixture(one.name)),
        await openOtherCrm(readFixture(one.name)),
      ]
      try {
        const preset = readPreset(one.name)
        const map = await obtainMap(one, guessedCrm)
        assert.deepEqual(listTables(map), listTables(preset))
        assert.deepEqual(map.organizations, preset.organizations)
        const expected = await play(presetCrm, preset, one.changes)
        assert.ok(expected.length > 4)
        assert.deepEqual(await play(guessedCrm, map, one.changes), expected)
      } finally {
        await presetCrm.close()
        await guessedCrm.close()
      }
    })
  }

  test('finds tables, tenants and directions in a CRM that calls everything something else', async () => {
    const crm = await openOtherCrm(OTHER_CRM)
    try {
      const { map } = await guess(crm)
      const found = Object.fromEntries(map.records.map((entry) => [entry.record, entry]))
      for (const record of ['contact', 'deal', 'message'] as const) {
        assert.equal(found[record]!.table, OTHER_MAP[record].table)
        assert.deepEqual(found[record]!.organization, OTHER_MAP[record].organization)
      }
      const { score: _, ...contact } = { ...OTHER_MAP.contact.columns, score: '' }
      assert.deepEqual(found['contact']!.columns, contact)
      assert.deepEqual(found['message']!.columns['direction'], OTHER_MAP.message.columns.direction)
    } finally {
      await crm.close()
    }
  })

  test('is sure of a project with organizations, and of the way to them', async () => {
    const crm = await openOtherCrm(SUPABASE_CRM)
    try {
      const { map, questions } = await guess(crm)
      assert.deepEqual(questions, [])
      assert.deepEqual(
        map.records.map(({ organization }) => organization),
        [
          { column: 'organization_id' },
          {
            column: 'contact_id',
            through: [{ table: 'public.contacts', key: 'id', column: 'organization_id' }],
          },
        ],
      )
      assert.equal((await crm.install(map)).code, 0)
    } finally {
      await crm.close()
    }
  })
})

suite('install --guess and --interactive', { ...LONG, skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  before(async () => {
    crm = await openOtherCrm(readFixture('chatwoot'))
  })
  after(() => crm.close())

  test('a guess changes nothing, gives each decision a reason, and asks about what it is unsure of', async () => {
    const untouched = await crm.snapshot()
    const { decisions, questions } = await guess(crm)
    assert.equal(await crm.snapshot(), untouched)
    assert.ok(
      decisions.every(({ reason, confidence }) => reason !== '' && confidence >= 0 && confidence <= 1),
    )
    assert.deepEqual(
      decisions.map(({ confidence }) => confidence),
      decisions.map(({ confidence }) => confidence).toSorted((one, other) => one - other),
    )
    assert.ok(decisions[0]!.confidence < SURE)
    assert.deepEqual(
      questions.map(({ id }) => id),
      ['conversation.status', 'conversation.priority', 'message.direction', 'message.status'],
    )
  })

  test('a guess prints the map alone to standard output, and the reasons to standard error', async () => {
    const { done } = startCommand(['install', '--guess', '--database-url', crm.url], { DATABASE_URL: '' })
    const { code, stdout, stderr } = await done
    assert.equal(code, 0)
    assert.equal((JSON.parse(stdout) as CrmMap).records.length, 3)
    assert.match(stderr, /0\.95 {2}organizations +public\.accounts \(.*every message has its account_id/)
    assert.match(stderr, /Open questions.*\n.*conversations\.status mean\? Taken: 0=open/)
  })

  test('numbers whose rows say who wrote them are told apart, and others are left out', async () => {
    const used = await openOtherCrm(
      readFixture('chatwoot') +
        `;insert into messages (account_id, inbox_id, conversation_id, message_type, sender_type) values
          (1, 2, 1, 4, 'Contact'), (1, 2, 1, 7, 'User'), (1, 2, 1, 7, 'User'), (1, 2, 1, 9, null)`,
    )
    try {
      const { map } = await guess(used)
      const message = map.records.find(({ record }) => record === 'message')!
      assert.deepEqual(message.columns['direction'], {
        column: 'message_type',
        values: { '0': 'inbound', '4': 'inbound', '7': 'outbound' },
      })
      assert.equal(message.where, 'not private and message_type in (0, 4, 7)')
    } finally {
      await used.close()
    }
  })

  test('a role that may not read rows gets a guess of the catalog, and is told so', async () => {
    const role = `reader_${randomUUID().slice(0, 8)}`
    await crm.database.execute(`create role ${role} login password '${role}'`)
    const url = new URL(crm.url)
    ;[url.username, url.password] = [role, role]
    const { done } = startCommand(['install', '--guess', '--database-url', url.href], { DATABASE_URL: '' })
    const { code, stdout, stderr } = await done
    assert.equal(code, 0)
    assert.deepEqual(listTables(JSON.parse(stdout) as CrmMap), listTables(readPreset('chatwoot')))
    assert.match(
      stderr,
      /Guessed from the catalog alone, because this role may not read rows: .*public\.messages/,
    )
    assert.match(stderr, /Before it can be installed:[^]*may not create triggers on public\.contacts/)
    await crm.database.execute(`drop role ${role}`)
  })

  test('every question has a default, and the next command installs the map', async () => {
    const file = newFile()
    const { code, stdout, stderr } = await interact(crm, file, ['', '', '', ''])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /1\) 0=open, others stay numbers \[default\]/)
    assert.match(stdout, /status = 0 in 2 rows/)
    assert.match(stdout, /public\.messages where not private[^]*message\.received, message\.sent/)
    assert.match(stdout, new RegExp(`Next: connectgain-webhooks install --map ${file} --dry-run`))
    assert.deepEqual(readMap(file), (await guess(crm)).map)
    assert.equal((await crm.command('install', '--map', file, '--dry-run')).code, 0)
  })

  test('a wrong number and SQL that does not work are asked again', async () => {
    const file = newFile()
    const { code, stdout } = await interact(crm, file, [
      '2',
      '2',
      'nobody = 3',
      'message_type = 0',
      '',
      '9',
      '1',
    ])
    assert.equal(code, 0, stdout)
    assert.match(stdout, /That does not work: .*column "nobody" does not exist/)
    const message = readMap(file).records.find(({ record }) => record === 'message')!
    assert.deepEqual(message.columns['direction'], {
      sql: `case when message_type = 0 then 'inbound' else 'outbound' end`,
    })
  })

  test('a file that is there stays unless its overwriting is agreed to', async () => {
    const file = newFile()
    writeFileSync(file, 'mine')
    assert.equal((await interact(crm, file, [''])).code, 1)
    assert.equal(readFileSync(file, 'utf8'), 'mine')
    assert.equal((await interact(crm, file, ['2', '', '', '', ''])).code, 0)
    assert.equal(readMap(file).records.length, 3)
  })

  test('nobody is asked if standard input is closed', async () => {
    const file = newFile()
    const { code, stderr } = await interact(crm, file, [])
    assert.equal(code, 2)
    assert.match(stderr, /standard input is closed, so nobody can answer\. Use --guess/)
    assert.equal(existsSync(file), false)
  })
})
