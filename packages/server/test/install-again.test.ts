import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { OTHER_CRM, OTHER_MAP } from './harness/other-crms.ts'
import { until } from './harness/until.ts'

const { table, organization } = OTHER_MAP.contact

/** The rows that `where` tells are contacts, and all others emit an event of their own. */
function divided(where: string): object {
  return {
    records: [{ record: 'contact', ...OTHER_MAP.contact, where }],
    events: [
      {
        type: 'person.added',
        table,
        organization,
        where: `not (${where})`,
        on: ['insert'],
        data: { id: { sql: 'id::text' }, name: 'fname' },
      },
    ],
  }
}

const MAPS = [
  { records: [{ record: 'contact', ...OTHER_MAP.contact }], events: [] },
  divided('id % 2 = 0'),
  divided('id % 3 = 0'),
  {
    records: [],
    events: [
      { type: 'person.added', table, organization, on: ['insert'], data: { id: { sql: 'id::text' } } },
    ],
  },
]

suite('install again', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  before(async () => {
    crm = await openOtherCrm(OTHER_CRM)
    assert.equal((await crm.install(MAPS[0]!)).code, 0)
  })
  after(() => crm.close())

  /** The rows after the first fifty that do not have exactly one event. */
  const misled = async (): Promise<unknown[]> =>
    (
      await crm.database.query(
        `select p.id, count(e.id) as events from crm.crm_person p
         left join webhooks.webhook_events e
           on e.event in ('contact.created', 'person.added') and e.data ->> 'id' = p.id::text
         where p.id > 50 group by p.id having count(e.id) <> 1`,
      )
    ).rows

  test('each row that is written while maps move its table between captures has exactly one event', async () => {
    const writing = { isOver: false, rows: 0 }
    const write = async (): Promise<void> => {
      while (!writing.isOver) {
        await crm.database.query('insert into crm.crm_person (account_id) values (1), (1)')
        writing.rows += 2
      }
    }
    const writers = [write(), write(), write()]
    for (const map of [MAPS[1]!, MAPS[2]!, MAPS[3]!, MAPS[1]!, MAPS[0]!]) {
      const { code } = await crm.install(map)
      assert.equal(code, 0)
      const written = writing.rows
      await until('further rows', () => Promise.resolve(writing.rows > written + 50))
    }
    writing.isOver = true
    await Promise.all(writers)
    assert.deepEqual(await misled(), [])
  })

  test('a statement that fires one capture before another map and one after it has its event', async () => {
    await crm.install(divided('id % 2 = 0'))
    // Triggers fire by name: this one waits between those of the captures.
    await crm.database.execute(`
      create function crm.wait() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock_shared(77); return null; end $$;
      create trigger webhooks_capture_d after insert on crm.crm_person for each statement execute function crm.wait();`)
    let installing: Promise<{ code: number | null }> | undefined
    let writing: Promise<unknown> | undefined
    await crm.database.transaction(async (connection) => {
      await connection.query('select pg_advisory_xact_lock(77)')
      writing = crm.database.query(
        'insert into crm.crm_person (account_id) values (1), (1), (1), (1), (1), (1)',
      )
      await until('the writer waits', async () => await isWaiting('insert into crm.crm_person%'))
      installing = crm.install(divided('id % 2 = 1'))
      // With both functions replaced it would be over at once.
      await until('install is refused the table, or is over', async () => {
        const isOver = await Promise.race([installing, new Promise((resolve) => setImmediate(resolve))])
        return isOver !== undefined || (await isWaiting('create or replace trigger%'))
      })
    })
    await writing
    assert.equal((await installing!).code, 0)
    assert.deepEqual(await misled(), [])
  })

  const isWaiting = async (statement: string): Promise<boolean> => {
    const { rows } = await crm.database.query(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
      [statement],
    )
    return rows.length > 0
  }
})
