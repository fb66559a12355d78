import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { expectError, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const L = 'webhook_logs'

for (const engine of ENGINES) {
  describe(`details that clients of PostgREST rely on (${engine})`, () => {
    let fixture: Fixture
    const ask: Fixture['ask'] = async (...parameters) => await fixture.ask(...parameters)
    const rows = async (path: string): Promise<unknown> => {
      const { status, json, body } = await ask('GET', path)
      assert.equal(status, 200, body)
      return json
    }
    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    it('blanks around the punctuation of a logic tree and in an empty list mean nothing', async () => {
      const found = await rows(
        `${W}?select=name&order=name&or=( name.eq.a, and ( name.eq."b", is_active.is.false ) )`,
      )
      assert.deepEqual(
        found,
        await rows(`${W}?select=name&order=name&or=(name.eq.a,and(name.eq."b",is_active.is.false))`),
      )
      assert.deepEqual(await rows(`${W}?id=in.( )`), [])
    })

    it('a JSON key may begin with digits, and a step that begins with a minus sign has to be an index', async () => {
      assert.deepEqual(await rows(`${W}?select=headers->23-xy-45&name=eq.a`), [{ '23-xy-45': null }])
      assert.deepEqual(await rows(`${W}?select=last:headers->l->>-1&name=eq.a`), [{ last: '8' }])
      for (const path of ['headers->>--34', 'headers->-78xy'])
        expectError(await ask('GET', `${W}?select=${path}`), 400, 'PGRST100')
    })

    it('times are written in the time zone of the preference, and in UTC if it is unknown', async () => {
      const read = async (timezone: string) =>
        await ask('GET', `${L}?select=created_at&limit=1`, { headers: { prefer: `timezone=${timezone}` } })
      const inKolkata = await read('Asia/Kolkata')
      assert.match(JSON.stringify(inKolkata.json), /\+05:30/)
      assert.equal(inKolkata.headers['preference-applied'], 'timezone=Asia/Kolkata')
      assert.match(JSON.stringify((await read('Mars/Base')).json), /\+00:00/)
      const strict = { prefer: 'timezone=Mars/Base, handling=strict' }
      expectError(await ask('GET', L, { headers: strict }), 400, 'PGRST122')
    })

    it('a response names its resource with the parameters in order', async () => {
      const { headers } = await ask('GET', `${W}?select=name&name=eq.a`)
      assert.equal(headers['content-location'], `/rest/v1/${W}?name=eq.a&select=name`)
    })

    it('a limit that ends before the Range begins is refused, and HEAD ignores Range', async () => {
      expectError(await ask('GET', `${L}?limit=2`, { headers: { range: '3-4' } }), 416, 'PGRST103')
      const head = await ask('HEAD', `${L}?select=id`, { headers: { range: '3-4', prefer: 'count=exact' } })
      assert.equal(head.headers['content-range'], '0-4/5')
    })

    it('an array without nulls has its media type, and one with nulls is JSON', async () => {
      const typeFor = async (accept: string) =>
        (await ask('GET', W, { headers: { accept } })).headers['content-type']
      assert.equal(await typeFor('application/vnd.pgrst.array+json'), 'application/json; charset=utf-8')
      assert.equal(
        await typeFor('application/vnd.pgrst.array+json;nulls=stripped'),
        'application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8',
      )
    })

    it('OPTIONS lists the methods that the role may use on a table', async () => {
      const allow = async (table: string) => (await ask('OPTIONS', table)).headers['allow']
      assert.equal(await allow(L), 'OPTIONS,GET,HEAD')
      assert.equal(await allow(W), 'OPTIONS,GET,HEAD,POST,PATCH,PUT,DELETE')
    })

    it('an embedded table with an alias is filtered by the alias and by its own name', async () => {
      const select = `${L}?select=attempt,hook:webhook_configurations!inner(name)&order=attempt`
      const byAlias = await rows(`${select}&hook.name=eq.a`)
      assert.deepEqual(await rows(`${select}&webhook_configurations.name=eq.a`), byAlias)
      assert.deepEqual(await rows(`${select}&webhook_configurations.name=eq.nope`), [])
    })
  })
}
