import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE, openMigrated } from '../../../test/harness/databases.ts'
import { formatEventTime, readEventTime } from './read-event-time.ts'

const TIMES = [
  '2026-03-01T12:34:56Z',
  '2026-03-01T12:34Z',
  '2026-03-01T12:34:56.1Z',
  '2026-03-01T12:34:56.123456Z',
  '2026-03-01T12:34:56.123456789Z',
  '2026-03-01T12:34:56.1234565Z',
  '2026-03-01T12:34:56.0000005Z',
  '2026-03-01T12:34:56.0000015Z',
  '2026-12-31T23:59:59.9999995Z',
  '2026-12-31T23:59:59.999999999Z',
  '2026-03-01T00:30:00+02:00',
  '2026-03-01T23:30:00.5-15:59',
  '2024-02-29T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '1970-01-01T01:00:00+01:00',
  '9999-12-31T23:59:59.999999Z',
]

suite('times of events', () => {
  let made: Awaited<ReturnType<typeof openMigrated>>
  before(async () => {
    made = await openMigrated(ANY_ENGINE)
  })
  after(() => made.close())

  for (const time of TIMES) {
    test(`${time} is read as PostgreSQL reads it`, async () => {
      const { rows } = await made.database.query<{ read: string }>(
        `select to_char($1::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as read`,
        [time],
      )
      assert.equal(readEventTime(time), rows[0]?.read)
    })
  }

  for (const time of [
    '1969-12-31T23:59:59.999999Z',
    '1970-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59.9999999Z',
    '9999-12-31T23:59:59-01:00',
    '2026-03-01T00:00:00+16:00',
    '2026-03-01T00:00:00.1234567890Z',
    '2026-03-01 00:00:00Z',
    '2026-03-01T00:00:00',
    'infinity',
  ]) {
    test(`${time} is left to the database`, () => {
      assert.equal(readEventTime(time), undefined)
    })
  }

  test('the time of acceptance has the form of a given time', () => {
    assert.equal(formatEventTime(1_772_368_496_789), readEventTime('2026-03-01T12:34:56.789Z'))
  })
})
