import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import { recapture } from '../src/capture/recapture.ts'
import type { AttachedDatabase } from './harness/attached.ts'
import { openAttached } from './harness/attached.ts'
import { ENGINES } from './harness/databases.ts'

const ALL = { since: '2000-01-01T00:00:00Z', until: '9999-01-01T00:00:00Z', dryRun: false }

for (const engine of ENGINES) {
  suite(`recapture (${engine})`, () => {
    let crm: AttachedDatabase
    before(async () => {
      crm = await openAttached(engine)
    })
    after(() => crm.close())
    afterEach(async () => {
      await crm.database.execute(
        'drop table if exists public.people cascade; delete from webhooks_internal.capture_drifts; delete from webhooks.webhook_events',
      )
      await crm.takeFaults()
    })

    const execute = (sql: string) => crm.database.execute(sql)

    /** The event type, row id and name of each emitted event. */
    const emittedBy = async (work: () => Promise<unknown>) =>
      (await crm.eventsOf(work)).map(({ event, data }) => {
        const { id, first_name } = JSON.parse(data) as { id: string; first_name: string }
        return `${event} ${id} ${first_name}`
      })

    /** Two inserts and one update of rows whose organization was not valid. */
    async function loseThree(): Promise<void> {
      await crm.attachPeople('name text, changed timestamptz default now()', {
        columns: { first_name: 'name', updated_at: 'changed' },
      })
      await execute(`
        insert into people (id, name) values (3, 'Cy');
        insert into people (id, org, name) values (1, 'nonsense', 'Ann'), (2, 'nonsense', 'Bob');
        update people set org = 'nonsense', name = 'Cyd' where id = 3;
        alter table people disable trigger user;
        update people set org = '${crm.organizationId}';
        update people set name = 'Anna' where id = 1;
        alter table people enable trigger user;`)
    }

    test('recapture emits the event of the operation that raised a fault, with the row as it is now', async () => {
      await loseThree()
      const emitted = await emittedBy(async () => {
        assert.deepEqual(await recapture(crm.database, { ...ALL, table: 'public.people' }), {
          matched: 3,
          emitted: 3,
        })
      })
      assert.deepEqual(emitted.toSorted(), [
        'contact.created 1 Anna',
        'contact.created 2 Bob',
        'contact.updated 3 Cyd',
      ])
    })

    test('a second recapture emits nothing', async () => {
      await loseThree()
      await recapture(crm.database, ALL)
      assert.deepEqual(await recapture(crm.database, ALL), { matched: 0, emitted: 0 })
    })

    test('two concurrent recaptures emit each event once', async () => {
      await loseThree()
      const both = await Promise.all([recapture(crm.database, ALL), recapture(crm.database, ALL)])
      assert.equal(
        both.reduce((sum, { emitted }) => sum + emitted, 0),
        3,
      )
    })

    test('a dry run of recapture counts rows and emits nothing', async () => {
      await loseThree()
      const emitted = await emittedBy(async () => {
        assert.deepEqual(await recapture(crm.database, { ...ALL, dryRun: true }), { matched: 3, emitted: 0 })
      })
      assert.deepEqual(emitted, [])
      assert.equal((await recapture(crm.database, ALL)).emitted, 3)
    })

    test('recapture skips faults outside its time range and rows that no longer exist', async () => {
      await loseThree()
      await execute('delete from people where id = 2')
      assert.deepEqual(await recapture(crm.database, { ...ALL, until: '2001-01-01T00:00:00Z' }), {
        matched: 0,
        emitted: 0,
      })
      assert.equal((await recapture(crm.database, ALL)).emitted, 2)
    })

    test('recapture emits one update event for a row that changed during a drift', async () => {
      await crm.attachPeople('name text, changed timestamptz default now()', {
        columns: { first_name: 'name', updated_at: 'changed' },
      })
      await execute(`insert into people (id, name, changed) values (1, 'Ann', '2020-01-01')`)
      await checkCaptures(crm.database)
      await execute('alter table people disable trigger user')
      await execute(`insert into people (id, name) values (2, 'Bob')`)
      await checkCaptures(crm.database)
      const whileOpen = await emittedBy(() => recapture(crm.database, ALL))
      await execute('alter table people enable trigger user')
      await checkCaptures(crm.database)
      const afterwards = await emittedBy(() => recapture(crm.database, ALL))
      assert.deepEqual([whileOpen, afterwards], [['contact.updated 2 Bob'], []])
    })

    test('recapture of an unknown table is refused with a list of the captured tables', async () => {
      await crm.attachPeople('')
      await assert.rejects(recapture(crm.database, { ...ALL, table: 'public.persons' }), {
        name: 'RecaptureError',
        message: /public\.persons is not captured; captured tables: .*public\.people/,
      })
    })

    test('recapture reports a row that still cannot be emitted, and emits all others', async () => {
      await loseThree()
      await execute(`insert into people (id, org, name) values (4, 'nonsense', 'Dee');
        alter table people disable trigger user;
        insert into people (id, org, name) values (5, 'nonsense', 'Eve')`)
      const result = await recapture(crm.database, ALL)
      assert.equal(result.emitted, 3)
      assert.deepEqual(result.notes, [
        'public.people: 1 rows still cannot be emitted: invalid input syntax for type uuid: "nonsense"',
      ])
      await execute(`update people set org = '${crm.organizationId}' where id = 4`)
      assert.deepEqual(await emittedBy(() => recapture(crm.database, ALL)), ['contact.created 4 Dee'])
    })

    test('recapture names a table that it leaves out because the table does not match its map', async () => {
      await crm.attachPeople('name text', { columns: { first_name: 'name' } })
      await execute('alter table people rename column name to called')
      const { notes } = await recapture(crm.database, ALL)
      assert.deepEqual(notes, [
        'public.people: does not match its map; fix that, run install, then try again',
      ])
    })

    test('recapture finds rows by a primary key of several columns', async () => {
      await execute(`create table people (id int, region text, org text, primary key (id, region))`)
      await crm.attach({
        contact: {
          table: 'public.people',
          organization: { column: 'org' },
          columns: { id: 'id', first_name: 'region' },
        },
      })
      await execute(`insert into people values (1, 'eu', 'nonsense'), (1, 'us', '${crm.organizationId}');
        alter table people disable trigger user; update people set org = '${crm.organizationId}'`)
      assert.deepEqual(await emittedBy(() => recapture(crm.database, ALL)), ['contact.created 1 eu'])
    })
  })
}
