import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CAPTURE_CASES, inbound, outbound } from './harness/capture-cases.ts'
import type { CapturedEvent, CapturingDatabase } from './harness/captured.ts'
import { openCapturing } from './harness/captured.ts'
import { ENGINES } from './harness/databases.ts'

for (const engine of ENGINES) {
  suite(`captured events (${engine})`, () => {
    let crm: CapturingDatabase
    before(async () => {
      crm = await openCapturing(engine)
    })
    after(() => crm.close())

    const shown = (events: readonly CapturedEvent[]): unknown[] =>
      events.map(({ event, previous }) => (previous === null ? event : [event, previous]))

    for (const { title, table, row, change, emits } of CAPTURE_CASES) {
      test(title, async () => {
        const id = row === undefined ? undefined : await crm.insert(table, row)
        const events = await crm.eventsOf(async () => {
          for (const one of [change].flat()) {
            if (id === undefined) await crm.insert(table, one)
            else await crm.update(table, id, one)
          }
        })
        assert.deepEqual(shown(events), emits)
        for (const { organization_id } of events) assert.equal(organization_id, crm.organizationId)
      })
    }

    test('an inbound message that responds to a broadcast emits message.received and broadcast.response', async () => {
      const broadcast_id = await crm.insert('broadcasts', { name: 'Spring' })
      const emitted = await crm.eventsOf(() => crm.insert('messages', inbound({ broadcast_id })))
      assert.deepEqual(shown(emitted), ['message.received', 'broadcast.response'])
      assert.equal(emitted[1]?.data['broadcast_id'], broadcast_id)
      assert.deepEqual(await crm.eventsOf(() => crm.insert('messages', outbound({ broadcast_id }))), [])
      const late = await crm.insert('messages', inbound())
      assert.deepEqual(await crm.eventsOf(() => crm.update('messages', late, { broadcast_id })), [])
    })

    test('the data of an event is the whole row after the change, with times in UTC', async () => {
      const id = await crm.insert('contacts', { first_name: 'John', tags: ['a', 'b'] })
      const [event] = await crm.eventsOf(() =>
        crm.database.transaction(async (connection) => {
          await connection.execute(`set local timezone = 'Asia/Tokyo'`)
          await connection.query(`update contacts set last_name = 'Doe' where id = $1`, [id])
        }),
      )
      const { created_at, updated_at, ...data } = event!.data
      assert.deepEqual(data, {
        id,
        first_name: 'John',
        last_name: 'Doe',
        email: null,
        phone: null,
        company: null,
        tags: ['a', 'b'],
        custom_fields: {},
        assigned_to: null,
        organization_id: crm.organizationId,
      })
      for (const time of [created_at, updated_at])
        assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/)
    })
  })
}
