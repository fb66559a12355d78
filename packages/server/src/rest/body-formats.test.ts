import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { HOOK_A, OURS, expectError, openFixture } from './rest-fixture.ts'
import type { Answer, Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const FORM = 'application/x-www-form-urlencoded'

for (const engine of ENGINES) {
  describe(`bodies in CSV and as forms (${engine})`, () => {
    let fixture: Fixture
    const post = async (path: string, body: string, type = 'text/csv', prefer = ''): Promise<Answer> =>
      await fixture.ask('POST', path, {
        body,
        headers: { 'content-type': type, prefer: `return=representation,${prefer}` },
      })

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    it('each line of CSV after the names is a row, with values of the types of their columns', async () => {
      const csv = [
        'organization_id,first_name,tags,custom_fields',
        `${OURS},ann,"{a,""b,c""}","{""n"":12345678901234567890}"`,
        `${OURS},bob,"[""x""]",{}`,
        '',
      ].join('\r\n')
      const { status, body } = await post('contacts?select=first_name,tags,custom_fields', csv)
      assert.deepEqual(
        [status, body.replaceAll(/\s/g, '')],
        [
          201,
          '[{"first_name":"ann","tags":["a","b,c"],"custom_fields":{"n":12345678901234567890}},' +
            '{"first_name":"bob","tags":["x"],"custom_fields":{}}]',
        ],
      )
    })

    it('NULL is null and an empty cell an empty text, as are quoted ones; other types have no empty text', async () => {
      const csv = `organization_id,first_name,last_name,company,assigned_to\n${OURS},NULL,"NULL",,\n`
      const { json } = await post('contacts?select=first_name,last_name,company,assigned_to', csv)
      assert.deepEqual(json, [{ first_name: null, last_name: 'NULL', company: '', assigned_to: null }])
      const deal = await post('deals?select=title,value', `organization_id,title,value\n${OURS},"",`)
      assert.deepEqual(deal.json, [{ title: '', value: null }])
    })

    it('a quoted cell keeps line breaks, commas and quotation marks', async () => {
      const csv = `\u{feff}organization_id,first_name\n${OURS},"a\r\nb, ""c"""`
      assert.deepEqual((await post('contacts?select=first_name', csv)).json, [{ first_name: 'a\r\nb, "c"' }])
    })

    it('columns leaves out what it does not name, and missing=default fills what the lines lack', async () => {
      const csv = `organization_id,name,url,events,nope\n${OURS},n,https://n.example/,{*},x`
      const path = `${W}?columns=organization_id,name,url,events,is_active&select=name,is_active`
      assert.deepEqual((await post(path, csv, 'text/csv', 'missing=default')).json, [
        { name: 'n', is_active: true },
      ])
      expectError(await post(W, csv), 400, 'PGRST204')
    })

    it('lines can be merged into rows that exist', async () => {
      const csv = `id,organization_id,name,url,events,timeout_ms\n${HOOK_A},${OURS},new,https://a.example/,{*},700`
      const { status, json } = await post(
        `${W}?select=name,timeout_ms`,
        csv,
        'text/csv',
        'resolution=merge-duplicates',
      )
      assert.deepEqual([status, json], [200, [{ name: 'new', timeout_ms: 700 }]])
    })

    it('CSV that cannot be read is refused with the line', async () => {
      const wrong: [string, RegExp][] = [
        ['', /empty/],
        ['a,a\n1,2', /'a' twice/],
        ['a,\n1,2', /no name/],
        ['a,b\n1,2\n\n3', /Line 4 has 1 cells, and the header has 2/],
        ['a,b\n1,"2', /opens a cell in line 2/],
        ['a,b\n1,"2"3', /Line 2 has a quotation mark/],
        ['a,b\n"x\ny",1\n1,2"', /Line 4/],
      ]
      for (const [csv, details] of wrong) {
        assert.match(expectError(await post('contacts', csv), 400, 'PGRST102')['details'] ?? '', details)
      }
    })

    it('CSV without lines stores nothing', async () => {
      const { status, json } = await post('contacts', 'organization_id,first_name\n')
      assert.deepEqual([status, json], [201, []])
    })

    it('CSV whose rows would be much larger than itself is refused', async () => {
      const csv = `organization_id,first_name\n${'1,\n'.repeat(300_000)}`
      expectError(await post('contacts', csv), 413, '54000')
    })

    it('a form is one row', async () => {
      const form = `organization_id=${OURS}&first_name=a%26b+c&tags={x}&custom_fields={"a":1}`
      const { status, json } = await post('contacts?select=first_name,tags,custom_fields', form, FORM)
      assert.deepEqual([status, json], [201, [{ first_name: 'a&b c', tags: ['x'], custom_fields: { a: 1 } }]])
      expectError(await post('contacts', 'first_name=a&first_name=b', FORM), 400, 'PGRST102')
      expectError(await post('contacts', 'nope=a', FORM), 400, 'PGRST204')
      const asForm = await post('contacts', `{"organization_id":"${OURS}"}`, FORM)
      assert.match(expectError(asForm, 400, 'PGRST102')['hint'] ?? '', /application\/json/)
    })

    it('a row can be changed and put by a form', async () => {
      const headers = { 'content-type': FORM, prefer: 'return=representation' }
      const changed = await fixture.ask('PATCH', `${W}?id=eq.${HOOK_A}&select=timeout_ms,is_active`, {
        body: 'timeout_ms=800&is_active=false',
        headers,
      })
      assert.deepEqual(changed.json, [{ timeout_ms: 800, is_active: false }])
      const body = `id=${HOOK_A}&organization_id=${OURS}&name=p&url=https://p.example/&events={*}`
      const put = await fixture.ask('PUT', `${W}?id=eq.${HOOK_A}&select=name`, { body, headers })
      assert.deepEqual([put.status, put.json], [200, [{ name: 'p' }]])
    })

    it('a text that the column cannot have, or another format, is refused', async () => {
      expectError(await post('deals', `organization_id,title,value\n${OURS},x,much`), 400, '22P02')
      expectError(await post('contacts', '<a/>', 'application/xml'), 400, 'PGRST102')
    })
  })
}
