import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { actAs } from '../src/database/act-as.ts'
import { SCOPES, principalFor } from '../src/domain/principal.ts'
import { readCatalog } from '../src/rest/schema-cache/schema-cache.ts'
import type { Catalog, Relation } from '../src/rest/schema-cache/schema.ts'
import type { Principal } from '../src/domain/principal.ts'
import type { DatabaseError } from '../src/database/database.ts'
import { ENGINES } from './harness/databases.ts'
import type { ExposedTable } from './harness/exposed-table.ts'
import { EXPOSED } from './harness/exposed-tables.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

/** Every table × method × scope × organization. The catalog lists the tables, and ./harness/exposed-tables.ts describes
 * the access to each: add new tables there. */

const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'] as const
type Method = (typeof METHODS)[number]
const CALLERS = ['operator', ...SCOPES] as const
type Caller = (typeof CALLERS)[number]

const WRITES: Readonly<Record<ExposedTable['methods'], readonly Method[]>> = {
  all: ['POST', 'PATCH', 'DELETE'],
  'read and insert': ['POST'],
  'read and change': ['PATCH'],
  read: [],
}

function isAllowed(caller: Caller, method: Method, name: string): boolean {
  const { methods, audience, writers } = EXPOSED[name]!
  const isRead = method === 'GET' || method === 'HEAD'
  const exists = isRead || WRITES[methods].includes(method)
  if (caller === 'operator') return exists
  if (audience === 'operator' || (writers === 'operator' && !isRead)) return false
  if (caller === 'admin') return exists
  if (audience === 'admins') return false
  if (caller === 'read') return isRead
  return isRead ? name === 'webhook_event_types' : method === 'POST' && name === 'webhook_events'
}

const isTenants = ({ columns }: Relation): boolean => columns.has('organization_id')

for (const engine of ENGINES) {
  suite(`access to tables (${engine})`, () => {
    let api: InProcessApi
    let catalog: Catalog
    before(async () => {
      api = await openApi(engine)
      catalog = await readCatalog(api.database)
    })
    after(async () => await api.close())

    const makeKey = async (caller: Caller): Promise<string> =>
      caller === 'operator' ? SERVICE_KEY : await api.storeKey(OURS, caller)

    /** Inserts a row for each organization, and the organizations too if an earlier test deleted them. */
    async function seed(name: string): Promise<void> {
      await api.storeOrganizations()
      for (const organization of [OURS, THEIRS]) {
        for (const statement of EXPOSED[name]?.seed ?? []) {
          await api.database.query(statement, [organization])
        }
      }
    }

    async function snapshot(relation: Relation, organization: string): Promise<string> {
      const { rows } = await api.database.query<{ all: string }>(
        `select coalesce(json_agg(t order by t::text), '[]')::text as all
         from (select * from ${relation.sql} where organization_id = $1) t`,
        [organization],
      )
      return rows[0]!.all
    }

    test('exposed-tables.ts describes the access to exactly the exposed tables', () => {
      assert.deepEqual([...catalog.relations.keys()].sort(), Object.keys(EXPOSED).sort())
    })

    test('every exposed table has row-level security, and every exposed view is a security invoker', async () => {
      for (const relation of catalog.relations.values()) {
        const { rows } = await api.database.query<{ is_held: boolean }>(
          `select case relkind when 'v' then 'security_invoker=true' = any(reloptions) else relrowsecurity end as is_held
           from pg_class where oid = $1::regclass`,
          [relation.sql],
        )
        assert.equal(rows[0]?.is_held, true, relation.name)
      }
    })

    for (const name of Object.keys(EXPOSED)) {
      for (const caller of CALLERS) {
        const keyName = caller === 'operator' ? 'the service key' : `a key with scope ${caller}`
        test(`${keyName} has exactly the described access to ${name}`, async () => {
          const relation = catalog.relations.get(name)!
          await seed(name)
          const key = await makeKey(caller)
          const theirs = isTenants(relation) ? await snapshot(relation, THEIRS) : ''
          for (const method of METHODS) {
            const isHeldApart = isTenants(relation) && caller !== 'operator'
            // First, because a DELETE below may delete the caller's own key.
            if (isHeldApart && isAllowed(caller, method, name))
              await requireNothingOfTheirs(method, name, key)
            const own = isTenants(relation)
              ? `${name}?organization_id=eq.${OURS}`
              : `${name}?${EXPOSED[name]!.all ?? 'name=neq.x'}`
            const answer = await request(method, own, key, OURS, name)
            if (!isAllowed(caller, method, name)) {
              assert.equal(answer.status, 403, `${method} ${name}`)
              if (method !== 'HEAD') assert.equal(answer.json?.code, '42501', `${method} ${name}`)
              continue
            }
            assert.ok(answer.status < 300, `${method} ${name}: ${JSON.stringify(answer.json)}`)
            if (method !== 'HEAD') assert.notEqual(answer.json?.length, 0, `${method} ${name}`)
          }
          if (isTenants(relation) && caller !== 'operator') {
            assert.equal(await snapshot(relation, THEIRS), theirs)
          }
        })
      }
    }

    async function requireNothingOfTheirs(method: Method, name: string, key: string): Promise<void> {
      const answer = await request(method, `${name}?organization_id=eq.${THEIRS}`, key, THEIRS, name)
      if (method === 'POST') assert.deepEqual([answer.status, answer.json?.code], [403, '42501'], name)
      else if (method !== 'HEAD')
        assert.deepEqual([answer.status, answer.json], [200, []], `${method} ${name}`)
      if (method !== 'GET') return
      const all = await request('GET', name, key, OURS, name)
      const organizations = new Set(
        (all.json as { organization_id: string }[]).map((row) => row.organization_id),
      )
      assert.deepEqual([...organizations], [OURS], name)
    }

    async function request(method: Method, path: string, key: string, organization: string, name: string) {
      const { row, change } = EXPOSED[name]!
      const body =
        method === 'POST'
          ? (row?.(organization) ?? {})
          : method === 'PATCH'
            ? (change ?? { id: null })
            : undefined
      const target = method === 'POST' ? name : path
      const headers = { prefer: 'return=representation' }
      return await api.ask<{ code?: string; length?: number } | undefined>(method, target, {
        key,
        headers,
        ...(body === undefined ? {} : { body }),
      })
    }

    /** The number of rows that a statement touches as this principal, or its SQLSTATE if refused. Always rolled back. */
    async function tryAs(
      principal: Principal,
      sql: string,
      params: readonly unknown[],
    ): Promise<number | string> {
      let touched: number | undefined
      try {
        await api.database.transaction(async (connection) => {
          actAs(connection, principal, 'read write')
          touched = (await connection.query(sql, params)).rowCount
          throw new Error('undo')
        })
      } catch (error) {
        return touched ?? (error as DatabaseError).code
      }
      return 'unreachable'
    }

    for (const scope of SCOPES) {
      test(`row-level security keeps a key with scope ${scope} from other organizations' rows`, async () => {
        const us = principalFor(OURS, scope)
        const outsider: Principal = { role: us.role, organizationId: null }
        for (const relation of [...catalog.relations.values()].filter(isTenants)) {
          const { name, sql } = relation
          await seed(name)
          const where = 'where organization_id = $1'
          const updatable = [...relation.columns.values()].find(
            ({ privileges: { [us.role]: may } }) => may.select && may.update,
          )
          const column = updatable === undefined ? 'organization_id' : `"${updatable.name}"`
          for (const statement of [
            `select organization_id from ${sql} ${where}`,
            `update ${sql} set ${column} = ${column} ${where}`,
            `delete from ${sql} ${where}`,
          ]) {
            const touched = [
              await tryAs(us, statement, [THEIRS]),
              await tryAs(outsider, statement, [THEIRS]),
              await tryAs(outsider, statement, [OURS]),
            ]
            // 55000: a view of several tables cannot be written at all.
            for (const result of touched)
              assert.ok([0, '42501', '55000'].includes(result), `${statement}: ${result}`)
          }
          const { row, stored } = EXPOSED[name]!
          if (row === undefined) continue
          const insert = (organization: string): [string, unknown[]] => {
            const fields = { ...row(organization), ...stored }
            const names = Object.keys(fields)
              .map((field) => `"${field}"`)
              .join(', ')
            return [
              `insert into ${sql} (${names}) select ${names} from json_populate_record(null::${sql}, $1::json)`,
              [JSON.stringify(fields)],
            ]
          }
          assert.equal(await tryAs(us, ...insert(THEIRS)), '42501', `insert into ${name}`)
          assert.equal(await tryAs(outsider, ...insert(OURS)), '42501', `insert into ${name}`)
          const isOurs = isAllowed(scope, 'POST', name)
          assert.equal(await tryAs(us, ...insert(OURS)), isOurs ? 1 : '42501', `insert into ${name}`)
        }
      })
    }

    test('the database roles for the scopes read and emit have only the privileges that they need', async () => {
      const { rows } = await api.database.query<{ role: string; privilege: string; relation: string }>(
        `select distinct acl.grantee::regrole::text as role, acl.privilege_type as privilege, c.relname as relation
         from pg_class c
         cross join lateral (
           select (aclexplode(c.relacl)).*
           union all
           select (aclexplode(a.attacl)).* from pg_attribute a where a.attrelid = c.oid
         ) acl
         where acl.grantee in ('webhooks_read'::regrole, 'webhooks_emit'::regrole)`,
      )
      const granted = rows.map(({ role, privilege, relation }) => `${role} ${privilege} ${relation}`)
      assert.deepEqual(granted.filter((grant) => !grant.startsWith('webhooks_read SELECT ')).sort(), [
        'webhooks_emit INSERT repeated_calls',
        'webhooks_emit INSERT webhook_events',
        'webhooks_emit SELECT repeated_call_totals',
        'webhooks_emit SELECT repeated_calls',
        'webhooks_emit SELECT webhook_event_types',
        'webhooks_emit SELECT webhook_events',
        'webhooks_emit UPDATE repeated_calls',
        'webhooks_read INSERT repeated_calls',
        'webhooks_read UPDATE repeated_calls',
      ])
      assert.ok(!granted.includes('webhooks_read SELECT api_keys'))
    })
  })
}
