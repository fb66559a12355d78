import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'

interface Refusal {
  code: string
  message: string
  details: string | null
}

suite('refusals that say what is wrong', () => {
  let api: InProcessApi
  before(async () => {
    api = await openApi(ANY_ENGINE)
  })
  after(() => api.close())

  const webhook = (fields: object): object => ({
    organization_id: OURS,
    name: 'CRM',
    url: 'https://crm.example/hook',
    events: ['*'],
    ...fields,
  })
  const refuse = async (table: string, body: unknown): Promise<string> => {
    const { status, json } = await api.ask<Refusal>('POST', table, { body })
    assert.equal(status, 400, JSON.stringify(json))
    return json.message
  }

  for (const [secret, problem] of [
    ['abcdefgh ', 'must not begin or end with a space'],
    [' whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'must not begin or end with a space'],
    ['v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'must be given without the prefix v1'],
    ['WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'must begin with whsec_ in lower case'],
    ['"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"', 'must be given without the quotes around it'],
    ['v1whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'must begin with whsec_ exactly'],
    ['whsec-MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'must begin with whsec_ exactly'],
    ['sha256=0123456789abcdef', 'must be given without the prefix sha256='],
    ['whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'is a key of asymmetric signatures'],
  ] as const) {
    test(`the secret ${JSON.stringify(secret)} is refused: ${problem}`, async () => {
      assert.ok(
        (await refuse('webhook_configurations', webhook({ secret }))).startsWith(`secret: ${problem}`),
      )
    })
  }

  test('a header in two spellings is refused with the name of the other', async () => {
    const headers = { Authorization: 'Bearer a', authorization: 'Bearer b' }
    assert.match(
      await refuse('webhook_configurations', webhook({ headers })),
      /authorization: is the same header as Authorization/,
    )
  })

  for (const [url, problem] of [
    ['https://exa mple.com/x', 'it contains a blank at character 12; write it as %20'],
    ['https://example.com/"x', 'it contains " at character 21; write it as %22'],
    [' https://example.com/', 'it contains a blank at character 1; remove it'],
    ['“https://example.com/”', 'it contains “ at character 1; remove it'],
    ['https://example.com/x\u200b', 'it contains a control character at character 22; remove it'],
    ['https://example.com/\tx', 'it contains a blank at character 21; write it as %09'],
  ] as const) {
    test(`the URL ${JSON.stringify(url)} is refused: ${problem}`, async () => {
      assert.equal(await refuse('webhook_configurations', webhook({ url })), `url: ${problem}`)
    })
  }

  for (const [field, value, problem] of [
    ['value', 'NaN', 'must be a finite number, not NaN'],
    ['value', '-Infinity', 'must be a finite number, not -Infinity'],
    ['expected_close_date', 'infinity', 'must be a date, not infinity'],
  ] as const) {
    test(`a deal whose ${field} is ${value} is refused: ${problem}`, async () => {
      assert.equal(
        await refuse('deals', { organization_id: OURS, title: 'Deal', [field]: value }),
        `${field}: ${problem}`,
      )
    })
  }

  test('a text that cannot be stored is refused with its row and path, and no row of the batch is stored', async () => {
    const event = (data: object): object => ({ organization_id: OURS, event: 'deal.created', data })
    const batch = [event({ id: 'a' }), event({ deep: { list: ['ok', 'x\u0000y'] } })]
    assert.equal(
      await refuse('webhook_events', batch),
      String.raw`row 1: data.deep.list.1: contains \u0000, which cannot be stored`,
    )
    const lone = `{"organization_id":"${OURS}","event":"deal.created","data":{"b":"\\ud800"}}`
    assert.equal(
      await refuse('webhook_events', lone),
      'data.b: contains half of a surrogate pair, which cannot be stored',
    )
    const contacts = [
      { organization_id: OURS, first_name: 'a' },
      { organization_id: OURS, first_name: '\u0000' },
    ]
    assert.equal(
      await refuse('contacts', contacts),
      String.raw`row 1: first_name: contains \u0000, which cannot be stored`,
    )
    const { rows } = await api.database.query<{ count: number }>(
      'select count(*)::int as count from webhooks.webhook_events',
    )
    assert.deepEqual(rows, [{ count: 0 }])
  })

  for (const number of ['12345678901234567890', '-9007199254740993', '1e400', '9007199254740993.0']) {
    test(`a filter with the number ${number} is refused, because it cannot be compared exactly`, async () => {
      const body = JSON.stringify(webhook({ filter: 'FILTER' })).replace('"FILTER"', `{"data.id": ${number}}`)
      assert.match(
        await refuse('webhook_configurations', body),
        /^filter\.data\.id: has a number that cannot be/,
      )
    })
  }

  test('a number beyond those of JSON is refused with its row and column', async () => {
    const contacts = [{ organization_id: OURS }, { organization_id: OURS }]
    const body = JSON.stringify(contacts.map((row) => ({ ...row, custom_fields: { a: 1 } })))
    const last = body.lastIndexOf('{"a":1}')
    assert.match(
      await refuse('contacts', `${body.slice(0, last)}{"a":1e999999}${body.slice(last + 7)}`),
      /^row 1: custom_fields: /,
    )
  })

  test('a body that is not UTF-8 is refused with the byte, unless its charset is named', async () => {
    const latin1 = Buffer.from(`{"organization_id":"${OURS}","first_name":"Ren\u00e9"}`, 'latin1')
    const address = await api.listen()
    const send = async (type: string) => {
      return await fetch(`${address}/rest/v1/contacts?select=first_name`, {
        method: 'POST',
        headers: { apikey: SERVICE_KEY, 'content-type': type, prefer: 'return=representation' },
        body: latin1,
      })
    }
    const refused = await send('application/json')
    assert.equal(refused.status, 400)
    assert.equal(
      ((await refused.json()) as Refusal).details,
      `Byte ${latin1.indexOf(0xe9)} does not begin or continue a character.`,
    )
    const taken = await send('application/json; charset=iso-8859-1')
    assert.deepEqual(await taken.json(), [{ first_name: 'René' }])
    assert.equal((await send('application/json; charset=klingon')).status, 415)
  })

  test('a second rotation within the overlap is refused with its end, and one without overlap is not', async () => {
    const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
      body: webhook({ secret: 'generate' }),
      headers: { prefer: 'return=representation' },
    })
    const rotate = async (overlap_hours: number) =>
      await api.ask<Refusal & { previous_secret_until: string }>('POST', 'rpc/rotate_webhook_secret', {
        body: { webhook_id: json[0]?.id, overlap_hours },
      })
    const first = await rotate(24)
    assert.equal(first.status, 200)
    const second = await rotate(24)
    assert.deepEqual([second.status, second.json.code], [409, '55000'])
    assert.ok(second.json.message.includes(first.json.previous_secret_until), second.json.message)
    assert.equal((await rotate(0)).status, 200)
    assert.equal((await rotate(24)).status, 200)
  })
})
