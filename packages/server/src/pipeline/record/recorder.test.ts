import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import type { Database } from '../../database/database.ts'
import { openMigrated } from '../../../test/harness/databases.ts'
import { attempt } from '../../../test/harness/attempt.ts'
import { messageOf } from '../../domain/errors.ts'
import { newToken } from '../../domain/ids.ts'
import { Messages } from '../messages.ts'
import { OutboxEvents } from '../outbox/outbox-events.ts'
import { createLoopWatch } from '../../loops/loop-watch.ts'
import { systemClock } from '../../domain/clock.ts'
import { Recorder } from './recorder.ts'

const log = pino({ level: 'silent' })
const createRecorder = (database: Database, messages = new Messages(assert.ifError)): Recorder =>
  new Recorder({
    database,
    log,
    messages,
    leasedEvents: new OutboxEvents(database, newToken(), new Messages(assert.ifError)),
    watch: createLoopWatch(systemClock),
  })

suite('recorder', () => {
  let database: Database
  let close: () => Promise<void>
  before(async () => {
    ;({ database, close } = await openMigrated('pglite'))
  })
  after(() => close())

  async function stored(ids: readonly string[]): Promise<{ id: string; response_body: string | null }[]> {
    const { rows } = await database.query<{ id: string; response_body: string | null }>(
      'select id, response_body from webhooks_internal.attempts where id = any($1::uuid[])',
      [ids],
    )
    return rows
  }

  /** The same database, whose `query` is replaced by `query`. */
  const through = (query: Database['query']): Database => ({ ...database, query })

  test('the recorder writes attempts that arrive together in one statement', async () => {
    let statements = 0
    const counted = through(async (statement, params) => {
      statements += 1
      return await database.query(statement, params)
    })
    const recorder = createRecorder(counted)
    const attempts = Array.from({ length: 50 }, () => attempt())
    await Promise.all(attempts.map((record) => recorder.write(record)))
    assert.equal((await stored(attempts.map(({ id }) => id))).length, 50)
    assert.equal(statements, 1)
  })

  test('the recorder writes an attempt that arrives right after the previous one is written', async () => {
    const recorder = createRecorder(database)
    const attempts = Array.from({ length: 20 }, () => attempt())
    for (const record of attempts) await recorder.write(record)
    assert.equal((await stored(attempts.map(({ id }) => id))).length, 20)
  })

  test('the recorder stops only after writing all attempts', async () => {
    const recorder = createRecorder(database)
    const attempts = Array.from({ length: 300 }, () => attempt())
    for (const record of attempts) await recorder.record(record)
    await recorder.stop()
    assert.equal((await stored(attempts.map(({ id }) => id))).length, 300)
  })

  test('the recorder writes an attempt once, even if the response to a commit is lost', async () => {
    let isFirst = true
    const forgetful = through(async (statement, params) => {
      const result = await database.query(statement, params)
      if (isFirst) {
        isFirst = false
        throw new Error('the connection was lost')
      }
      return result
    })
    const recorder = createRecorder(forgetful)
    const record = attempt()
    await recorder.write(record)
    assert.equal((await stored([record.id])).length, 1)
  })

  test('a listener that throws keeps neither attempts from being written nor other listeners from their message', async () => {
    const thrown: string[] = []
    const messages = new Messages((error, message) => thrown.push(`${message}: ${messageOf(error)}`))
    const heard: string[] = []
    messages.on('recorded', () => {
      throw new Error('a listener failed')
    })
    messages.on('recorded', (attempts) => heard.push(...attempts.map(({ id }) => id)))
    const recorder = createRecorder(database, messages)
    const records = [attempt(), attempt()]
    for (const record of records) await recorder.write(record)
    assert.deepEqual(
      heard,
      records.map(({ id }) => id),
    )
    assert.deepEqual(thrown, ['recorded: a listener failed', 'recorded: a listener failed'])
  })

  test('the recorder keeps attempts while the database is unavailable and writes them afterwards', async () => {
    let failures = 2
    const absent = through(async (statement, params) => {
      failures -= 1
      if (failures >= 0) throw new Error('the database is away')
      return await database.query(statement, params)
    })
    const record = attempt()
    await createRecorder(absent).write(record)
    assert.equal((await stored([record.id])).length, 1)
  })

  test('the recorder leaves out a response that the database cannot store, without affecting other attempts', async () => {
    const [good, bad] = [attempt(), attempt({ response_body: 'not storable: \u0000' })]
    const recorder = createRecorder(database)
    await Promise.all([recorder.write(good), recorder.write(bad)])
    const rows = new Map((await stored([good.id, bad.id])).map((row) => [row.id, row.response_body]))
    assert.deepEqual([rows.get(good.id), rows.get(bad.id)], ['ok', null])
  })
})
