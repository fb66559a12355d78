import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { openMigrated } from '../../test/harness/databases.ts'
import { plainArray, textArray } from './array-literal.ts'
import type { Database } from './database.ts'

suite('array literals', () => {
  let database: Database
  let close: () => Promise<void>
  before(async () => {
    ;({ database, close } = await openMigrated('pglite'))
  })
  after(() => close())

  async function echo<T>(type: string, literal: string): Promise<T[]> {
    const { rows } = await database.query<{ value: T }>(`select * from unnest($1::${type}[]) as value`, [
      literal,
    ])
    return rows.map(({ value }) => value)
  }

  test('an array literal preserves any texts, including null and the word null', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
      fc.constantFrom('', 'null', 'NULL', '{}', '"', '\\', ',', ' a ', '{"a":"b\\"c"}', null),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 5 }), async (texts) => {
        assert.deepEqual(await echo('text', textArray(texts)), texts)
      }),
      { numRuns: 200 },
    )
  })

  test('an array literal preserves numbers and ids', async () => {
    assert.deepEqual(await echo('integer', plainArray([1, -2, null])), [1, -2, null])
    const id = '0193f0a2-6c1b-7c3e-8f00-000000000001'
    assert.deepEqual(await echo('uuid', plainArray([id, null])), [id, null])
  })
})
