import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { eraseBatch } from '../src/maintenance/erasure/erase-batch.ts'
import type { Database } from '../src/database/database.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { NAME, createPersonalLog } from './harness/personal-log.ts'
import type { PersonalLog } from './harness/personal-log.ts'

const PHONE = '+447700900123'

for (const engine of ENGINES) {
  suite(`erasure of capture faults (${engine})`, () => {
    let api: InProcessApi
    let database: Database
    let log: PersonalLog
    before(async () => {
      api = await openApi(engine)
      database = api.database
      log = createPersonalLog(database)
    })
    after(async () => await api.close())
    beforeEach(async () => {
      for (const table of ['webhook_events', 'webhook_erasures', 'webhook_capture_faults'])
        await database.query(`delete from webhooks.${table}`)
    })

    const storeFault = async (
      message: string,
      recordIds: string,
      relation = 'public.contacts',
    ): Promise<void> => {
      await database.query(
        `insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids)
         values ($3, 'insert', '22000', $1, 1, $2)`,
        [message, recordIds, relation],
      )
    }
    /** Erases, and returns the remaining capture faults as ids and message. */
    const erase = async (body: object): Promise<string[][]> => {
      const { status } = await api.ask('POST', 'rpc/erase_record', {
        body: { organization_id: OURS, ...body },
      })
      assert.equal(status, 200)
      while ((await eraseBatch(database)) === 'erased');
      const { rows } = await database.query<{ ids: string; message: string }>(
        'select record_ids::text as ids, message from webhooks.webhook_capture_faults order by record_ids, relation',
      )
      return rows.map(({ ids, message }) => [ids, message])
    }

    test('erasing a record erases its capture faults, but not those of another table with the same id', async () => {
      await log.storeEvent('contact.created', { id: 42, first_name: NAME })
      await storeFault('of the contact', '{42}')
      await storeFault('of a deal', '{42}', 'public.deals')
      assert.deepEqual(await erase({ record_id: '42', object: 'contact' }), [
        ['{42}', 'erased'],
        ['{42}', 'of a deal'],
      ])
    })

    test('erasing a record keeps a capture fault with its id if the organization has no event of that record', async () => {
      await log.storeEvent('contact.created', { id: 42, first_name: NAME }, undefined, THEIRS)
      await storeFault('of the contact of another organization', '{42}')
      assert.deepEqual(await erase({ record_id: '42', object: 'contact' }), [
        ['{42}', 'of the contact of another organization'],
      ])
    })

    test('a capture fault that may be about another organization loses only the erased terms', async () => {
      await log.storeEvent('contact.created', { id: 42, first_name: NAME })
      await storeFault(`no such place: ${PHONE} (x)`, '{41}')
      await storeFault(`name: ${NAME}`, '{42}')
      await storeFault('column "none" does not exist', '{43}')
      assert.deepEqual(await erase({ record_id: '42', object: 'contact', terms: [PHONE, '(column|.*) "'] }), [
        ['{41}', 'no such place: erased (x)'],
        ['{42}', 'erased'],
        ['{43}', 'column "none" does not exist'],
      ])
    })
  })
}
