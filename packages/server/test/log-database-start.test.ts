import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { prepareDatabase } from '../src/server/prepare-database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { copyFromCrm, noteDeletion } from '../src/maintenance/log-database/copy-from-crm.ts'
import type { DeletionProgress } from '../src/maintenance/delete-organizations.ts'
import { deleteOrganization } from '../src/maintenance/delete-organizations.ts'
import { createDatabase, ENGINES } from './harness/databases.ts'
import type { ApartDatabases } from './harness/log-database.ts'
import { createApart } from './harness/log-database.ts'
import type { CommandResult } from './harness/run-command.ts'
import { startCommand } from './harness/run-command.ts'
import { ENCRYPTION_KEY } from './harness/server-process.ts'

const ACME = '00000000-0000-8000-8000-00000000000a'
const BOLT = '00000000-0000-8000-8000-00000000000b'

suite('preparing a log database', { skip: !ENGINES.includes('postgresql') }, () => {
  let apart: ApartDatabases
  before(async () => {
    apart = await createApart()
  })
  after(() => apart.close())

  const migrate = async (settings: Record<string, string> = {}, ...flags: string[]): Promise<CommandResult> =>
    await startCommand(['migrate', ...flags], {
      DATABASE_URL: apart.crmUrl,
      LOG_DATABASE_URL: apart.logUrl,
      NATS_URL: 'nats://127.0.0.1:4222',
      ENCRYPTION_KEYS: ENCRYPTION_KEY,
      LOG_LEVEL: 'silent',
      ...settings,
    }).done

  test('a database with the reference CRM cannot have its log elsewhere', async () => {
    const reference = await createDatabase('postgresql', 'migrated')
    const { code, stderr } = await migrate({ DATABASE_URL: reference.url! })
    await reference.drop()
    assert.equal(code, 2)
    assert.match(
      stderr,
      /DATABASE_URL: this database has the reference CRM\. LOG_DATABASE_URL: the reference CRM needs/,
    )
  })

  test('one database under two names is refused', async () => {
    const { code, stderr } = await migrate({ LOG_DATABASE_URL: `${apart.crmUrl}?application_name=other` })
    assert.equal(code, 2)
    assert.match(stderr, /LOG_DATABASE_URL: is the database of DATABASE_URL/)
  })

  test('a log database that is not there is named by its setting', async () => {
    const { code, stderr } = await migrate({ LOG_DATABASE_URL: `${apart.logUrl}_missing` })
    assert.equal(code, 2)
    assert.match(stderr, /LOG_DATABASE_URL: .*_missing/)
    const away = await migrate({ LOG_DATABASE_URL: 'postgresql://127.0.0.1:1/away', DATABASE_WAIT: '0' })
    assert.equal(away.code, 1)
    assert.match(away.stderr, /Check that it is running and that LOG_DATABASE_URL is correct/)
  })

  test('migrate migrates both databases, and says which', async () => {
    const first = await migrate()
    assert.equal(first.code, 0, first.stderr)
    assert.match(
      first.stdout,
      /^Applied to the database of the CRM:\n {2}core\/001[^]*Applied to the database of the log:\n {2}core\/001/,
    )
    const again = await migrate({}, '--json')
    assert.deepEqual(JSON.parse(again.stdout), { applied: [], applied_to_log_database: [] })
  })
})

suite('what a log database copies from that of the CRM', { skip: !ENGINES.includes('postgresql') }, () => {
  let apart: ApartDatabases
  before(async () => {
    apart = await createApart()
    for (const database of [apart.crm, apart.logs]) await prepareDatabase(database, { crmTables: false })
  })
  after(() => apart.close())

  const keep = async (id: string, key: string, name: string): Promise<void> => {
    await apart.crm.query('select webhooks_internal.keep_tenants(array[$1::uuid], array[$2], array[$3])', [
      id,
      key,
      name,
    ])
  }
  const drop = async (id: string): Promise<void> => {
    await apart.crm.query('select webhooks_internal.drop_tenants(array[$1::uuid])', [id])
  }
  const copy = async (): Promise<boolean> => {
    await apart.logs.query(`update webhooks_internal.crm_copies set copied_at = '-infinity'`)
    return await copyFromCrm(apart.crm, apart.logs)
  }
  const copied = async (): Promise<[string, string][]> => {
    const { rows } = await apart.logs.query<{ external_id: string; name: string }>(
      'select external_id, name from webhooks.organizations order by external_id limit 10',
    )
    return rows.map(({ external_id, name }) => [external_id, name])
  }
  const deleted = async (): Promise<string[]> => {
    const { rows } = await apart.logs.query<{ organization_id: string }>(
      'select organization_id from webhooks_internal.deleted_organizations',
    )
    return rows.map(({ organization_id: id }) => id)
  }

  test('an organization is copied, renamed and deleted, and stays when it comes again', async () => {
    await keep(ACME, '1', 'Acme')
    await copy()
    assert.deepEqual(await copied(), [['1', 'Acme']])
    await keep(ACME, '1', 'Acme Inc')
    await copy()
    assert.deepEqual(await copied(), [['1', 'Acme Inc']])
    await drop(ACME)
    await copy()
    assert.deepEqual([await copied(), await deleted()], [[], [ACME]])
    await keep(ACME, '1', 'Acme again')
    await copy()
    assert.deepEqual([await copied(), await deleted()], [[['1', 'Acme again']], []])
    // Of a deletion that is over by now.
    await noteDeletion(apart.crm, apart.logs, ACME)
    assert.deepEqual([await copied(), await deleted()], [[['1', 'Acme again']], []])
  })

  test('an organization is deleted in the CRM after its last event has gone, and then again in the log', async () => {
    await drop(ACME)
    await copy()
    await apart.logs.execute('delete from webhooks_internal.deleted_organizations')
    await apart.crm.query(
      `insert into webhooks.webhook_events (organization_id, event, data) values ($1, 'contact.created', '{}')`,
      [ACME],
    )
    const work = (): Promise<DeletionProgress> =>
      deleteOrganization(apart.crm, (id) => noteDeletion(apart.crm, apart.logs, id))
    assert.equal(await work(), 'waiting')
    await apart.crm.execute('delete from webhooks_internal.outbox')
    assert.equal(await work(), 'deleted')
    assert.deepEqual(await deleted(), [ACME])
    assert.equal(await work(), 'idle')
    const { rows } = await apart.crm.query('select from webhooks.webhook_events')
    assert.equal(rows.length, 0)
    await keep(ACME, '1', 'Acme again')
    await copy()
  })

  test('a change with a time from long ago is found by comparing all', async () => {
    await apart.crm.query(
      `update webhooks_internal.tenants set name = 'Late', updated_at = now() - interval '1 day' where id = $1`,
      [ACME],
    )
    await copy()
    assert.deepEqual(await copied(), [['1', 'Late']])
  })

  test('a key that the CRM gives to another organization is given to it', async () => {
    await apart.crm.query('delete from webhooks_internal.tenants where id = $1', [ACME])
    await keep(BOLT, '1', 'Bolt')
    await copy()
    assert.deepEqual(await copied(), [['1', 'Bolt']])
    assert.deepEqual(await deleted(), [])
  })

  test('an organization that is missing in the CRM, as in an older backup, is kept', async () => {
    await apart.crm.execute('delete from webhooks_internal.tenants')
    await copy()
    assert.deepEqual(await copied(), [['1', 'Bolt']])
    assert.deepEqual(await deleted(), [])
  })

  test('many organizations are copied in parts, and one node copies at a time', async () => {
    await apart.crm.execute(
      `select webhooks_internal.keep_tenants(array_agg(gen_random_uuid()), array_agg('k' || n), array_agg('N' || n))
       from generate_series(1, 1200) as n`,
    )
    assert.equal(await copy(), true)
    let runs = 1
    while (await copyFromCrm(apart.crm, apart.logs)) runs += 1
    assert.ok(runs <= 4, `${runs} runs`)
    const { rows } = await apart.logs.query<{ count: number }>(
      'select count(*)::integer as count from webhooks_internal.tenants',
    )
    assert.equal(rows[0]?.count, 1201)
    // Another node has copied just now.
    await keep(ACME, '9', 'Soon')
    assert.equal(await copyFromCrm(apart.crm, apart.logs), false)
    assert.equal(
      (await copied()).some(([key]) => key === '9'),
      false,
    )
  })

  test('a log database that is set up anew gets everything', async () => {
    const other = await createDatabase('postgresql', 'empty')
    const database = openPostgres({ url: other.url!, poolSize: 2 })
    await prepareDatabase(database, { crmTables: false })
    while (await copyFromCrm(apart.crm, database));
    const { rows } = await database.query<{ count: number }>(
      'select count(*)::integer as count from webhooks_internal.tenants',
    )
    await database.close()
    await other.drop()
    assert.equal(rows[0]?.count, 1201)
  })
})
