import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { CapturingDatabase } from './harness/captured.ts'
import { openCapturing } from './harness/captured.ts'
import { EVERY_ENGINE } from './harness/databases.ts'

interface Fault {
  relation: string
  operation: string
  code: string
  message: string
  row_count: number
  record_ids: string[]
}

for (const engine of EVERY_ENGINE) {
  suite(`capture faults (${engine})`, () => {
    let crm: CapturingDatabase
    before(async () => {
      crm = await openCapturing(engine)
    })
    after(() => crm.close())

    const readFaults = async (): Promise<Fault[]> =>
      (
        await crm.database.query<Fault>(
          `select relation, operation, code, message, row_count, record_ids
           from webhooks.webhook_capture_faults order by created_at`,
        )
      ).rows

    /** Calls `run` while the insert of every contact event fails with this SQL. */
    async function whileContactsFail(fault: string, run: () => Promise<unknown>): Promise<void> {
      await crm.database.execute(`
        create function public.fail() returns trigger language plpgsql as $$ begin ${fault}; return new; end $$;
        create trigger fail before insert on webhooks.webhook_events for each row
        when (new.event like 'contact.%') execute function public.fail();`)
      try {
        await run()
      } finally {
        await crm.database.execute(
          'drop function public.fail cascade; delete from webhooks.webhook_capture_faults',
        )
      }
    }

    test("a capture fault does not fail the CRM's statement and is recorded with the ids of its rows", async () => {
      await whileContactsFail(`raise exception 'out of order'`, async () => {
        let id = ''
        const events = await crm.eventsOf(async () => {
          await crm.database.transaction(async (connection) => {
            const { rows } = await connection.query<{ id: string }>(
              'insert into contacts (organization_id) select $1 from generate_series(1, 150) returning id',
              [crm.organizationId],
            )
            id = rows[0]!.id
            await connection.query('insert into deals (organization_id) values ($1)', [crm.organizationId])
          })
          await crm.update('contacts', id, { company: 'x' })
        })
        assert.deepEqual(
          events.map(({ event }) => event),
          ['deal.created'],
        )
        const faults = await readFaults()
        const inserted = faults.filter(({ operation }) => operation === 'insert')
        const updated = faults.at(-1)
        assert.equal(new Set(inserted.flatMap(({ record_ids }) => record_ids)).size, 150)
        const { row_count, record_ids, ...fault } = inserted.find((one) => one.record_ids.includes(id))!
        assert.equal(row_count, record_ids.length)
        assert.deepEqual(fault, {
          relation: 'public.contacts',
          operation: 'insert',
          code: 'P0001',
          message: 'out of order',
        })
        assert.deepEqual([updated?.operation, updated?.row_count, updated?.record_ids], ['update', 1, [id]])
      })
    })

    test('a capture fault is rolled back with its transaction', async () => {
      await whileContactsFail(`raise exception 'out of order'`, async () => {
        const rolledBack = crm.database.transaction(async (connection) => {
          await connection.query('insert into contacts (organization_id) values ($1)', [crm.organizationId])
          throw new Error('changed my mind')
        })
        await assert.rejects(rolledBack, /changed my mind/)
        assert.deepEqual(await readFaults(), [])
      })
    })

    test("a capture fault that cannot be recorded does not fail the CRM's statement", async () => {
      await crm.database.execute('alter table webhooks.webhook_capture_faults rename to elsewhere')
      await whileContactsFailQuietly(async () => {
        const id = await crm.insert('contacts', { company: 'kept' })
        const { rows } = await crm.database.query('select company from contacts where id = $1', [id])
        assert.deepEqual(rows, [{ company: 'kept' }])
      })
      await crm.database.execute('alter table webhooks.elsewhere rename to webhook_capture_faults')
    })

    async function whileContactsFailQuietly(run: () => Promise<unknown>): Promise<void> {
      await crm.database.execute('alter table webhooks.webhook_events rename to gone')
      await run()
      await crm.database.execute('alter table webhooks.gone rename to webhook_events')
    }

    for (const [name, code] of [
      ['serialization failure', '40001'],
      ['deadlock', '40P01'],
    ] as const) {
      test(`a ${name} during capture fails the statement, so that the CRM repeats its transaction`, async () => {
        await whileContactsFail(`raise exception 'again' using errcode = '${code}'`, async () => {
          await assert.rejects(crm.insert('contacts'), { code })
          assert.deepEqual(await readFaults(), [])
        })
      })
    }

    test(
      'a statement that is cancelled during capture fails',
      { skip: engine === 'pglite' && 'PGlite cannot cancel statements' },
      async () => {
        await whileContactsFail('perform pg_sleep(60)', async () => {
          const cancelled = crm.database.transaction(async (connection) => {
            await connection.execute(`set local statement_timeout = '50ms'`)
            await connection.query('insert into contacts (organization_id) values ($1)', [crm.organizationId])
          })
          await assert.rejects(cancelled, { code: '57014' })
        })
      },
    )
  })
}
