import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import { recapture } from '../src/capture/recapture.ts'
import type { AttachedDatabase } from './harness/attached.ts'
import { openAttached } from './harness/attached.ts'
import { EVERY_ENGINE } from './harness/databases.ts'

const ALL = { since: '2000-01-01T00:00:00Z', until: '9999-01-01T00:00:00Z', dryRun: false }

for (const engine of EVERY_ENGINE) {
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

    /** What events say of which rows. */
    const emittedBy = async (work: () => Promise<unknown>) =>
      (await crm.eventsOf(work)).map(({ event, data }) => {
        const { id, first_name } = JSON.parse(data) as { id: string; first_name: string }
        return `${event} ${id} ${first_name}`
      })

    /** Two rows that were inserted and one that was changed, all without an organization that could be known. */
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

    test('emits the event of a fault’s operation, with the row as it is now', async () => {
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

    test('emits nothing a second time', async () => {
      await loseThree()
      await recapture(crm.database, ALL)
      assert.deepEqual(await recapture(crm.database, ALL), { matched: 0, emitted: 0 })
    })

    test('emits nothing a second time when it is called twice at once', async () => {
      await loseThree()
      const both = await Promise.all([recapture(crm.database, ALL), recapture(crm.database, ALL)])
      assert.equal(
        both.reduce((sum, { emitted }) => sum + emitted, 0),
        3,
      )
    })

    test('counts and changes nothing in a dry run', async () => {
      await loseThree()
      const emitted = await emittedBy(async () => {
        assert.deepEqual(await recapture(crm.database, { ...ALL, dryRun: true }), { matched: 3, emitted: 0 })
      })
      assert.deepEqual(emitted, [])
      assert.equal((await recapture(crm.database, ALL)).emitted, 3)
    })

    test('leaves alone what was lost at another time, and rows that are gone', async () => {
      await loseThree()
      await execute('delete from people where id = 2')
      assert.deepEqual(await recapture(crm.database, { ...ALL, until: '2001-01-01T00:00:00Z' }), {
        matched: 0,
        emitted: 0,
      })
      assert.equal((await recapture(crm.database, ALL)).emitted, 2)
    })

    test('emits that a record was updated for what changed during a drift, once', async () => {
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

    test('says which tables there are when it does not know one', async () => {
      await crm.attachPeople('')
      await assert.rejects(recapture(crm.database, { ...ALL, table: 'public.persons' }), {
        name: 'RecaptureError',
        message: /public\.persons is not captured; captured tables: .*public\.people/,
      })
    })

    test('is stopped by no row, be it among those that were lost or beside them', async () => {
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

    test('names a table that has drifted and is left out', async () => {
      await crm.attachPeople('name text', { columns: { first_name: 'name' } })
      await execute('alter table people rename column name to called')
      const { notes } = await recapture(crm.database, ALL)
      assert.deepEqual(notes, [
        'public.people: does not match its map; fix that, run install, then try again',
      ])
    })

    test('finds rows by a key of several columns', async () => {
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
