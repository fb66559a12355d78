import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as fc from 'fast-check'
import { ENGINES, openMigrated } from '../../test/harness/databases.ts'
import type { Database } from '../database/database.ts'
import { buildEventBody } from './event-body.ts'

const TIMES = [
  '2026-11-29T12:00:00Z',
  '2026-11-29T12:00:00.1239+05:30',
  '2026-11-29 12:00:00.999999+00',
  '2026-11-29 23:59:59.9995-08',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
]
const TEXTS = ['{}', '{"b":1,"a":1e400}', '{ "n" : 9007199254740993,\n\t"x": "\\u0000\\u2028 é 😀" }']

for (const engine of ENGINES) {
  suite(`request body of an event (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    async function bodyInSql(parts: Parameters<typeof buildEventBody>[0]): Promise<string> {
      const { event, timestamp, data, previous } = parts
      const { rows } = await database.query<{ body: string }>(
        `select webhooks_internal.event_body($1, $2::text::timestamptz, $3::text::json, $4::text::json) as body`,
        [event, timestamp, data, previous],
      )
      return rows[0]!.body
    }

    for (const timestamp of TIMES) {
      test(`is the same as the database's at ${timestamp}`, async () => {
        for (const data of TEXTS)
          for (const previous of [null, ...TEXTS]) {
            const parts = { event: 'deal.updated', timestamp, data, previous }
            assert.equal(buildEventBody(parts), await bodyInSql(parts))
          }
      })
    }

    test('keeps any JSON text and any name of an event as the database does', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.string().map((text) => text.replaceAll('\0', '')),
          fc.json(),
          async (event, text) => {
            const parts = { event, timestamp: TIMES[0]!, data: `{"value": ${text}}`, previous: null }
            assert.equal(buildEventBody(parts), await bodyInSql(parts))
          },
        ),
        { numRuns: 100 },
      )
    })
  })
}
