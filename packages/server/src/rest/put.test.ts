import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { HOOK_A, HOOK_THEIRS, OURS, THEIRS, expectError, openFixture, operator } from './rest-fixture.ts'
import type { Answer, Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const NEW_ID = '0190b000-0000-7000-8000-0000000000ff'
const shown = 'return=representation'
const hook = { organization_id: OURS, name: 'new', url: 'https://new.example/', events: ['*'] }

for (const engine of ENGINES) {
  describe(`PUT of one row (${engine})`, () => {
    let fixture: Fixture
    const put = async (path: string, body: unknown, prefer = ''): Promise<Answer> =>
      await fixture.ask('PUT', path, { body, headers: { prefer } })

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    it('a row that does not exist is created with 201, and changed with 200 or 204 from then on', async () => {
      const path = `${W}?id=eq.${NEW_ID}&select=name,url`
      const created = await put(path, { ...hook, id: NEW_ID }, shown)
      assert.deepEqual([created.status, created.json], [201, [{ name: 'new', url: hook.url }]])
      assert.equal(created.headers['preference-applied'], shown)
      const changed = await put(path, { ...hook, id: NEW_ID, name: 'other' }, shown)
      assert.deepEqual([changed.status, changed.json], [200, [{ name: 'other', url: hook.url }]])
      const silent = await put(path, [{ ...hook, id: NEW_ID.toUpperCase() }])
      assert.deepEqual([silent.status, silent.body], [204, ''])
      const other = `${NEW_ID.slice(0, -1)}e`
      assert.equal((await put(`${W}?id=eq.${other}`, { ...hook, id: other })).status, 201)
    })

    it('a filter by anything but the whole primary key is refused with the methods to use', async () => {
      for (const search of [
        '',
        'name=eq.a',
        `id=eq.${HOOK_A}&name=eq.a`,
        `id=in.(${HOOK_A})`,
        `id=not.eq.${HOOK_A}`,
        `id=neq.${HOOK_A}`,
        `id=eq.${HOOK_A}&id=eq.${HOOK_A}`,
        `or=(id.eq.${HOOK_A})`,
      ]) {
        const answer = await put(`${W}?${search}`, { ...hook, id: HOOK_A })
        expectError(answer, 405, 'PGRST105')
        assert.match(answer.headers['allow'] ?? '', /PATCH,PUT/)
      }
    })

    it('limit and offset are refused', async () => {
      for (const limits of ['limit=1', 'offset=0'])
        expectError(await put(`${W}?id=eq.${HOOK_A}&${limits}`, { ...hook, id: HOOK_A }), 400, 'PGRST114')
    })

    it('a body without the primary key of the filter, or with several rows, is refused', async () => {
      const row = { ...hook, id: HOOK_A }
      for (const body of [hook, { ...hook, id: NEW_ID }, { ...hook, id: null }, [row, row], []])
        expectError(await put(`${W}?id=eq.${HOOK_A}`, body), 400, 'PGRST115')
      expectError(await put(`${W}?id=eq.${HOOK_A}&columns=name`, row), 400, 'PGRST115')
      const { json } = await fixture.ask('GET', `${W}?id=eq.${HOOK_A}&select=name`)
      assert.deepEqual(json, [{ name: 'a' }])
    })

    it("another organization's row is neither changed nor revealed", async () => {
      const body = { ...hook, id: HOOK_THEIRS }
      expectError(await put(`${W}?id=eq.${HOOK_THEIRS}`, body), 403, '42501')
      expectError(
        await put(`${W}?id=eq.${HOOK_A}`, { ...hook, id: HOOK_A, organization_id: THEIRS }),
        403,
        '42501',
      )
      const { json } = await fixture.ask('GET', `${W}?id=eq.${HOOK_THEIRS}&select=name`, {
        principal: operator,
      })
      assert.deepEqual(json, [{ name: 'f' }])
    })

    it('a table whose rows cannot be given a key and changed is refused, with the methods that it has', async () => {
      for (const table of ['webhook_logs', 'webhook_deliveries']) {
        const answer = await put(`${table}?id=eq.${HOOK_A}`, { id: HOOK_A })
        expectError(answer, 405, 'PGRST117')
        assert.equal(answer.headers['allow'], 'OPTIONS,GET,HEAD')
      }
    })
  })
}
