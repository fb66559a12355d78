import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { EVERY_ENGINE } from './harness/databases.ts'
import type { ErrorBody } from './harness/api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import { internalNames } from './harness/internal-names.ts'

// The words of errors are the engine's.
for (const engine of EVERY_ENGINE) {
  suite(`refusals of the database (${engine})`, () => {
    let api: InProcessApi
    let key: string
    let internal: RegExp
    before(async () => {
      api = await openApi(engine)
      key = await api.storeKey(OURS, 'admin')
      internal = await internalNames(api.database, [])
    })
    after(() => api.close())

    const refuse = async (method: string, path: string, body?: unknown): Promise<ErrorBody> => {
      const { status, json } = await api.ask<ErrorBody>(method, path, { key, body })
      assert.ok(status >= 400 && status < 500, `${status} ${JSON.stringify(json)}`)
      assert.doesNotMatch(JSON.stringify(json), internal)
      return json
    }
    const contact = (more: object): object => ({ organization_id: OURS, ...more })

    for (const [table, good, bad, code, field, hint] of [
      [
        'contacts',
        { assigned_to: null },
        { assigned_to: 'me' },
        '22P02',
        'assigned_to',
        /^Set assigned_to to a UUID/,
      ],
      ['contacts', { tags: ['a'] }, { tags: 'a' }, '22P02', 'tags', /^Set tags to a list/],
      ['contacts', { tags: ['a'] }, { tags: null }, '23502', 'tags', /or leave it out for its default/],
      [
        'contacts',
        { custom_fields: {} },
        { custom_fields: [] },
        '23514',
        'custom_fields',
        /must be a JSON object/,
      ],
      ['deals', { value: 1 }, { value: 1e17 }, '22003', 'value', /^Set value to a number/],
      [
        'deals',
        { expected_close_date: null },
        { expected_close_date: '2025-02-30' },
        '22008',
        'expected_close_date',
        /a date, such as/,
      ],
      [
        'deals',
        { currency: 'EUR' },
        { currency: 'euro' },
        '23514',
        'currency',
        /must match \^\[A-Z\]\{3\}\$/,
      ],
      ['deals', { stage: 'New' }, { stage: '' }, '23514', 'stage', /must not be empty/],
      ['deals', { contact_id: null }, { contact_id: THEIRS }, '23503', 'contact_id', /Create that row first/],
      [
        'conversations',
        { status: 'open' },
        { status: 'lost' },
        '23514',
        'status',
        /one of open, pending, resolved, closed/,
      ],
      [
        'meetings',
        { duration_minutes: 1 },
        { duration_minutes: -1 },
        '23514',
        'duration_minutes',
        /at least 0/,
      ],
      [
        'meetings',
        { duration_minutes: 1 },
        { duration_minutes: 2 ** 31 },
        '22003',
        'duration_minutes',
        /whole number/,
      ],
      [
        'broadcasts',
        { name: 'a', status: 'draft' },
        { name: 'b', status: 'scheduled' },
        '23514',
        'status',
        /./,
      ],
    ] as const) {
      test(`${table} with ${JSON.stringify(bad)} are refused with the row, the field and what is right`, async () => {
        const batch = await refuse('POST', table, [contact(good), contact(good), contact(bad)])
        assert.equal(batch.code, code)
        assert.match(batch.message, new RegExp(`^row 2: .*${field}`))
        assert.match(batch.details ?? '', new RegExp(field))
        assert.match(batch.hint ?? '', hint)
        const alone = await refuse('POST', table, contact(bad))
        assert.match(alone.message, new RegExp(`^.*${field}`))
        assert.doesNotMatch(alone.message, /row \d/)
      })
    }

    test('a repeated key is refused with its column and row, within a request and with a stored row', async () => {
      const message = (external_id: string): object => contact({ direction: 'inbound', external_id })
      const inside = await refuse('POST', 'messages', [message('a'), message('b'), message('b')])
      assert.deepEqual([inside.code, inside.details], ['23505', 'external_id'])
      assert.match(inside.message, /^row 2: external_id: duplicate key value/)
      await api.ask('POST', 'messages', { key, body: message('stored') })
      const stored = await refuse('POST', 'messages', [message('c'), message('stored')])
      assert.match(stored.message, /^row 1: external_id: /)
    })

    test("another organization's row in a batch is refused with its row", async () => {
      const { code, details, hint } = await refuse('POST', 'contacts', [
        contact({}),
        { organization_id: THEIRS },
      ])
      assert.deepEqual([code, details], ['42501', 'row 1: organization_id'])
      assert.match(hint ?? '', /must be the organization of the key/)
    })

    test('an unknown event type in a batch is refused with its row, in events and in subscriptions', async () => {
      const event = (name: string): object => contact({ event: name, data: { id: '1' } })
      const emitted = await refuse('POST', 'webhook_events', [event('deal.created'), event('deal.creatd')])
      assert.match(emitted.message, /^row 1: event: 'deal.creatd' is not an event type/)
      const webhook = (name: string): object =>
        contact({ name: 'x', url: 'https://crm.example/', events: [name] })
      const subscribed = await refuse('POST', 'webhook_configurations', [webhook('deal.*'), webhook('del.*')])
      assert.match(subscribed.message, /^row 1: events: 'del.\*' is not/)
    })

    test('an event that is too large, or lacks what others have, is refused with its row', async () => {
      const event = (more: object): object => contact({ event: 'deal.created', data: { id: '1' }, ...more })
      const large = await refuse('POST', 'webhook_events', [
        event({}),
        event({ data: { a: 'x'.repeat(300_000) } }),
      ])
      assert.match(large.message, /^row 1: data: the event has 293 KiB/)
      const timed = await refuse('POST', 'webhook_events', [
        event({}),
        event({ timestamp: '2026-01-01T00:00:00Z' }),
      ])
      assert.match(timed.message, /^row 1: timestamp: /)
      const named = await refuse('POST', 'webhook_events', [event({ id: randomUUID() }), event({})])
      assert.equal(named.details, "Row 1 differs from row 0 in 'id'.")
    })

    test('a row that is no object is refused with its place', async () => {
      const { details, hint } = await refuse('POST', 'contacts', [contact({}), 5])
      assert.equal(details, 'Row 1 is not a JSON object.')
      assert.notEqual(hint, null)
    })

    test('a filter with a value of the wrong type is refused with its column and what it needs', async () => {
      for (const [path, column, need] of [
        ['contacts?assigned_to=eq.me', 'assigned_to', /needs a UUID/],
        ['contacts?id=in.(a,b)', 'id', /needs a UUID/],
        ['deals?or=(value.gt.much,title.eq.a)', 'value', /needs a number/],
        ['deals?created_at=gte.yesterday-ish', 'created_at', /needs an ISO 8601 time/],
        ['contacts?tags=cs.a', 'tags', /needs a list/],
        ['contacts?id=like.a*', 'id', /needs an operator that its type has/],
        ['contacts?first_name=fts.(((', 'first_name', /plfts/],
        ['deals?select=title,contacts(email)&contacts.id=eq.x', 'id', /needs a UUID/],
      ] as const) {
        const { details, hint, message } = await refuse('GET', path)
        assert.equal(details, column, path)
        assert.match(hint ?? '', need)
        assert.notEqual(message, '')
      }
    })

    test('a change of a row that breaks a rule is refused with the field', async () => {
      const { json } = await api.ask<{ id: string }[]>('POST', 'deals', {
        key,
        body: contact({ title: 'x' }),
        headers: { prefer: 'return=representation' },
      })
      const { message, details } = await refuse('PATCH', `deals?id=eq.${json[0]!.id}`, { currency: 'x' })
      assert.deepEqual([message, details], ['currency: must match ^[A-Z]{3}$', 'currency'])
    })
  })
}
