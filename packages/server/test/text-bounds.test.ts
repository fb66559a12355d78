import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import { startReceiver } from './harness/receiver-server.ts'
import { BOUNDED_IN_CODE } from './harness/text-bounds.ts'
import type { Proving } from './harness/text-bound.ts'

/** Every column that can hold a text of any length has a bound: a CHECK, or code that the list names and a test proves. */

interface Column {
  path: string
  name: string
  checks: string[]
}

const COLUMNS = `select n.nspname || '.' || c.relname || '.' || a.attname as path, a.attname as name,
    array(
      select pg_get_constraintdef(k.oid) from pg_constraint k
      where k.conrelid = c.oid and k.contype = 'c' and a.attnum = any (k.conkey)
    ) as checks
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p', 'm') and not c.relispartition and a.attlen = -1
    and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  order by 1`

/** Whether a CHECK compares the column's length with a number, or lists its values. */
function isBoundedByCheck({ name, checks }: Column): boolean {
  const length = new RegExp(String.raw`length\(.*\b"?${name}"?\b.*\) <?= \d+`, 's')
  const values = new RegExp(String.raw`\("?${name}"? = ANY \(+ARRAY\[`)
  return checks.some((check) => length.test(check) || values.test(check))
}

const covers = (listed: string, path: string): boolean =>
  listed.endsWith('.*') ? path.startsWith(listed.slice(0, -1)) : listed === path

const LISTED = BOUNDED_IN_CODE.flatMap(({ columns }) => columns)

for (const engine of ENGINES) {
  suite(`bounds of stored texts (${engine})`, () => {
    const proving = {} as Proving
    let columns: Column[]
    before(async () => {
      proving.api = await openApi(engine)
      proving.receiver = await startReceiver()
      const path = '/text-bounds'
      const { status, json } = await proving.api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
        body: { organization_id: OURS, name: 'Bounds', url: proving.receiver.url + path, events: ['*'] },
        headers: { prefer: 'return=representation' },
      })
      assert.equal(status, 201, JSON.stringify(json))
      proving.webhook = { id: json[0]!.id, path }
      columns = (await proving.api.database.query<Column>(COLUMNS)).rows
    })
    after(async () => {
      await proving.receiver.close()
      await proving.api.close()
    })

    test('every column of variable length has a CHECK, or is listed with the code that bounds it', () => {
      assert.ok(columns.length > 100, String(columns.length))
      const unbounded = columns.filter(
        (column) => !isBoundedByCheck(column) && !LISTED.some((listed) => covers(listed, column.path)),
      )
      assert.deepEqual(
        unbounded.map(({ path }) => path),
        [],
      )
    })

    test('the query finds a column without a bound, even in a new schema', async () => {
      await proving.api.database.execute(
        `create schema webhooks_probe; create table webhooks_probe.t (free text, bound text check (length(bound) <= 5), few json)`,
      )
      const { rows } = await proving.api.database.query<Column>(COLUMNS)
      await proving.api.database.execute('drop schema webhooks_probe cascade')
      const found = rows.filter(
        (column) => column.path.startsWith('webhooks_probe') && !isBoundedByCheck(column),
      )
      assert.deepEqual(
        found.map(({ path }) => path),
        ['webhooks_probe.t.few', 'webhooks_probe.t.free'],
      )
    })

    test('every listed column exists, is listed once, and is not bounded by a CHECK', () => {
      assert.equal(new Set(LISTED).size, LISTED.length)
      for (const listed of LISTED) {
        const found = columns.filter(({ path }) => covers(listed, path))
        assert.ok(found.length > 0, listed)
        if (!listed.endsWith('.*')) assert.ok(!isBoundedByCheck(found[0]!), listed)
      }
    })

    test('every file that the list names exists', () => {
      for (const file of BOUNDED_IN_CODE.flatMap(({ by }) => by)) {
        assert.ok(existsSync(new URL(`../${file}`, import.meta.url)), file)
      }
    })

    for (const { title, prove } of BOUNDED_IN_CODE) test(title, async () => await prove(proving))
  })
}
