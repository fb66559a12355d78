import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { openPostgres } from '../../src/database/postgres.ts'
import { PGBOUNCER, startPgBouncer } from './pgbouncer.ts'
import { startReceiver } from './receiver-server.ts'
import { createSite } from './server-process.ts'
import type { SupabaseProject } from './supabase-project.ts'
import { openSupabaseProject } from './supabase-project.ts'

const ORGANIZATION = '00000000-0000-4000-8000-000000000001'
/** The role that the guide calls `webhooks`. */
const OWN_ROLE = 'supabase_project_webhooks'

/** The statements of docs/supabase.md that mention something, with the names of this server. */
function sqlOfGuide(mentioned: string, database: string): string {
  const page = readFileSync(new URL('../../../../docs/supabase.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/^```sql\n([^]*?)^```$/gm)].map(([, sql = '']) => sql)
  const sql = blocks.find((block) => block.includes(mentioned))
  assert.ok(sql !== undefined, mentioned)
  return sql
    .replaceAll(/\b(role|to) webhooks\b/g, `$1 ${OWN_ROLE}`)
    .replaceAll('choose-a-password', OWN_ROLE)
    .replaceAll('database postgres', `database ${database}`)
}

/** What of the program's schemas a role of Supabase's API may use in any way. */
const ALLOWED = `
  select role, schema || '.' || name as name from (values ('anon'), ('authenticated'), ('service_role')) as r (role)
  cross join lateral (
    select nspname as schema, '' as name from pg_namespace
    where nspname like 'webhooks%' and has_schema_privilege(role, oid, 'usage, create')
    union all
    select relnamespace::regnamespace::text, relname from pg_class
    where relnamespace::regnamespace::text like 'webhooks%' and relkind in ('r', 'p', 'v')
      and has_table_privilege(role, oid, 'select, insert, update, delete, trigger, references')
  ) as found order by 1, 2`

interface Report {
  problems: string[]
  warnings: string[]
  tables?: { record: string; relation: string; state: string }[]
}

/** Installs into a new project of Supabase as each of the roles that docs/supabase.md describes. */
export function testSupabaseProject(serverUrl: () => string): void {
  for (const role of ['the role postgres', 'a role of its own']) {
    suite(`atomic-crm in a project, attached by ${role}`, () => {
      let project: SupabaseProject
      const isOwn = role === 'a role of its own'
      const url = (): string => project.urlAs(isOwn ? OWN_ROLE : undefined)

      before(async () => {
        project = await openSupabaseProject(serverUrl())
        if (isOwn) await project.owner.execute(sqlOfGuide('create role', project.name))
      })
      after(async () => {
        await dropOwnRole(project)
      })

      test('install attaches without a problem, with the event triggers of the project in place', async () => {
        const { code, report } = await install(project, url())
        assert.deepEqual([code, report.problems], [0, []])
        assert.deepEqual(
          report.tables?.map(({ record, state }) => `${record}: ${state}`),
          ['contact: attached', 'deal: attached', 'deal.won: attached', 'task.completed: attached'],
        )
        assert.deepEqual(
          report.warnings.filter(
            (warning) => !warning.includes('is never emitted') && !warning.includes('gets permission'),
          ),
          [],
        )
      })

      test('nothing is in a schema that the project exposes, and its API roles may use nothing', async () => {
        const { rows: ours } = await project.admin.query(
          `select relname from pg_class where relnamespace = 'public'::regnamespace and relname like 'webhook%'`,
        )
        const { rows: allowed } = await project.admin.query(ALLOWED)
        assert.deepEqual({ ours, allowed }, { ours: [], allowed: [] })
      })

      test('a signed-in user under row-level security emits events with values of tables that are looked up', async () => {
        await changeAsUser(project)
        const { rows } = await project.admin.query<{
          event: string
          organization_id: string
          company: string
        }>(
          `select event, organization_id, data::json ->> 'company' as company
           from webhooks.webhook_events order by created_at, id`,
        )
        assert.deepEqual(
          rows.map(({ event, organization_id, company }) => [event, organization_id, company]),
          [
            ['contact.created', ORGANIZATION, 'Lee Ltd'],
            ['deal.stage.changed', ORGANIZATION, null],
            ['deal.won', ORGANIZATION, 'Lee Ltd'],
          ],
        )
        const { rows: faults } = await project.admin.query('select * from webhooks.webhook_capture_faults')
        assert.deepEqual(faults, [])
      })

      const skip = PGBOUNCER === undefined && "there is no PgBouncer; Debian's package pgbouncer has it"
      test(
        'the program delivers through a pooler in session mode, over at most 18 connections',
        { skip },
        () => assertDelivered(project, url()),
      )

      test("the project's service_role reads logs after the grants of the guide, and no secrets", async () => {
        const installer = openPostgres({ url: url(), poolSize: 1 })
        await installer.execute(sqlOfGuide('to service_role', project.name))
        await installer.close()
        const read = async (table: string): Promise<number> =>
          await project.admin.transaction(async (connection) => {
            await connection.execute('set local role service_role')
            return (await connection.query(`select * from ${table}`)).rows.length
          })
        assert.ok((await read('webhooks.webhook_events')) >= 3)
        assert.equal(typeof (await read('webhooks.webhook_logs')), 'number')
        await assert.rejects(read('webhooks.webhook_configurations'), { code: '42501' })
      })

      test('uninstall --purge leaves nothing behind', async () => {
        const { code } = await project.command('uninstall', '--purge', '--database-url', url())
        assert.equal(code, 0)
        const { rows } = await project.admin.query(
          `select nspname from pg_namespace where nspname like 'webhooks%'
           union all select tgname from pg_trigger where tgname like 'webhooks%'`,
        )
        assert.deepEqual(rows, [])
      })
    })
  }
}

async function install(
  project: SupabaseProject,
  url: string,
): Promise<{ code: number | null; report: Report }> {
  const { code, stdout, stderr } = await project.command(
    'install',
    '--preset',
    'atomic-crm',
    '--database-url',
    url,
  )
  assert.equal(stderr, '')
  return { code, report: JSON.parse(stdout) as Report }
}

async function changeAsUser({ owner }: SupabaseProject): Promise<void> {
  await owner.transaction(async (connection) => {
    await connection.execute(`set local role authenticated;
      insert into public.contacts (first_name, company_id) values ('Cid', 1);
      update public.deals set stage = 'won' where id = 1`)
  })
}

async function assertDelivered(project: SupabaseProject, url: string): Promise<void> {
  const receiver = await startReceiver()
  const bouncer = await startPgBouncer(url, { pool_mode: 'session', default_pool_size: '18' })
  const site = createSite(bouncer.url, { CRM_TABLES: 'false' })
  try {
    const server = await site.start()
    await server.api.insert('webhook_configurations', {
      organization_id: ORGANIZATION,
      name: 'All',
      url: new URL('/hook', receiver.url).href,
      events: ['contact.created'],
    })
    await project.owner.execute(`insert into public.contacts (first_name, company_id)
      select 'Dan ' || n, 1 from generate_series(1, 50) as n`)
    await receiver.received('/hook', 50)
    await server.api.rows('webhook_deliveries?status=delivered', 50)
    const { rows } = await project.admin.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and application_name like 'connectgain%'`,
    )
    assert.ok(rows[0]!.count <= 18, `${rows[0]!.count} connections`)
    assert.equal(await server.stop(), 0)
  } finally {
    await site.close()
    await bouncer.stop()
    await receiver.close()
  }
}

async function dropOwnRole(project: SupabaseProject): Promise<void> {
  await project.admin.execute(`drop owned by ${OWN_ROLE}; drop role ${OWN_ROLE}`).catch(() => {})
  await project.close()
}
