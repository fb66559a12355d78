import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { keepPartitions } from '../src/maintenance/partitions.ts'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import type { AttachedCrm } from './harness/attached-crm.ts'
import { createAttachedCrm } from './harness/attached-crm.ts'
import type { TestDatabase } from './harness/databases.ts'
import { ENGINES, createDatabase } from './harness/databases.ts'
import { OTHER_MAP } from './harness/other-crms.ts'
import { findPrograms, runProgram } from './harness/postgres-programs.ts'

const VERSION = 15
const PROGRAMS = findPrograms(VERSION)
const SKIP = !ENGINES.includes('postgresql')
  ? 'there is no PostgreSQL'
  : PROGRAMS === undefined &&
    `there is no pg_dump of PostgreSQL ${VERSION} or newer; Debian's package postgresql-client has it`

const DOCS = readFileSync(new URL('../../../docs/installing.md', import.meta.url), 'utf8')

/** A recipe that docs/installing.md must contain word for word. */
function documented(recipe: string): string {
  assert.ok(DOCS.includes(recipe), `docs/installing.md does not say: ${recipe}`)
  return recipe
}

const LEADS = {
  ...OTHER_MAP,
  contact: {
    table: 'public.leads',
    organization: { value: '0190a000-0000-7000-8000-000000000001' },
    columns: { id: 'id', first_name: 'name' },
  },
}

suite("dumps by the owner of the CRM's database", { skip: SKIP }, () => {
  let crm: AttachedCrm
  const opened: { database: Database; made: TestDatabase }[] = []

  before(async () => {
    crm = await createAttachedCrm(process.env['TEST_DATABASE_URL']!)
    await crm.crm.execute(`
      create table public.leads (id uuid primary key default gen_random_uuid(), name text);
      grant trigger on public.leads to ${crm.installer};
      insert into public.leads (name) values ('Ann')`)
    await crm.install([], LEADS)
    await crm.crm.query(`insert into public.leads (name) values ('Bob')`)
  })
  after(async () => {
    for (const { database, made } of opened) {
      await database.close()
      await made.drop()
    }
    await crm?.close()
  })

  /** Runs a shell command with pg_dump, pg_restore and psql of the server's version. */
  function shell(line: string, variables: Record<string, string> = {}): void {
    const path = `${PROGRAMS}:${process.env['PATH']}`
    const env = Object.entries({ PATH: path, CRM: crm.urlAs(crm.owner), ...variables })
    const { code, stderr } = runProgram('env', [
      ...env.map(([name, value]) => `${name}=${value}`),
      'bash',
      '-o',
      'pipefail',
      '-c',
      line,
    ])
    assert.deepEqual([code, stderr], [0, ''], line)
  }

  async function openEmpty(): Promise<{ url: string; database: Database }> {
    const made = await createDatabase('postgresql', 'empty')
    const database = openPostgres({ url: made.url!, poolSize: 1 })
    opened.push({ database, made })
    return { url: made.url!, database }
  }

  const count = async (database: Database, table: string): Promise<number> =>
    (await database.query<{ count: number }>(`select count(*) from ${table}`)).rows[0]!.count

  const file = (): string => join(process.env['TMPDIR'] ?? '/tmp', `dump-${randomBytes(6).toString('hex')}`)

  const STRICT = '--quiet --no-psqlrc --output=/dev/null --set ON_ERROR_STOP=1'

  test('a full dump loads with partitions that were created later, and captures changes where it is loaded', async () => {
    const installer = openPostgres({ url: crm.url, poolSize: 1 })
    const was = await count(installer, 'webhooks_internal.partitions')
    await keepPartitions(installer, { retention: 86_400_000, log: pino({ level: 'silent' }) })
    assert.ok((await count(installer, 'webhooks_internal.partitions')) > was)
    await installer.close()
    const { url, database } = await openEmpty()
    const dump = file()
    shell('pg_dump "$CRM" > "$DUMP" && psql "$INTO" $STRICT --single-transaction --file "$DUMP"', {
      DUMP: dump,
      INTO: url,
      STRICT,
    })
    const events = await count(database, 'webhooks.webhook_events')
    assert.ok(events > 0)
    await database.query(`insert into public.leads (name) values ('Cid')`)
    assert.equal(await count(database, 'webhooks.webhook_events'), events + 1)
    await checkCaptures(database)
    const { rows } = await database.query(
      `select table_name, problems from webhooks.webhook_captures where status <> 'ok'`,
    )
    assert.deepEqual(rows, [])
  })

  test('a dump of the CRM alone loads into an empty database', async () => {
    const recipe = documented(
      `pg_dump --exclude-schema=webhooks --exclude-schema=webhooks_internal "$CRM" | grep -v '^CREATE TRIGGER webhooks_capture_' > crm.sql`,
    )
    const { url, database } = await openEmpty()
    const dump = file()
    shell(recipe.replace('crm.sql', dump))
    shell(`psql "$INTO" ${STRICT} --single-transaction --file ${dump}`, { INTO: url })
    assert.equal(await count(database, 'public.leads'), 2)
    await database.query(`insert into public.leads (name) values ('Cid')`)
  })

  test('a dump of a single schema loads into an empty database', async () => {
    const recipe = documented(
      `pg_dump --schema=public "$CRM" | grep -vE '^CREATE (TRIGGER webhooks_capture_|SCHEMA public;)' > crm.sql`,
    )
    const { url, database } = await openEmpty()
    const dump = file()
    shell(recipe.replace('crm.sql', dump))
    shell(`psql "$INTO" ${STRICT} --single-transaction --file ${dump}`, { INTO: url })
    assert.equal(await count(database, 'public.leads'), 2)
  })

  test("a dump in the custom format can be restored without ConnectGain's objects", async () => {
    const { url, database } = await openEmpty()
    const recipe = documented(
      `pg_restore --use-list=<(pg_restore --list crm.dump | grep -vE ' SCHEMA - webhooks(_internal)? |[A-Z] webhooks(_internal)? | TRIGGER .* webhooks_capture_')`,
    )
    const dump = file()
    shell(`pg_dump --format=custom "$CRM" > ${dump}`)
    shell(`${recipe.replace('crm.dump', dump)} --exit-on-error --no-owner --dbname="$INTO" ${dump}`, {
      INTO: url,
    })
    assert.equal(await count(database, 'public.leads'), 2)
    const { rows } = await database.query(`select from pg_namespace where nspname like 'webhooks%'`)
    assert.equal(rows.length, 0)
  })

  test('a dump of the structure loads the way Rails loads db/structure.sql', async () => {
    documented(
      `ActiveRecord::Tasks::DatabaseTasks.structure_dump_flags = %w[--exclude-schema=webhooks --exclude-schema=webhooks_internal]`,
    )
    documented(`File.write(f, File.readlines(f).grep_v(/^CREATE TRIGGER webhooks_capture_/).join)`)
    const { url, database } = await openEmpty()
    const dump = file()
    shell(
      `pg_dump --schema-only --no-privileges --no-owner --exclude-schema=webhooks --exclude-schema=webhooks_internal --file ${dump} "$CRM"`,
    )
    shell(`sed -i '/^CREATE TRIGGER webhooks_capture_/d' ${dump}`)
    shell(`psql --set ON_ERROR_STOP=1 --quiet --no-psqlrc --output /dev/null --file ${dump} "$INTO"`, {
      INTO: url,
    })
    assert.equal(await count(database, 'public.leads'), 0)
  })

  test('a dump of the structure loads the way Ecto loads priv/repo/structure.sql', async () => {
    const recipe = documented(
      `sed -i -E '/^CREATE (TRIGGER webhooks_capture_|SCHEMA public;)/d' priv/repo/structure.sql`,
    )
    const { url, database } = await openEmpty()
    const dump = file()
    shell(`pg_dump --file ${dump} --schema-only --no-acl --no-owner --schema=public "$CRM"`)
    shell(recipe.replace('priv/repo/structure.sql', dump))
    shell(`psql --quiet --file ${dump} -vON_ERROR_STOP=1 --single-transaction --output=/dev/null "$INTO"`, {
      INTO: url,
    })
    assert.equal(await count(database, 'public.leads'), 0)
  })
})

suite('installation with --no-share-with-owner', { skip: SKIP }, () => {
  let crm: AttachedCrm
  before(async () => {
    crm = await createAttachedCrm(process.env['TEST_DATABASE_URL']!)
    await crm.install(['--no-share-with-owner'])
  })
  after(() => crm?.close())

  test('install --dry-run announces the permission to dump, unless --no-share-with-owner is given', async () => {
    const announcement = new RegExp(`The owner of the database, ${crm.owner}, gets permission to dump`)
    assert.match((await crm.install(['--dry-run'])).stdout, announcement)
    assert.doesNotMatch((await crm.install(['--dry-run', '--no-share-with-owner'])).stdout, announcement)
  })

  test("with --no-share-with-owner, the owner of the database can dump the CRM but not ConnectGain's tables", () => {
    const dump = join(PROGRAMS!, 'pg_dump')
    const all = runProgram(dump, [crm.urlAs(crm.owner)])
    assert.notEqual(all.code, 0)
    assert.match(all.stderr, /permission denied/)
    assert.equal(runProgram(dump, ['--schema=crm', crm.urlAs(crm.owner)]).code, 0)
  })

  test('installing again without --no-share-with-owner lets the owner dump all tables, until uninstall --purge', async () => {
    const { stdout } = await crm.install()
    assert.match(stdout, new RegExp(`May dump ConnectGain’s tables:\\n {2}${crm.owner}`))
    assert.equal(runProgram(join(PROGRAMS!, 'pg_dump'), [crm.urlAs(crm.owner)]).code, 0)
    assert.equal((await crm.command('uninstall', '--purge')).code, 0)
    const { rows } = await crm.crm.query(
      `select rolname from pg_roles
       where rolname = 'webhooks_owner_' || (select oid from pg_database where datname = current_database())`,
    )
    assert.deepEqual(rows, [])
  })
})
