import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { followTenants } from '../../src/capture/follow-tenants.ts'
import { checkCaptures } from '../../src/capture/watch-captures.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import type { PresetCrm } from './crm-scenarios/scenario.ts'
import { HEAVY, IS_FULL } from './full-run.ts'
import { findPrograms, runProgram } from './postgres-programs.ts'
import type { PostgresVersion } from './postgres.ts'
import type { OpenedCrm } from './preset-crm.ts'
import { openPresetCrm } from './preset-crm.ts'
import { startReceiver } from './receiver-server.ts'
import { createSite } from './server-process.ts'

/** A PostgreSQL to try the presets on; its URL is known once the tests run. */
export interface PresetServer {
  version: PostgresVersion
  url(): string
}

/** Tries presets on a database of their CRM each: installs them, plays the CRM's changes, and removes them. */
export function testPresets(presets: readonly PresetCrm[], server: PresetServer): void {
  for (const [index, preset] of presets.entries()) testPreset(preset, server, index === 0 || IS_FULL)
}

function testPreset(preset: PresetCrm, server: PresetServer, isWhole: boolean): void {
  const programs = findPrograms(server.version)
  suite(`the preset ${preset.name}`, () => {
    let opened: OpenedCrm
    before(async () => {
      opened = await openPresetCrm(server.url(), preset)
    })
    after(() => opened?.close())

    test('installs without a problem, and a second time without a change', async () => {
      assert.deepEqual(await installedStates(opened), ['attached'])
      assert.deepEqual(await installedStates(opened), ['unchanged'])
    })

    for (const scenario of preset.scenarios) test(scenario.title, () => opened.play(scenario))

    testNewTenant(preset, () => opened)

    test('does not drift', async () => {
      assert.deepEqual(await findProblems(opened), [])
    })

    test('goes on when a migration of the CRM takes a column away, and says so', async () => {
      const { change, restore, meanwhile, problem } = preset.drift
      await opened.crm.execute(change)
      await opened.play(meanwhile)
      assert.match((await findProblems(opened)).join('\n'), problem)
      await opened.crm.execute(restore)
      assert.deepEqual(await findProblems(opened), [])
    })

    const rarely = isWhole ? false : HEAVY.skip
    test('sends what it captures', { skip: rarely }, async () => {
      await assertSent(opened, preset)
    })

    test(
      'captures in a copy of the database, too',
      { skip: rarely || (programs === undefined && `there is no pg_dump of PostgreSQL ${server.version}`) },
      () => assertCapturedInCopy(opened, preset, programs!),
    )

    test('leaves nothing behind when it is uninstalled', async () => {
      const attached = withoutOurs(await opened.snapshot())
      assert.equal((await opened.command('uninstall')).code, 0)
      const detached = await opened.snapshot()
      assert.deepEqual(withoutOurs(detached), attached)
      assert.deepEqual(
        detached.filter((line) => ATTACHED.test(line)),
        [],
      )
      await opened.crm.execute(preset.probe.sql)
      assert.equal((await opened.command('uninstall', '--purge')).code, 0)
      assert.deepEqual(await opened.snapshot(), attached)
    })
  })
}

/** A trigger of ours on a table of somebody else, or a function of such a trigger. */
const ATTACHED = /^trigger (?!webhooks)\S+ webhooks|^function \S*\bcapture_\w+_(insert|update|delete)s\(/

const withoutOurs = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes('webhooks'))

async function installedStates(opened: OpenedCrm): Promise<string[]> {
  const { code, stdout, stderr } = await opened.install()
  assert.deepEqual([code, stderr], [0, ''], stdout)
  const { problems, tables } = JSON.parse(stdout) as { problems: string[]; tables: { state: string }[] }
  assert.deepEqual(problems, [])
  return [...new Set(tables.map(({ state }) => state))]
}

async function findProblems({ database }: OpenedCrm): Promise<string[]> {
  await checkCaptures(database)
  const { rows } = await database.query<{ problems: string[] }>(
    `select problems from webhooks.webhook_captures where status <> 'ok'`,
  )
  return rows.flatMap(({ problems }) => problems)
}

function testNewTenant({ newTenant }: PresetCrm, opened: () => OpenedCrm): void {
  if (newTenant === undefined) return
  test('finds a tenant that comes later', async () => {
    await opened().crm.execute(newTenant.create)
    await followAsInstalled(opened())
    assert.match(await opened().findOrganization(newTenant.key), /^[0-9a-f-]{36}$/)
  })
  for (const scenario of newTenant.scenarios) test(scenario.title, () => opened().play(scenario))
  test('forgets a tenant that is gone', async () => {
    await opened().crm.execute(newTenant.drop)
    await followAsInstalled(opened())
    assert.deepEqual(await findProblems(opened()), [])
  })
}

/** As the program does once a minute, with the rights of the role that it was installed with. */
async function followAsInstalled({ url }: OpenedCrm): Promise<void> {
  const database = openPostgres({ url, poolSize: 1 })
  try {
    await followTenants(database, pino({ level: 'silent' }))
  } finally {
    await database.close()
  }
}

/** With the program and a receiver of the event. */
async function assertSent(opened: OpenedCrm, { probe }: PresetCrm): Promise<void> {
  await opened.database.execute('delete from webhooks_internal.outbox')
  const receiver = await startReceiver()
  const site = createSite(opened.url, { CRM_TABLES: 'false' })
  try {
    const { api } = await site.start()
    await api.insert('webhook_configurations', {
      organization_id: await opened.findOrganization(probe.organization),
      name: 'All',
      url: new URL('/all', receiver.url).href,
      events: ['*'],
    })
    await opened.crm.execute(probe.sql)
    const requests = await receiver.received('/all', 1)
    assert.deepEqual(
      requests.map(({ json }) => json.event),
      [probe.event],
    )
  } finally {
    await site.close()
    await receiver.close()
  }
}

/** The whole database, dumped by its owner and restored elsewhere. */
async function assertCapturedInCopy(
  opened: OpenedCrm,
  { probe }: PresetCrm,
  programs: string,
): Promise<void> {
  const copy = await opened.createEmpty()
  const database = openPostgres({ url: copy.url, poolSize: 1 })
  try {
    const dump = runProgram(`${programs}/pg_dump`, [opened.ownerUrl])
    assert.deepEqual([dump.code, dump.stderr], [0, ''])
    const strict = [
      '--quiet',
      '--no-psqlrc',
      '--output=/dev/null',
      '--set=ON_ERROR_STOP=1',
      '--single-transaction',
    ]
    const loaded = runProgram(`${programs}/psql`, [...strict, copy.url], dump.stdout)
    assert.deepEqual([loaded.code, loaded.stderr], [0, ''])
    await database.execute('delete from webhooks_internal.outbox')
    await database.execute(probe.sql)
    const { rows } = await database.query(
      'select e.event from webhooks_internal.outbox o join webhooks.webhook_events e on e.id = o.event_id',
    )
    assert.deepEqual(rows, [{ event: probe.event }])
  } finally {
    await database.close()
    await copy.drop()
  }
}
