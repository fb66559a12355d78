import { mkdirSync } from 'node:fs'
import type { Database } from '../../../packages/server/src/database/database.ts'
import { openPglite } from '../../../packages/server/src/database/pglite.ts'
import { openPostgres } from '../../../packages/server/src/database/postgres.ts'
import { prepareDatabase } from '../../../packages/server/src/server/prepare-database.ts'
import type { Bench } from '../bench.ts'
import type { Cell, Section } from '../section.ts'
import { median } from '../statistics.ts'
import { withTemporaryDatabase } from '../temporary-database.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const TRIGGERS = ['webhooks_capture_inserts', 'webhooks_capture_updates']

/** `rows` per statement; each statement runs and commits alone. */
interface Case {
  name: string
  rows: number
  sql(run: number): string
}

const insert = (rows: number): string => `
  insert into contacts (organization_id, first_name, last_name, email, phone, company, tags, custom_fields)
  select '${ORGANIZATION}', 'John', 'Doe ' || n, 'john.' || n || '@example.com', '+1555' || n, 'Example Ltd', '{newsletter}',
    '{"plan": "pro"}'
  from generate_series(1, ${rows}) n`

const update = (rows: number, change: string): string =>
  `update contacts set ${change} where id = any (array(select id from contacts order by id limit ${rows}))`

function listCases(many: number): Case[] {
  return [1, many].flatMap((rows): Case[] => [
    { name: 'insert', rows, sql: () => insert(rows) },
    { name: 'update', rows, sql: (run) => update(rows, `company = 'Company ${run}'`) },
    { name: 'update that changes nothing', rows, sql: () => update(rows, 'first_name = first_name') },
  ])
}

/** Measures what capture adds to the CRM's own statements, compared with disabled triggers. */
export async function measureTriggerOverhead(bench: Bench): Promise<Section> {
  const many = bench.options.quick ? 1_000 : 10_000
  const rows: Cell[][] = []
  for (const engine of ['postgresql', 'pglite'] as const) {
    await withTemporaryDatabase(bench.postgres, engine, async (at) => {
      const database = await openDatabase(at)
      try {
        for (const one of listCases(many)) {
          const [without = Number.NaN, captured = Number.NaN] = await compare(database, one, many, bench)
          const added = captured - without
          rows.push([
            `${engine}, ${one.name}, ${one.rows.toLocaleString('en')}`,
            without,
            captured,
            added,
            (added * 1_000) / one.rows,
          ])
          bench.say(
            `${engine}, ${one.name}, ${one.rows}: ${without.toFixed(2)} ms, captured ${captured.toFixed(2)} ms`,
          )
        }
      } finally {
        await database.close()
      }
    })
  }
  return {
    title: 'Capturing events',
    notes: [
      'Milliseconds for one statement over contacts of the reference CRM, committed, median; each emits one event a row but for the last ones. Without: the same with the triggers switched off, in turns with them.',
    ],
    columns: ['Statement, rows', 'without ms', 'captured ms', 'added ms', 'added µs a row'],
    rows,
    goals: [],
  }
}

async function openDatabase(at: { url: string } | { folder: string }): Promise<Database> {
  if ('folder' in at) mkdirSync(at.folder, { recursive: true, mode: 0o700 })
  const database =
    'url' in at ? openPostgres({ url: at.url, poolSize: 1 }) : await openPglite(`${at.folder}/database`)
  await prepareDatabase(database, { crmTables: true })
  await database.query('insert into organizations (id, name) values ($1, $2)', [ORGANIZATION, 'Bench'])
  return database
}

/** @returns the medians without and with the triggers */
async function compare(database: Database, one: Case, many: number, bench: Bench): Promise<number[]> {
  const rounds = bench.options.quick ? 3 : 7
  const runs = one.rows === 1 ? 60 : 1
  const took: [number[], number[]] = [[], []]
  // The first round plans the statements and fills the caches.
  for (let round = -1; round < rounds; round += 1) {
    for (const isCaptured of [0, 1] as const) {
      await reset(database, many, isCaptured === 1)
      for (let run = 0; run < runs; run += 1) {
        const started = performance.now()
        await database.query(one.sql(round * runs + run))
        if (round >= 0) took[isCaptured].push(performance.now() - started)
      }
    }
  }
  return took.map(median)
}

async function reset(database: Database, many: number, isCaptured: boolean): Promise<void> {
  const set = (state: string): string =>
    TRIGGERS.map((name) => `alter table contacts ${state} trigger ${name};`).join('')
  await database.execute(`${set('disable')}
    truncate contacts, deals, conversations, messages, meetings, webhooks.webhook_events, webhooks_internal.outbox;
    ${insert(many)};
    ${isCaptured ? set('enable') : ''}`)
  await database.execute('vacuum analyze contacts')
}
