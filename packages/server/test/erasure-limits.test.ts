import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eraseBatch } from '../src/maintenance/erasure/erase-batch.ts'
import { newId } from '../src/domain/ids.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { createPersonalLog } from './harness/personal-log.ts'
import type { PersonalLog } from './harness/personal-log.ts'

interface Erasure {
  status: string
  events: number
  failed: number
  reason: string | null
}

for (const engine of ENGINES) {
  suite(`limits of an erasure (${engine})`, () => {
    let api: InProcessApi
    let log: PersonalLog
    before(async () => {
      api = await openApi(engine)
      log = createPersonalLog(api.database)
    })
    after(async () => await api.close())

    /** @param known the number of conversations or terms that it has already found */
    async function erase(
      recordId: string,
      known: { column: 'related_ids' | 'terms'; count: number },
    ): Promise<Erasure> {
      const { json } = await api.ask<{ erasure_id: string }>('POST', 'rpc/erase_record', {
        body: { organization_id: OURS, record_id: recordId, object: 'contact' },
      })
      await api.database.query(
        `update webhooks.webhook_erasures
         set ${known.column} = (select coalesce(array_agg(gen_random_uuid()::text), '{}') from generate_series(1, $2::integer))
         where id = $1`,
        [json.erasure_id, known.count],
      )
      while ((await eraseBatch(api.database)) === 'erased');
      const { rows } = await api.database.query<Erasure>(
        'select status, events, failed, reason from webhooks.webhook_erasures where id = $1',
        [json.erasure_id],
      )
      return rows[0]!
    }

    test('an erasure follows the thousandth conversation and ends as completed', async () => {
      const [contact, conversation] = [newId(), newId()]
      await log.storeEvent('conversation.created', { id: conversation, contact_id: contact })
      await log.storeEvent('message.received', { id: newId(), conversation_id: conversation })
      const erased = await erase(contact, { column: 'related_ids', count: 999 })
      assert.deepEqual(erased, { status: 'completed', events: 2, failed: 0, reason: null })
    })

    test('an erasure does not follow conversations beyond a thousand, and ends as failed with that reason', async () => {
      const [contact, conversation] = [newId(), newId()]
      await log.storeEvent('conversation.created', { id: conversation, contact_id: contact })
      await log.storeEvent('message.received', { id: newId(), conversation_id: conversation })
      const { reason, ...erased } = await erase(contact, { column: 'related_ids', count: 1_000 })
      assert.deepEqual(erased, { status: 'failed', events: 1, failed: 1 })
      assert.match(
        reason!,
        /^an erasure follows up to 1000 conversations .* Erase those conversations by their ids\.$/,
      )
      const other = await erase(conversation, { column: 'terms', count: 0 })
      assert.equal(other.status, 'completed')
    })

    test('an erasure with an address over 254 characters or more than 200 terms ends as failed', async () => {
      const contact = newId()
      await log.storeEvent('contact.created', { id: contact, email: `${'x'.repeat(300)}@example.com` })
      assert.deepEqual(
        { ...(await erase(contact, { column: 'terms', count: 0 })), reason: undefined },
        { status: 'failed', events: 1, failed: 1, reason: undefined },
      )
      const another = newId()
      await log.storeEvent('contact.created', { id: another, email: 'someone@example.com' })
      assert.equal((await erase(another, { column: 'terms', count: 200 })).status, 'failed')
    })
  })
}
