import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES, openMigrated } from './harness/databases.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const CHECKS = [
  ['data that is an array', `data`, `'[]', null, now()`, /^data must be a JSON object, not array$/],
  ['data that is a string', `data`, `'"x"', null, now()`, /^data must be a JSON object, not string$/],
  ['data that is null', `data`, `'null', null, now()`, /^data must be a JSON object, not null$/],
  [
    'previous that is a number',
    `previous`,
    `'{}', '1', now()`,
    /^previous must be a JSON object, not number$/,
  ],
  ['a time before 1970', `timestamp`, `'{}', null, '1969-12-31Z'`, /^timestamp must be between 1970/],
  ['a time after 9999', `timestamp`, `'{}', null, '10000-01-01Z'`, /^timestamp must be between 1970/],
  ['an infinite time', `timestamp`, `'{}', null, 'infinity'`, /^timestamp must be between 1970/],
] as const

for (const engine of ENGINES) {
  suite(`checks of events that are inserted by SQL (${engine})`, () => {
    let made: Awaited<ReturnType<typeof openMigrated>>
    before(async () => {
      made = await openMigrated(engine)
    })
    after(() => made.close())

    const insert = (...values: string[]): string =>
      `insert into webhooks.webhook_events (organization_id, event, data, previous, timestamp) values ${values
        .map((value) => `('${ORGANIZATION}', 'deal.created', ${value})`)
        .join(', ')}`
    const countEvents = async (): Promise<string | undefined> => {
      const { rows } = await made.database.query<{ counts: string }>(
        `select format('%s %s', (select count(*) from webhooks.webhook_events), (select count(*) from webhooks_internal.outbox)) as counts`,
      )
      return rows[0]?.counts
    }

    for (const [what, column, value, message] of CHECKS) {
      test(`a statement that inserts an event with ${what} fails and stores no event`, async () => {
        const good = `'{}', null, now()`
        await assert.rejects(made.database.query(insert(good, value, good)), {
          code: '23514',
          constraint: `webhook_events_${column}_check`,
          message,
        })
        assert.equal(await countEvents(), '0 0')
      })
    }

    test('events with the first and last allowed times are stored and added to the outbox', async () => {
      await made.database.query(
        insert(`'{}', '{}', '1970-01-01Z'`, `'{"a": 1}', null, '9999-12-31 23:59:59.999Z'`),
      )
      assert.equal(await countEvents(), '2 2')
    })
  })
}
