import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import { recapture } from '../src/capture/recapture.ts'
import type { Database } from '../src/database/database.ts'
import { quoteIdentifier } from '../src/database/identifiers.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { prepareDatabase } from '../src/server/prepare-database.ts'
import { migrateAtRandom } from './chaos/crm-ddl.ts'
import type { Change, Writer } from './chaos/crm-writer.ts'
import { WITH_UPDATES, writeAtRandom } from './chaos/crm-writer.ts'
import type { OddTable } from './chaos/odd-tables.ts'
import { TYPES, createTable, mapOf, oddTables } from './chaos/odd-tables.ts'
import type { Random } from './chaos/random.ts'
import { createRandom } from './chaos/random.ts'
import { attachMap } from './harness/attached.ts'
import { createDatabase } from './harness/databases.ts'
import { IS_FULL } from './harness/full-run.ts'
import type { ReceiverServer } from './harness/receiver-server.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { createSite } from './harness/server-process.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { LONG, until } from './harness/until.ts'

const CRMS = IS_FULL ? 4 : 1
const WRITERS = 2
/** Transactions of each CRM, while its migrations run and its server is killed. */
const COMMITS = IS_FULL ? 240 : 80
const KILLS = IS_FULL ? 3 : 1
const CHECK_PAUSE_MS = 500
const isPostgresThere = process.env['TEST_DATABASE_URL'] !== undefined

const ALWAYS = { since: '2000-01-01T00:00:00Z', until: '9999-01-01T00:00:00Z', dryRun: false }

interface Crm {
  database: Database
  tables: OddTable[]
  organizationId: string
  server: ServerProcess
  start(): Promise<ServerProcess>
}

async function openCrm(context: TestContext, index: number, receiver: ReceiverServer): Promise<Crm> {
  const made = await createDatabase('postgresql', 'empty')
  const database = openPostgres({ url: made.url!, poolSize: 6 })
  const site = createSite(made.url, {
    CRM_TABLES: 'false',
    RETRY_SCHEDULE: '1s,1s,1s',
    DELIVERY_TIMEOUT: '10s',
    LOG_LEVEL: 'fatal',
  })
  context.after(async () => {
    await site.close()
    await database.close()
    await made.drop()
  })
  const tables = oddTables(index)
  await database.execute(`${TYPES} ${tables.map(createTable).join(';')}`)
  await prepareDatabase(database, { crmTables: false })
  await attachMap(database, mapOf(tables))
  const organizationId = randomUUID()
  const server = await site.start()
  // Redaction and the filter read some of the odd columns, which must not affect the others.
  await server.api.insert('webhook_configurations', {
    organization_id: organizationId,
    name: 'Chaos',
    url: new URL(`/${index}`, receiver.url).href,
    events: ['*'],
    redact: ['data.v_text', 'data.custom_fields.a'],
    filter: { 'data.v_json.a': { $ne: 'never' } },
  })
  return { database, tables, organizationId, server, start: () => site.start() }
}

async function runCrm(crm: Crm, random: Random): Promise<{ writers: Writer[]; migrations: number }> {
  const { database, tables, organizationId } = crm
  let committed = 0
  let isOver = false
  const writers = Array.from({ length: WRITERS }, () =>
    writeAtRandom({
      database,
      tables,
      organizationId,
      random: createRandom(random.below(2 ** 31)),
      isOver: () => {
        committed += 1
        return isOver
      },
    }),
  )
  const migrations = migrateAtRandom(database, tables, random, () => isOver)
  const checks = checkOften(database, () => isOver)
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await until('more commits', () => committed > (kill * COMMITS) / (KILLS + 1))
    await crm.server.kill()
    crm.server = await crm.start()
  }
  await until('all commits', () => committed > COMMITS)
  isOver = true
  await checks
  return { writers: await Promise.all(writers), migrations: (await migrations).count }
}

/** Checks captures as a worker does each minute, because this test is too short for that. */
async function checkOften(database: Database, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await checkCaptures(database)
    await new Promise((resolve) => setTimeout(resolve, CHECK_PAUSE_MS))
  }
}

const keyOf = (record: string, id: string, version: number): string => `${record} ${id} ${version}`

/** The rows and versions that the receiver got. */
function receivedOf(receiver: ReceiverServer, index: number): Set<string> {
  const received = receiver.requests.filter(({ path }) => path === `/${index}`)
  return new Set(
    received.map(({ body }) => {
      const { event, data } = JSON.parse(body) as { event: string; data: { id: string; version: number } }
      return keyOf(event.slice(0, event.indexOf('.')).replace('zoom', 'meeting'), data.id, data.version)
    }),
  )
}

interface Accounts {
  faults: { operation: string; record_ids: string[]; at: number }[]
  drifts: { record: string; since: number; until: number }[]
}

async function readAccounts(database: Database): Promise<Accounts> {
  const faults = await database.query<Accounts['faults'][number]>(
    `select operation, record_ids, extract(epoch from created_at)::float8 * 1000 as at
     from webhooks.webhook_capture_faults where effect = 'event'`,
  )
  const drifts = await database.query<Accounts['drifts'][number]>(
    `select coalesce(c.subject, c.record) as record, extract(epoch from d.since)::float8 * 1000 as since,
       extract(epoch from coalesce(d.until, now()))::float8 * 1000 as until
     from webhooks_internal.capture_drifts d join webhooks_internal.captures c on c.id = d.capture`,
  )
  return { faults: faults.rows, drifts: drifts.rows }
}

function isAccounted({ faults, drifts }: Accounts, { table, operation, id, from, to }: Change): boolean {
  return (
    faults.some(
      (fault) =>
        fault.operation === operation &&
        fault.at >= from - 1 &&
        fault.at <= to + 1 &&
        fault.record_ids.some((key) => key === id || key.startsWith(`["${id}"`)),
    ) ||
    drifts.some(({ record, since, until: ended }) => record === table.record && since <= to && from <= ended)
  )
}

suite('capture under random changes of the CRM', LONG, () => {
  test(
    'a CRM under random writes, migrations and bad data never fails because of capture, and each change is delivered or accounted for',
    { skip: !isPostgresThere, ...LONG },
    async (context) => {
      const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
      context.diagnostic(`CHAOS_SEED=${seed}`)
      const random = createRandom(seed)
      const receiver = await startReceiver()
      context.after(() => receiver.close())
      const crms: Crm[] = []
      for (let index = 0; index < CRMS; index += 1) crms.push(await openCrm(context, index, receiver))
      const runs = await Promise.all(crms.map((crm) => runCrm(crm, createRandom(random.below(2 ** 31)))))
      for (const [index, crm] of crms.entries()) {
        const { writers, migrations } = runs[index]!
        assert.deepEqual(
          writers.flatMap(({ harmed }) => harmed),
          [],
        )
        await checkCaptures(crm.database)
        await attachMap(crm.database, mapOf(crm.tables))
        await checkCaptures(crm.database)
        await settle(crm)
        const [received, accounts] = [receivedOf(receiver, index), await readAccounts(crm.database)]
        const changes = writers.flatMap((writer) => writer.changes)
        const isReceived = ({ table, id, version }: Change): boolean =>
          received.has(keyOf(table.record, id, version))
        const lost = changes.filter((change) => !isReceived(change) && !isAccounted(accounts, change))
        context.diagnostic(
          `${changes.length} changes in ${writers.reduce((sum, { committed }) => sum + committed, 0)} transactions, ${migrations} migrations, ` +
            `${changes.filter(isReceived).length} delivered, ${accounts.faults.length} faults, ${accounts.drifts.length} drifts`,
        )
        assert.deepEqual(lost, [])
        assert.ok(changes.filter(isReceived).length > changes.length / 4)
        await assertRecaptured(crm, receiver, index)
      }
    },
  )
})

async function settle({ database }: Crm): Promise<void> {
  await until('all to be delivered', async () => {
    const { rows } = await database.query<{ waiting: number }>(
      'select (select count(*) from webhooks_internal.outbox)::int + (select count(*) from webhooks_internal.queue)::int as waiting',
    )
    return rows[0]?.waiting === 0
  })
}

/** After recapture the receiver has the last version of every row that can be captured. */
async function assertRecaptured(crm: Crm, receiver: ReceiverServer, index: number): Promise<void> {
  const { notes = [] } = await recapture(crm.database, ALWAYS)
  for (const note of notes) assert.match(note, /no text for it|invalid input syntax for type uuid/)
  await settle(crm)
  const received = receivedOf(receiver, index)
  for (const { record, relation, odd } of crm.tables) {
    if (!WITH_UPDATES.has(record)) continue
    // This value cannot be read as text, so its row emits no event.
    const isPossible = odd.type === 'mood' ? `and ${quoteIdentifier(odd.name)} is distinct from 'bad'` : ''
    const { rows } = await crm.database.query<{ id: string; version: number }>(
      `select id::text, version from ${relation} where org = $1 ${isPossible}`,
      [crm.organizationId],
    )
    const unknown = rows.filter(({ id, version }) => !received.has(keyOf(record, id, version)))
    assert.deepEqual(unknown, [], relation)
  }
}
