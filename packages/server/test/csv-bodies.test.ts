import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'

suite('bodies in CSV and as forms, in tables that check their values', () => {
  let api: InProcessApi
  let key: string
  before(async () => {
    api = await openApi(ANY_ENGINE)
    key = await api.storeKey(OURS, 'admin')
  })
  after(() => api.close())

  const post = async (path: string, body: string, type = 'text/csv') =>
    await api.ask<{ code?: string; message?: string }>('POST', path, {
      key,
      body,
      headers: { 'content-type': type, prefer: 'return=representation' },
    })

  test('webhooks are inserted from CSV with lists, numbers and booleans, and a sealed secret', async () => {
    const csv = [
      'organization_id,name,url,events,is_active,timeout_ms,secret,description',
      `${OURS},a,https://crm.example.com/a,"{deal.*,contact.created}",false,700,long-enough-1,NULL`,
      `${OURS},b,https://crm.example.com/b,"[""*""]",true,,NULL,"two\nlines"`,
    ].join('\n')
    const path = 'webhook_configurations?select=name,events,is_active,timeout_ms,has_secret,description'
    assert.deepEqual((await post(path, csv)).json, [
      {
        name: 'a',
        events: ['deal.*', 'contact.created'],
        is_active: false,
        timeout_ms: 700,
        has_secret: true,
        description: null,
      },
      {
        name: 'b',
        events: ['*'],
        is_active: true,
        timeout_ms: null,
        has_secret: false,
        description: 'two\nlines',
      },
    ])
  })

  test('events are emitted from CSV with the digits of their data', async () => {
    const csv = `organization_id,event,data\n${OURS},deal.created,"{""id"": ""x"", ""n"": 12345678901234567890}"\n`
    assert.equal((await post('webhook_events', csv)).status, 201)
    const { rows } = await api.database.query<{ data: string }>(
      `select data::text as data from webhooks.webhook_events where data->>'id' = 'x'`,
    )
    assert.match(rows[0]?.data ?? '', /12345678901234567890/)
  })

  test('a value that a rule refuses is refused with its row, counted from 0, and field, and nothing is stored', async () => {
    const csv = `organization_id,name,url,events\n${OURS},ok,https://crm.example.com/,{*}\n${OURS},wrong,https://crm.example.com/,{nope.nope\n`
    const refused = await post('webhook_configurations', csv)
    assert.deepEqual([refused.status, refused.json.code], [400, '22023'])
    assert.match(refused.json.message ?? '', /^row 1: events/)
    const { json } = await api.ask('GET', 'webhook_configurations?name=eq.ok', { key })
    assert.deepEqual(json, [])
  })

  test('a form inserts a webhook, and none into another organization', async () => {
    const form = (organization: string): string =>
      new URLSearchParams({
        organization_id: organization,
        name: 'form',
        url: 'https://crm.example.com/f',
        events: '{*}',
      }).toString()
    const type = 'application/x-www-form-urlencoded'
    assert.equal((await post('webhook_configurations', form(OURS), type)).status, 201)
    const refused = await post('webhook_configurations', form(THEIRS), type)
    assert.deepEqual([refused.status, refused.json.code], [403, '42501'])
  })
})
