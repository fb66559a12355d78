import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

type Row = Record<string, unknown>

for (const engine of ENGINES) {
  suite(`reference CRM (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine)
    })
    after(() => api.close())

    async function post(table: string, row: Row, headers: Record<string, string> = {}) {
      const body = { organization_id: OURS, ...row }
      const prefer = ['return=representation', headers['prefer'] ?? []].flat().join(', ')
      return await api.ask<Row[] & ErrorBody>('POST', table, { body, headers: { ...headers, prefer } })
    }

    async function insert(table: string, row: Row = {}): Promise<Row & { id: string }> {
      const { status, json } = await post(table, row)
      assert.equal(status, 201, JSON.stringify(json))
      return json[0] as Row & { id: string }
    }

    async function patch(table: string, id: string, body: Row) {
      const headers = { prefer: 'return=representation' }
      return await api.ask<Row[] & ErrorBody>('PATCH', `${table}?id=eq.${id}`, { body, headers })
    }

    test('a conversation starts open, a message queued or received, and a meeting without a recording', async () => {
      const { status, priority } = await insert('conversations')
      assert.deepEqual([status, priority], ['open', 'normal'])
      assert.equal((await insert('messages', { direction: 'outbound' }))['status'], 'queued')
      assert.equal((await insert('messages', { direction: 'inbound' }))['status'], 'received')
      assert.equal((await insert('meetings'))['recording_status'], 'none')
    })

    for (const [table, row] of [
      ['conversations', { status: 'lost' }],
      ['conversations', { priority: 'whatever' }],
      ['messages', { direction: 'sideways' }],
      ['messages', { direction: 'inbound', status: 'delivered' }],
      ['messages', { direction: 'outbound', status: 'received' }],
      ['messages', { direction: 'outbound', media: {} }],
      ['broadcasts', { name: '' }],
      ['broadcasts', { name: 'later', status: 'scheduled' }],
      ['meetings', { duration_minutes: -1 }],
      ['meetings', { recording_status: 'done' }],
      ['deals', { stage: '' }],
      ['deals', { currency: 'euro' }],
    ] as const) {
      test(`a row of ${table} with ${JSON.stringify(row)} is refused`, async () => {
        const { status, json } = await post(table, row)
        assert.deepEqual([status, json.code], [400, '23514'])
      })
    }

    test('updated_at changes only when the row changes, and cannot be written', async () => {
      for (const [table, row, change] of [
        ['contacts', {}, { company: 'x' }],
        ['deals', {}, { title: 'x' }],
        ['conversations', {}, { subject: 'x' }],
        ['messages', { direction: 'inbound' }, { body: 'x' }],
        ['broadcasts', { name: 'a' }, { name: 'x' }],
        ['meetings', {}, { title: 'x' }],
      ] as const) {
        const { id, updated_at } = await insert(table, row)
        const [changed] = (await patch(table, id, change)).json
        assert.notEqual(changed?.['updated_at'], updated_at, table)
        const [same] = (await patch(table, id, change)).json
        assert.equal(same?.['updated_at'], changed?.['updated_at'], table)
        assert.equal((await patch(table, id, { updated_at: '2020-01-01' })).json.code, 'PGRST204', table)
      }
    })

    test('a message keeps the time at which it first had each status', async () => {
      const { id, sent_at, delivered_at } = await insert('messages', {
        direction: 'outbound',
        status: 'sent',
      })
      assert.ok(sent_at)
      assert.equal(delivered_at, null)
      for (const status of ['delivered', 'sent', 'read', 'failed', 'sent'])
        await patch('messages', id, { status })
      const { json } = await api.ask<Row[]>('GET', `messages?id=eq.${id}`)
      const [message] = json
      assert.equal(message?.['sent_at'], sent_at)
      assert.equal(message?.['status'], 'sent')
      for (const time of ['delivered_at', 'read_at', 'failed_at']) assert.ok(message?.[time], time)
    })

    test('a message that was sent elsewhere keeps the times that it is inserted with', async () => {
      const at = '2024-05-06T07:08:09+00:00'
      const { read_at, sent_at } = await insert('messages', {
        direction: 'outbound',
        status: 'read',
        sent_at: at,
        read_at: at,
      })
      assert.deepEqual([read_at, sent_at], [at, at])
    })

    for (const [table, row] of [
      ['messages', { direction: 'inbound' }],
      ['meetings', {}],
    ] as const) {
      test(`external_id of ${table} is unique within an organization, and a row can be upserted by it`, async () => {
        const first = await insert(table, { ...row, external_id: 'ext-1' })
        const again = await post(table, { ...row, external_id: 'ext-1' })
        assert.deepEqual([again.status, again.json.code], [409, '23505'])
        const upserted = await post(
          `${table}?on_conflict=organization_id,external_id`,
          { ...row, external_id: 'ext-1' },
          { prefer: 'resolution=merge-duplicates' },
        )
        assert.equal(upserted.json[0]?.['id'], first.id)
        await insert(table, { ...row, external_id: 'ext-1', organization_id: THEIRS })
        await insert(table, { ...row })
        await insert(table, { ...row })
      })
    }

    test("a reference to another organization's record is refused like one to a missing record", async () => {
      const contact = await insert('contacts', { organization_id: THEIRS })
      const missing = '0193f0a2-6c1b-7c3e-8f00-00000000dead'
      for (const [table, row] of [
        ['deals', {}],
        ['conversations', {}],
        ['messages', { direction: 'inbound' }],
        ['meetings', {}],
      ] as const) {
        const theirs = await post(table, { ...row, contact_id: contact.id })
        const unknown = await post(table, { ...row, contact_id: missing })
        assert.deepEqual([theirs.status, theirs.json.code], [409, '23503'], table)
        const text = JSON.stringify(theirs.json).replaceAll(contact.id, missing)
        assert.equal(text, JSON.stringify(unknown.json), table)
        const { id } = await insert(table, row)
        assert.equal((await patch(table, id, { contact_id: contact.id })).json.code, '23503', table)
      }
    })

    test('related records can be embedded by table and by column', async () => {
      const contact = await insert('contacts', { first_name: 'Ann' })
      const conversation = await insert('conversations', { contact_id: contact.id })
      const broadcast = await insert('broadcasts', { name: 'Spring' })
      await insert('messages', {
        direction: 'inbound',
        conversation_id: conversation.id,
        contact_id: contact.id,
        broadcast_id: broadcast.id,
        body: 'Hi',
      })
      await insert('meetings', { contact_id: contact.id, title: 'Call' })
      const { json } = await api.ask<Row[]>(
        'GET',
        `contacts?id=eq.${contact.id}&select=first_name,conversations(status,messages(body,broadcast_id(name))),meetings(title)`,
      )
      assert.deepEqual(json, [
        {
          first_name: 'Ann',
          conversations: [{ status: 'open', messages: [{ body: 'Hi', broadcast_id: { name: 'Spring' } }] }],
          meetings: [{ title: 'Call' }],
        },
      ])
    })

    test('deleting a contact deletes its conversations and messages, and keeps its deals and meetings', async () => {
      const { id: contact_id } = await insert('contacts')
      const { id: conversation_id } = await insert('conversations', { contact_id })
      const rows = [
        ['messages', await insert('messages', { direction: 'inbound', conversation_id, contact_id })],
        ['deals', await insert('deals', { contact_id })],
        ['meetings', await insert('meetings', { contact_id })],
      ] as const
      assert.equal((await api.ask('DELETE', `contacts?id=eq.${contact_id}`)).status, 204)
      const left = rows.map(
        async ([table, { id }]) => (await api.ask<Row[]>('GET', `${table}?id=eq.${id}`)).json,
      )
      const [messages, deals, meetings] = await Promise.all(left)
      assert.deepEqual(messages, [])
      assert.deepEqual([deals?.[0]?.['contact_id'], meetings?.[0]?.['contact_id']], [null, null])
    })
  })
}
