import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { captureReferenceCrm } from '../src/capture/capture-reference.ts'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import type { CapturingDatabase } from './harness/captured.ts'
import { openCapturing } from './harness/captured.ts'
import { ENGINES } from './harness/databases.ts'

for (const engine of ENGINES) {
  suite(`reports of capture drift (${engine})`, () => {
    let crm: CapturingDatabase
    before(async () => {
      crm = await openCapturing(engine)
      await checkCaptures(crm.database)
    })
    after(() => crm.close())

    test('a capture drift is logged once when it is found and once when it ends', async () => {
      const lines: { level: number; table: string; problems?: string[] }[] = []
      const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) })
      await crm.database.execute('alter table deals disable trigger webhooks_capture_inserts')
      for (let minute = 0; minute < 3; minute += 1) await checkCaptures(crm.database, { log })
      await crm.database.execute('alter table deals enable trigger user')
      for (let minute = 0; minute < 3; minute += 1) await checkCaptures(crm.database, { log })
      assert.deepEqual(
        lines.map(({ level, table, problems = [] }) => [level, table, problems.length]),
        [
          [pino.levels.values['error'], 'public.deals', 1],
          [pino.levels.values['info'], 'public.deals', 0],
        ],
      )
    })

    test('a capture check is skipped if another node has just done one', async () => {
      await crm.database.execute('alter table deals disable trigger user')
      await checkCaptures(crm.database, { unlessFresh: true })
      const { rows } = await crm.database.query(
        `select status from webhooks.webhook_captures where record = 'deal'`,
      )
      await crm.database.execute('alter table deals enable trigger user')
      assert.deepEqual(rows, [{ status: 'ok' }])
    })
  })

  suite(`capture drift periods (${engine})`, () => {
    let crm: CapturingDatabase
    before(async () => {
      crm = await openCapturing(engine)
    })
    after(() => crm.close())

    const readDrifts = async (): Promise<{ since: Date; until: Date | null; problems: string[] }[]> =>
      (
        await crm.database.query<{ since: Date; until: Date | null; problems: string[] }>(
          `select since, until, problems from webhooks_internal.capture_drifts where capture = 'deal' order by id`,
        )
      ).rows
    const now = async (): Promise<Date> =>
      (await crm.database.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]!.now

    test('a drift period begins with the last successful check before it and ends with the first one after it', async () => {
      await checkCaptures(crm.database)
      const well = await now()
      await crm.database.execute('alter table deals disable trigger webhooks_capture_inserts')
      await checkCaptures(crm.database)
      await crm.database.execute('alter table deals disable trigger webhooks_capture_updates')
      await checkCaptures(crm.database)
      const [open, ...others] = await readDrifts()
      assert.ok(open !== undefined && open.since <= well)
      assert.deepEqual([open.until, open.problems.length, others], [null, 2, []])
      await crm.database.execute('alter table deals enable trigger user')
      const repaired = await now()
      await checkCaptures(crm.database)
      const [closed] = await readDrifts()
      assert.ok(closed?.until !== null && closed!.until >= repaired)
      assert.deepEqual(closed!.since, open.since)
    })

    test('a drift that a restart repairs before any check is still recorded as a period', async () => {
      await crm.database.execute('drop trigger webhooks_capture_inserts on deals')
      await captureReferenceCrm(crm.database)
      const drifts = await readDrifts()
      assert.equal(drifts.length, 2)
      assert.notEqual(drifts[1]?.until, null)
    })

    for (const [what, does, undoes] of [
      [
        'triggers that are disabled',
        'alter table deals disable trigger user',
        'alter table deals enable trigger user',
      ],
      ['a table that is renamed', 'alter table deals rename to others', 'alter table others rename to deals'],
      [
        'a function that is replaced',
        'alter function webhooks_internal.capture_deal_inserts() set work_mem to 99999',
        'alter function webhooks_internal.capture_deal_inserts() reset work_mem',
      ],
    ] as const) {
      test(`a drift period covers ${what} and restored between two checks`, async () => {
        await checkCaptures(crm.database)
        const earlier = await readDrifts()
        const began = await now()
        await crm.database.execute(does)
        await crm.database.execute(undoes)
        const ended = await now()
        for (let minute = 0; minute < 2; minute += 1) await checkCaptures(crm.database)
        const drifts = (await readDrifts()).slice(earlier.length)
        assert.equal(drifts.length, 1)
        assert.ok(drifts[0]!.since <= began && drifts[0]!.until! >= ended)
        assert.match(drifts[0]!.problems.join(), /was altered and restored between two checks/)
      })
    }

    test('a new column, a new index and new statistics start no drift period', async () => {
      await checkCaptures(crm.database)
      const earlier = await readDrifts()
      await crm.database.execute(
        'alter table deals add extra text; create index on deals (extra); analyze deals',
      )
      await checkCaptures(crm.database)
      assert.deepEqual(await readDrifts(), earlier)
    })
  })
}
