import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { TABLE_FACTS } from '../src/api/openapi/column-facts.ts'
import { describeTables } from '../src/rest/schema-cache/describe-tables.ts'
import type { TableDescription } from '../src/rest/schema-cache/describe-tables.ts'
import { readCatalog } from '../src/rest/schema-cache/schema-cache.ts'
import { ANY_ENGINE, openMigrated } from './harness/databases.ts'

/** The tables that the views read. */
const SOURCES: Readonly<Record<string, string>> = {
  webhook_logs: 'webhooks_internal.attempts',
  webhook_captures: 'webhooks_internal.captures',
}

suite('column facts', () => {
  let opened: Awaited<ReturnType<typeof openMigrated>>
  let tables: Map<string, TableDescription>

  before(async () => {
    opened = await openMigrated(ANY_ENGINE)
    const described = describeTables(await readCatalog(opened.database), {}, 'webhooks_service')
    tables = new Map(described.map((table) => [table.name, table]))
  })
  after(() => opened.close())

  test('column facts describe only readable columns', () => {
    for (const [name, { nullable = [], columns = {} }] of Object.entries(TABLE_FACTS)) {
      const readable = tables.get(name)?.readable.map((column) => column.name) ?? []
      for (const column of [...nullable, ...Object.keys(columns)])
        assert.ok(readable.includes(column), `${name}.${column}`)
    }
  })

  test('column facts list exactly the values that the check constraints allow', async () => {
    for (const [name, { columns = {} }] of Object.entries(TABLE_FACTS)) {
      for (const [column, { values }] of Object.entries(columns)) {
        // The program, not a constraint, limits these.
        if (values === undefined || ['error_code', 'locale'].includes(column)) continue
        const allowed = await readAllowed(SOURCES[name] ?? `webhooks.${name}`, column)
        assert.deepEqual([...values].toSorted(), allowed.toSorted(), `${name}.${column}`)
      }
    }
  })

  async function readAllowed(relation: string, column: string): Promise<string[]> {
    const { rows } = await opened.database.query<{ definition: string }>(
      `select pg_get_constraintdef(oid) as definition from pg_constraint
       where conrelid = $1::regclass and contype = 'c' and pg_get_constraintdef(oid) like 'CHECK ((' || $2 || ' = ANY %'`,
      [relation, column],
    )
    return [...(rows[0]?.definition ?? '').matchAll(/'([^']+)'::text/g)].map(([, value = '']) => value)
  }
})
