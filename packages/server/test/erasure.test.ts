import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { eraseBatch } from '../src/maintenance/erasure/erase-batch.ts'
import type { Database } from '../src/database/database.ts'
import { newId } from '../src/domain/ids.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { EMAIL, NAME, createPersonalLog } from './harness/personal-log.ts'
import type { PersonalLog } from './harness/personal-log.ts'
import type { Row } from '@connectgain/webhooks-client'

const PHONE = '+447700900123'
const NOTE = 'allergic to penicillin'
const PERSONAL = [NAME, EMAIL, PHONE, PHONE.slice(1), NOTE]

type ErasureRow = Row<'webhook_erasures'>

for (const engine of ENGINES) {
  suite(`erasure (${engine})`, () => {
    let api: InProcessApi
    let database: Database
    let contact: string
    let log: PersonalLog
    before(async () => {
      api = await openApi(engine)
      database = api.database
      log = createPersonalLog(database)
    })
    after(async () => await api.close())
    beforeEach(async () => {
      for (const table of ['webhook_events', 'webhook_deliveries', 'webhook_erasures']) {
        await database.query(`delete from webhooks.${table}`)
      }
      await database.query('delete from webhooks_internal.attempts')
      await database.query('delete from webhooks_internal.queue')
      await database.query('delete from webhooks_internal.outbox')
      contact = newId()
    })

    const ask = async <T = { erasure_id: string }>(body: object): Promise<T> => {
      const { status, json } = await api.ask<T>('POST', 'rpc/erase_record', {
        body: { organization_id: OURS, ...body },
      })
      assert.equal(status, 200, JSON.stringify(json))
      return json
    }
    const work = async (): Promise<void> => {
      while ((await eraseBatch(database)) === 'erased');
    }
    async function erase(body: object): Promise<ErasureRow> {
      const { erasure_id } = await ask(body)
      await work()
      const { json } = await api.ask<ErasureRow[]>('GET', `webhook_erasures?id=eq.${erasure_id}`)
      return json[0]!
    }

    test('an erasure removes the personal data from every column of every table and keeps the rows', async () => {
      const conversation = newId()
      const created = await log.storeEvent('contact.created', {
        id: contact,
        first_name: NAME,
        email: EMAIL,
        phone: PHONE,
      })
      await log.storeEvent(
        'contact.updated',
        { id: contact, first_name: 'E.' },
        { first_name: NAME, email: EMAIL },
      )
      const deal = await log.storeEvent('deal.created', {
        id: newId(),
        title: `Deal of ${NAME}`,
        contact_id: contact,
      })
      await log.storeEvent('deal.updated', { id: newId(), title: 'x' }, { contact_id: contact, title: NAME })
      await log.storeEvent('conversation.created', { id: conversation, contact_id: contact, subject: NOTE })
      await log.storeEvent('message.received', {
        id: newId(),
        conversation_id: conversation,
        contact_id: null,
        body: NOTE,
      })
      await log.storeEvent('zoom.recording.completed', { id: newId(), contact: { id: contact, name: NAME } })
      for (const status of ['delivered', 'failed', 'retrying', 'cancelled'])
        await log.storeDelivery(created, status)
      await log.storeDelivery(deal, 'pending')
      await log.storeTest({ event: 'contact.created', data: { email: EMAIL } })
      const inbox = newId()
      await database.query(
        `insert into webhooks.webhook_inboxes (id, organization_id, url) values ($1, $2, 'http://localhost/receive/x')`,
        [inbox, OURS],
      )
      await database.query(
        `insert into webhooks.webhook_inbox_requests (inbox_id, organization_id, method, headers, body, body_bytes, signature)
         values ($1, $2, 'POST', $3, $4, 1, 'unsigned')`,
        [inbox, OURS, JSON.stringify({ 'x-contact': PHONE }), `{"id":"${contact}","name":"${NAME}"}`],
      )
      await database.query(
        `insert into webhooks.webhook_source_payloads (organization_id, provider, reason, payload)
         values ($1, 'whatsapp', 'not understood', $2)`,
        [OURS, `{"from":"${PHONE.slice(1)}","text":"${NOTE}"}`],
      )
      await database.query(
        `insert into webhooks_internal.early_statuses (organization_id, external_id, status, reached_at, error)
         values ($1, 'wamid.1', 'failed', now(), $2)`,
        [OURS, `${PHONE} cannot be reached`],
      )
      await database.query(
        `insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids)
         values ('contacts', 'insert', '22000', $1, 1, $2)`,
        [`invalid: ${NAME}`, `{${contact}}`],
      )
      for (const text of PERSONAL) assert.notDeepEqual(await log.search(text), [], text)
      const tables = ['webhooks.webhook_events', 'webhooks.webhook_deliveries', 'webhooks_internal.attempts']
      const stored = await Promise.all(tables.map(log.count))

      const { status, events, deliveries, others } = await erase({ record_id: contact })
      assert.deepEqual([status, events, deliveries], ['completed', 7, 5])
      assert.ok(others >= 5, String(others))
      for (const text of PERSONAL) assert.deepEqual(await log.search(text), [], text)
      assert.deepEqual(await Promise.all(tables.map(log.count)), stored)
      assert.equal(await log.count('webhooks_internal.queue'), 0)
    })

    test('an erasure finds a message of the same transaction as its conversation, whichever id is smaller', async () => {
      const conversation = newId()
      const [first, second] = [newId(), newId()].sort()
      await database.query(
        `insert into webhooks.webhook_events (id, organization_id, event, data)
         values ($1, $3, 'message.received', $4), ($2, $3, 'conversation.created', $5)`,
        [
          first,
          second,
          OURS,
          JSON.stringify({ id: newId(), conversation_id: conversation, contact_id: null, body: NOTE }),
          JSON.stringify({ id: conversation, contact_id: contact }),
        ],
      )
      const { status, events } = await erase({ record_id: contact })
      assert.deepEqual([status, events], ['completed', 2])
      assert.equal(await log.readEvent(first!), '{"erased":true}')
    })

    test('an erasure keeps other records, other organizations and other objects with the same id', async () => {
      const kept = [
        await log.storeEvent('contact.created', { id: newId(), first_name: 'Other' }),
        await log.storeEvent('contact.created', { id: contact, first_name: NAME }, undefined, THEIRS),
      ]
      const sameNumber = [
        await log.storeEvent('deal.created', { id: 42, value: 42, title: 'Kept' }),
        await log.storeEvent('message.sent', { id: 7, contact_id: 421 }),
      ]
      const gone = [
        await log.storeEvent('contact.created', { id: 42, first_name: NAME }),
        await log.storeEvent('deal.created', { id: 8, contact_id: '42' }),
      ]
      const stored = await Promise.all([...kept, ...sameNumber].map(log.readEvent))
      await erase({ record_id: contact })
      await erase({ record_id: '42', object: 'contact' })
      assert.deepEqual(await Promise.all([...kept, ...sameNumber].map(log.readEvent)), stored)
      for (const id of gone) assert.equal(await log.readEvent(id), '{"erased":true}')
    })

    test('an erasure cancels waiting deliveries with its reason and removes its events from the outbox', async () => {
      const event = await log.storeEvent('contact.created', { id: contact })
      const [retrying, failed] = [
        await log.storeDelivery(event, 'retrying'),
        await log.storeDelivery(event, 'failed'),
      ]
      assert.equal(await log.count('webhooks_internal.outbox'), 1)
      await erase({ record_id: contact })
      assert.equal(await log.count('webhooks_internal.outbox'), 0)
      const { rows } = await database.query<{ id: string; status: string; reason: string }>(
        'select id, status, reason from webhooks.webhook_deliveries order by id',
      )
      assert.deepEqual(rows, [
        { id: retrying, status: 'cancelled', reason: 'record erased' },
        { id: failed, status: 'failed', reason: 'record erased' },
      ])
    })

    test('an erasure waits for a delivery in flight, so that its response is erased too', async () => {
      const event = await log.storeEvent('contact.created', { id: contact, first_name: NAME })
      const leased = await log.storeDelivery(event, 'pending', 'leased')
      const { erasure_id } = await ask({ record_id: contact })
      assert.equal(await eraseBatch(database), 'waiting')
      assert.notEqual(await log.readEvent(event), '{"erased":true}')
      await database.query('update webhooks_internal.queue set lease = null where delivery_id = $1', [leased])
      await work()
      assert.equal(await log.readEvent(event), '{"erased":true}')
      const { json } = await api.ask<ErasureRow[]>('GET', `webhook_erasures?id=eq.${erasure_id}`)
      assert.equal(json[0]?.status, 'completed')
      assert.deepEqual(await log.search(NAME), [])
    })

    test('an erased delivery can be neither retried nor replayed', async () => {
      const event = await log.storeEvent('contact.created', { id: contact })
      const id = await log.storeDelivery(event, 'failed')
      const { rows } = await database.query<{ webhook_id: string }>(
        `insert into webhooks.webhook_configurations (id, organization_id, name, url, events)
         select webhook_id, organization_id, 'a', 'https://a.example/', '{*}' from webhooks.webhook_deliveries
         returning id as webhook_id`,
      )
      const { webhook_id } = rows[0]!
      const count = async (name: string): Promise<unknown> =>
        (
          await api.ask('POST', `rpc/${name}`, {
            body: { webhook_id, since: '2020-01-01T00:00:00Z', dry_run: true },
          })
        ).json
      assert.deepEqual(await count('retry_failed'), { matched: 1, queued: 0 })
      await erase({ record_id: contact })
      const { status, json } = await api.ask<ErrorBody>('POST', 'rpc/retry_delivery', {
        body: { delivery_id: id },
      })
      assert.deepEqual([status, json.code], [409, '55000'])
      assert.match(json.message, /erased/)
      for (const name of ['retry_failed', 'replay_events']) {
        assert.deepEqual(await count(name), { matched: 0, queued: 0 }, name)
      }
    })

    test('an erasure resumes after a crash, and repeating it erases nothing more', async () => {
      const ids: string[] = []
      for (let n = 0; n < 250; n += 1)
        ids.push(await log.storeEvent('contact.updated', { id: contact, n, first_name: NAME }))
      await ask({ record_id: contact })
      assert.equal(await eraseBatch(database), 'erased')
      const dying: Database = {
        ...database,
        transaction: async (run) =>
          await database.transaction(async (connection) => {
            await run(connection)
            throw new Error('died')
          }),
      }
      await assert.rejects(eraseBatch(dying), /died/)
      const { rows } = await database.query<{ events: number }>(
        'select events from webhooks.webhook_erasures',
      )
      assert.equal(rows[0]?.events, 100)
      await work()
      const { rows: done } = await database.query<ErasureRow>(
        'select status, events from webhooks.webhook_erasures',
      )
      assert.deepEqual(done, [{ status: 'completed', events: 250 }])
      assert.deepEqual(await log.search(NAME), [])
      assert.equal((await erase({ record_id: contact })).events, 0)
    })

    test('a dry run of an erasure counts the matches and erases nothing', async () => {
      const event = await log.storeEvent('contact.created', { id: contact })
      assert.deepEqual(await ask({ record_id: contact, dry_run: true }), { matched: 1 })
      await work()
      assert.notEqual(await log.readEvent(event), '{"erased":true}')
    })

    test('an erasure with an invalid argument is refused, naming the argument', async () => {
      for (const [body, field] of [
        [{ record_id: '42' }, 'object'],
        [{ record_id: '' }, 'record_id'],
        [{ record_id: contact, object: 'Contact!' }, 'object'],
        [{ record_id: contact, terms: ['abc'] }, 'terms'],
      ] as const) {
        const { status, json } = await api.ask<ErrorBody>('POST', 'rpc/erase_record', {
          body: { organization_id: OURS, ...body },
        })
        assert.deepEqual([status, json.code, json.details], [400, '22023', field], JSON.stringify(body))
      }
    })

    test('an erasure finds the given terms where there is no id, and keeps no copy of them', async () => {
      await log.storeTest({ event: 'contact.created', data: { nickname: 'The Vanishing One' } })
      const { erasure_id } = await ask({ record_id: contact, terms: ['The Vanishing One'] })
      await work()
      assert.deepEqual(await log.search('The Vanishing One'), [])
      const { json } = await api.ask<{ action: string }[]>('GET', `audit_log?target_id=eq.${erasure_id}`)
      assert.deepEqual(
        json.map(({ action }) => action),
        ['erasure.created'],
      )
    })
  })
}
