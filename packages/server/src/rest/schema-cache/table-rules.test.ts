import { verbatim } from '../../domain/messages/phrase.ts'
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../../test/harness/databases.ts'
import { ApiError } from '../../domain/errors.ts'
import type { JsonObject } from '../request/json.ts'
import { HOOK_A, HOOK_B, OURS, THEIRS, expectError, openFixture, operator } from '../rest-fixture.ts'
import type { Fixture } from '../rest-fixture.ts'

const W = 'webhook_configurations'
const E = 'webhook_events'
const shown = { prefer: 'return=representation' }
const hook = { organization_id: OURS, name: 'new', url: 'https://new.example/', events: ['*'] }
const EVENT_1 = '0190e000-0000-7000-8000-000000000001'
const EVENT_2 = '0190e000-0000-7000-8000-000000000002'

for (const engine of ENGINES) {
  describe(`table rules (${engine})`, () => {
    let fixture: Fixture
    let emit: Fixture['ask']

    before(async () => {
      fixture = await openFixture(engine)
      emit = await fixture.withRules({ [E]: { insert: 'idempotent' } })
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    const countEvents = async (): Promise<number> => {
      const { rows } = await fixture.database.query<{ n: number }>(
        'select count(*)::int as n from webhooks.webhook_events',
      )
      return rows[0]!.n
    }

    it('a body can only name writable columns', async () => {
      const ask = await fixture.withRules({ [W]: { writable: ['name'] } })
      expectError(
        await ask('PATCH', `${W}?id=eq.${HOOK_A}`, { body: { url: 'https://x.example/' } }),
        400,
        'PGRST204',
      )
    })

    it('beforeInsert can change rows and set columns that a body cannot name', async () => {
      const ask = await fixture.withRules({
        [W]: {
          writable: Object.keys(hook),
          beforeInsert: (_connection, rows) =>
            rows.map((row) => ({ ...row, secret: 'v1.sealed', secret_hint: '…ed' })),
        },
      })
      const { json } = await ask('POST', `${W}?select=name,has_secret,secret_hint`, {
        body: hook,
        headers: shown,
      })
      assert.deepEqual(json, [{ name: 'new', has_secret: true, secret_hint: '…ed' }])
    })

    it('an error of beforeInsert refuses the insert and rolls its changes back', async () => {
      let commits = 0
      const ask = await fixture.withRules({
        [W]: {
          async beforeInsert(connection) {
            await connection.query(`update webhooks.webhook_configurations set name = 'gone' where id = $1`, [
              HOOK_A,
            ])
            throw new ApiError(400, '22023', verbatim('no'))
          },
          afterCommit: () => (commits += 1),
        },
      })
      expectError(await ask('POST', W, { body: hook }), 400, '22023')
      const { json } = await ask('GET', `${W}?select=name&id=eq.${HOOK_A}`)
      assert.deepEqual([json, commits], [[{ name: 'a' }], 0])
    })

    it('afterCommit is called once for each committed write', async () => {
      let commits = 0
      const ask = await fixture.withRules({ [W]: { afterCommit: () => (commits += 1) } })
      await ask('POST', W, { body: [hook, hook] })
      await ask('PATCH', `${W}?id=eq.${HOOK_A}`, { body: { name: 'x' } })
      await ask('GET', W)
      await ask('DELETE', `${W}?id=eq.${HOOK_A}`)
      assert.equal(commits, 3)
    })

    it('beforeUpdate can change each row differently', async () => {
      const ask = await fixture.withRules({
        [W]: {
          beforeUpdate: (_connection, change, ids) =>
            new Map(
              ids.map((id): [string, JsonObject] => [
                id,
                id === HOOK_A ? { ...change, secret: 'v1.a', secret_hint: 'for a' } : change,
              ]),
            ),
        },
      })
      const path = `${W}?id=in.(${HOOK_A},${HOOK_B})&select=name,description,has_secret,secret_hint&order=name`
      const { status, json } = await ask('PATCH', path, { body: { description: 'x' }, headers: shown })
      assert.deepEqual(
        [status, json],
        [
          200,
          [
            { name: 'a', description: 'x', has_secret: true, secret_hint: 'for a' },
            { name: 'b', description: 'x', has_secret: false, secret_hint: null },
          ],
        ],
      )
    })

    it('beforeUpdate can leave a change as it is, and is called even if no row matches', async () => {
      const seen: (readonly string[])[] = []
      const ask = await fixture.withRules({
        [W]: {
          beforeUpdate(_connection, _change, ids) {
            seen.push(ids)
            return undefined
          },
        },
      })
      const body = { description: 'x' }
      const changed = await ask('PATCH', `${W}?name=eq.a&select=description`, { body, headers: shown })
      assert.deepEqual(changed.json, [{ description: 'x' }])
      const none = await ask('PATCH', `${W}?name=eq.z`, { body, headers: shown })
      assert.deepEqual([none.body, seen], ['[]', [[HOOK_A], []]])
    })

    it('the data of an event keeps its digits and the order of its keys', async () => {
      const data = '{"b":1.10,"a":12345678901234567890}'
      await emit('POST', E, { body: `{"organization_id":"${OURS}","event":"deal.created","data":${data}}` })
      const { rows } = await fixture.database.query<{ data: string }>(
        'select data from webhooks.webhook_events',
      )
      assert.equal(rows[0]?.data, data)
    })

    it('an insert with an existing id returns the stored event', async () => {
      const event = { id: EVENT_1, organization_id: OURS, event: 'deal.created', data: { n: 1 } }
      await emit('POST', E, { body: event })
      const repeated = await emit('POST', `${E}?select=id,data`, {
        body: { ...event, data: { n: 2 } },
        headers: shown,
      })
      assert.deepEqual([repeated.status, repeated.json], [201, [{ id: EVENT_1, data: { n: 1 } }]])
      const mixed = await emit('POST', `${E}?select=id`, {
        body: [{ ...event, id: EVENT_2 }, event],
        headers: { prefer: 'return=representation,count=exact' },
      })
      assert.deepEqual(
        [mixed.json, mixed.headers['content-range']],
        [[{ id: EVENT_2 }, { id: EVENT_1 }], '*/2'],
      )
      assert.equal(await countEvents(), 2)
    })

    it('an insert with an existing id can return the stored event as an object', async () => {
      const event = { id: EVENT_1, organization_id: OURS, event: 'deal.created', data: {} }
      await emit('POST', E, { body: event })
      const headers = { ...shown, accept: 'application/vnd.pgrst.object+json' }
      const { status, json } = await emit('POST', `${E}?select=id`, { body: event, headers })
      assert.deepEqual([status, json], [201, { id: EVENT_1 }])
    })

    it('two organizations can store events with the same id', async () => {
      const event = { id: EVENT_1, organization_id: THEIRS, event: 'deal.created', data: { n: 1 } }
      await emit('POST', E, { body: event, principal: operator })
      const body = [
        { ...event, id: EVENT_2, organization_id: OURS },
        { ...event, organization_id: OURS, data: { n: 2 } },
      ]
      const path = `${E}?select=id,organization_id,data`
      const { status, json } = await emit('POST', path, { body, headers: shown })
      const stored = body.map(({ id, organization_id, data }) => ({ id, organization_id, data }))
      assert.deepEqual([status, json], [201, stored])
      const repeated = await emit('POST', path, { body, headers: shown, principal: operator })
      assert.deepEqual([repeated.status, repeated.json], [201, json])
      assert.equal(await countEvents(), 3)
    })

    it('on_conflict accepts only the key of an event', async () => {
      const body = { id: EVENT_1, organization_id: OURS, event: 'deal.created', data: {} }
      for (const key of ['id', 'id,organization_id', 'organization_id,id']) {
        assert.equal((await emit('POST', `${E}?on_conflict=${key}`, { body })).status, 201)
      }
      assert.equal(await countEvents(), 1)
      expectError(await emit('POST', `${E}?on_conflict=organization_id`, { body }), 400, '42P10')
      expectError(await emit('POST', `${E}?on_conflict=id,event`, { body }), 400, '42P10')
      expectError(await emit('POST', `${E}?on_conflict=nope`, { body }), 400, '42703')
    })

    it('each insert without an id stores a new event', async () => {
      const event = { organization_id: OURS, event: 'deal.created', data: {} }
      await emit('POST', E, { body: [event, event] })
      assert.equal(await countEvents(), 2)
      expectError(await emit('POST', E, { body: [event, { ...event, id: EVENT_1 }] }), 400, 'PGRST102')
    })
  })
}
