import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

type Answered = Record<string, unknown>[] & ErrorBody
const headers = { prefer: 'return=representation' }
const PAID = {
  name: 'invoice.paid',
  description: 'An invoice was paid',
  schema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
  example: { amount: 129.5 },
}

for (const engine of ENGINES) {
  suite(`custom event types (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine)
    })
    after(() => api.close())

    const register = (body: object | object[]) =>
      api.ask<Answered>('POST', 'webhook_event_types', { body, headers })
    const emit = (event: string, data: object = {}) =>
      api.ask<Answered>('POST', 'webhook_events', { body: { organization_id: OURS, event, data } })

    test('the operator can register, change and delete a custom event type', async () => {
      const { status, json } = await register(PAID)
      assert.equal(status, 201)
      assert.deepEqual(json, [{ ...PAID, category: 'invoice', is_custom: true }])
      const path = 'webhook_event_types?name=eq.invoice.paid'
      const changed = await api.ask<Answered>('PATCH', path, { body: { description: 'Paid' }, headers })
      assert.deepEqual(changed.json, [{ ...PAID, description: 'Paid', category: 'invoice', is_custom: true }])
      assert.equal((await api.ask<Answered>('PATCH', path, { body: { name: 'a.b' } })).json.code, '22023')
      assert.equal((await api.ask<Answered>('DELETE', path, { headers })).json.length, 1)
      assert.equal((await emit('invoice.paid')).status, 400)
    })

    test('a custom event type can be emitted and subscribed to, even with data that do not match its schema', async () => {
      await register({ name: 'invoice.sent', description: 'x', schema: PAID.schema })
      assert.equal((await emit('invoice.sent', { other: true })).status, 201)
      const webhook = (events: string[]) =>
        api.ask<Answered>('POST', 'webhook_configurations', {
          body: { organization_id: OURS, name: 'x', url: 'https://example.com/x', events },
        })
      assert.equal((await webhook(['invoice.sent', 'invoice.*'])).status, 201)
      assert.match((await webhook(['invoices.*'])).json.message, /'invoice\.\*'/)
      assert.match((await emit('invoice.snt')).json.message, /the nearest are 'invoice\.sent'/)
    })

    test('a custom event type has an example and a schema only if they are given', async () => {
      const without = await register([{ name: 'a.first', description: 'x' }])
      const given = await register([{ ...PAID, name: 'a.second' }])
      assert.deepEqual(
        [...without.json, ...given.json].map(({ schema, example }) => [schema, example]),
        [
          [null, {}],
          [PAID.schema, PAID.example],
        ],
      )
    })

    for (const [what, change, field] of [
      ['a name without a dot', { name: 'paid' }, 'name'],
      ['a name with capitals', { name: 'Invoice.Paid' }, 'name'],
      ['a wildcard in its name', { name: 'invoice.*' }, 'name'],
      ['a built-in name', { name: 'contact.created' }, 'name'],
      ['no description', { description: '' }, 'description'],
      ['an invalid schema', { schema: { type: 'objekt' } }, 'schema'],
      [
        'a schema of another dialect',
        { schema: { $schema: 'http://json-schema.org/draft-07/schema#' } },
        'schema',
      ],
      ['a schema of a number', { schema: { type: 'number' } }, 'schema'],
      ['a schema that is too large', { schema: { title: 'x'.repeat(70_000) } }, 'schema'],
      ['a schema that is too deep', { schema: nest(60) }, 'schema'],
      ['an example that is not an object', { example: [1] }, 'example'],
    ] as const) {
      test(`a custom event type with ${what} is refused, naming ${field}`, async () => {
        const { status, json } = await register({ ...PAID, ...change })
        assert.deepEqual([status, json.code, json.details], [400, '22023', field])
      })
    }

    test('the category and is_custom of an event type cannot be written', async () => {
      for (const column of ['category', 'is_custom'])
        assert.equal((await register({ ...PAID, [column]: 'x' })).json.code, 'PGRST204')
    })

    test('built-in event types can be neither changed nor deleted', async () => {
      const path = 'webhook_event_types?name=eq.contact.created'
      for (const answer of [
        await api.ask<Answered>('PATCH', path, { body: { description: 'x' }, headers }),
        await api.ask<Answered>('DELETE', path, { headers }),
      ])
        assert.deepEqual([answer.status, answer.json], [200, []])
      const { json } = await api.ask<Answered>('GET', `${path}&select=description,is_custom`)
      assert.deepEqual(json, [{ description: 'New contact created', is_custom: false }])
    })

    test('the key of an organization cannot register an event type', async () => {
      const key = await api.storeKey(OURS, 'admin')
      const { status, json } = await api.ask<Answered>('POST', 'webhook_event_types', { key, body: PAID })
      assert.deepEqual([status, json.code], [403, '42501'])
    })
  })
}

function nest(levels: number): object {
  return levels === 0 ? { type: 'object' } : { properties: { a: nest(levels - 1) } }
}

onEachEngine('delivery of custom event types', (stage) => {
  test('an existing webhook receives a new custom event type, and test_webhook sends its example', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, { events: ['*'] })
    await api.insert('webhook_event_types', PAID)
    await api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: PAID.name,
      data: { amount: 7 },
    })
    await stage.receiver.received(path, 1)
    const tested = await api.rpc<{ status: string }>('test_webhook', { webhook_id: id, event: PAID.name })
    assert.equal(tested.body.status, 'success')
    const [event, sample] = await stage.receiver.received(path, 2)
    assert.deepEqual([event?.json.event, event?.json.data], [PAID.name, { amount: 7 }])
    assert.deepEqual([sample?.json.event, sample?.json.data], [PAID.name, PAID.example])
  })
})
