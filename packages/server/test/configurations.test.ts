import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import type { DeliveryRow, ErrorBody, WebhookRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { mainKeysOf } from './harness/error-keys.ts'

onEachEngine('webhooks', (stage) => {
  const valid = () => ({
    organization_id: stage.organizationId,
    name: 'CRM Sync',
    url: 'https://crm.example.com/webhook',
    events: ['contact.created'],
  })

  const refused: readonly [string, object, string, RegExp][] = [
    ['an empty name', { name: '' }, 'name', /must not be empty/],
    ['a URL without https', { url: 'ftp://crm.example.com' }, 'url', /must start with https/],
    ['a URL with credentials', { url: 'https://user:pw@crm.example.com' }, 'url', /user name or password/],
    ['a URL with a fragment', { url: 'https://crm.example.com/#x' }, 'url', /fragment/],
    ['a private address', { url: 'https://10.0.0.1/x' }, 'url', /10\.0\.0\.1 is private/],
    ['a mistyped event', { events: ['contact.create'] }, 'events', /nearest are 'contact\.created'/],
    ['a mistyped wildcard', { events: ['contact*'] }, 'events', /nearest are 'contact\.\*'/],
    ['an event that is not text', { events: [5] }, 'events', /events\.0: must be an event type, such as/],
    ['a URL that is not text', { url: null }, 'url', /must be an absolute URL, such as "https:/],
    [
      'a filter with an unknown operator',
      { filter: { 'data.x': { $foo: 1 } } },
      'filter',
      /^filter\.data\.x: \$foo is not/,
    ],
    ['a filter that is not an object', { filter: 'won' }, 'filter', /^filter: must be an object, such as/],
    ['an empty list of events', { events: [] }, 'events', /at least one/],
    ['events that are not a list', { events: 'contact.created' }, 'events', /must be a list/],
    ['a short secret', { secret: 'short' }, 'secret', /8 to 256 printable ASCII/],
    ['a non-ASCII secret', { secret: 'sécret-key' }, 'secret', /printable ASCII/],
    [
      'a whsec_ secret that is not base64',
      { secret: 'whsec_not base64!' },
      'secret',
      /24 to 64 bytes in base64/,
    ],
    ['a secret that resembles "generate"', { secret: ' Generate' }, 'secret', /exactly "generate"/],
    ['a blank secret', { secret: ' '.repeat(8) }, 'secret', /must not be blank/],
    ['an unpadded whsec_ secret', { secret: `whsec_${'A'.repeat(34)}` }, 'secret', /padded with =/],
    ['a URL with a space', { url: 'https://crm.example.com/a b' }, 'url', /contains a blank at character 26/],
    [
      'more than a hundred events',
      { events: Array.from({ length: 101 }, () => '*') },
      'events',
      /more than 100/,
    ],
    ['a header of ConnectGain', { headers: { 'X-Webhook-Signature': 'x' } }, 'headers', /set by ConnectGain/],
    ['a connection header', { headers: { host: 'x' } }, 'headers', /set by ConnectGain/],
    ['a header value with a line break', { headers: { 'X-A': 'a\r\nb: c' } }, 'headers', /printable ASCII/],
    ['a timeout out of range', { timeout_ms: 5 }, 'timeout_ms', /from 100 to 60000/],
    ['an is_active that is not a boolean', { is_active: 'yes' }, 'is_active', /true or false/],
  ]

  for (const [what, fields, field, message] of refused) {
    test(`a webhook with ${what} is refused on POST and on PATCH, naming the field and what is allowed`, async () => {
      const { id } = await createWebhook(stage, {})
      for (const [method, path, body] of [
        ['POST', 'webhook_configurations', { ...valid(), ...fields }],
        ['PATCH', `webhook_configurations?id=eq.${id}`, fields],
      ] as const) {
        const response = await stage.server.api.request<ErrorBody>(method, path, body)
        assert.equal(response.status, 400, JSON.stringify(response.body))
        assert.deepEqual(mainKeysOf(response.body), ['code', 'details', 'hint', 'message'])
        assert.equal(response.body.details, field)
        assert.match(response.body.message, message)
      }
    })
  }

  test('a webhook without a URL is refused, naming the missing field', async () => {
    const { url: _, ...withoutUrl } = valid()
    const { status, body } = await stage.server.api.request<ErrorBody>(
      'POST',
      'webhook_configurations',
      withoutUrl,
    )
    assert.deepEqual([status, body.details], [400, 'url'])
    assert.match(body.message, /^url: is missing; it must be an absolute URL/)
  })

  test('an insert of several webhooks with an invalid one is refused, naming its row', async () => {
    const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', [
      valid(),
      { ...valid(), url: 'ftp://crm.example.com', events: [] },
    ])
    assert.deepEqual([status, body.details], [400, 'url, events'])
    assert.match(body.message, /^row 1: url: it must start with https:\/\/.*; events: must name at least one/)
  })

  test('a webhook with an unknown column is refused, naming the column', async () => {
    const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
      ...valid(),
      colour: 'red',
    })
    assert.deepEqual([status, body.code], [400, 'PGRST204'])
    assert.match(body.message, /colour/)
  })

  test('the secret of a webhook is in no response and not in the log of the server', async () => {
    const secret = 'a-very-secret-key-9876'
    const { id } = await createWebhook(stage, { secret })
    const { api } = stage.server
    const answers = [
      await api.request('GET', `webhook_configurations?id=eq.${id}`),
      await api.request('GET', `webhook_configurations?id=eq.${id}&select=secret`),
      await api.request('GET', `webhook_configurations?secret=like.*secret*`),
      await api.request('GET', `webhook_configurations?order=secret`),
      await api.request(
        'PATCH',
        `webhook_configurations?id=eq.${id}`,
        { secret },
        { prefer: 'return=representation' },
      ),
      await api.request('PATCH', `webhook_configurations?id=eq.${id}`, { secret: `${secret}\u0000` }),
      await api.rpc('test_webhook', { webhook_id: id }),
      await api.request('DELETE', `webhook_configurations?id=eq.${id}`, undefined, {
        prefer: 'return=representation',
      }),
    ]
    for (const { body } of answers) assert.equal(JSON.stringify(body ?? '').includes(secret), false)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 400, 400, 400, 200, 400, 200, 200],
    )
    assert.equal(stage.server.output().includes(secret), false)
  })

  test('the secret "generate" creates a secret that is returned once and signs from then on', async () => {
    const { api } = stage.server
    const body = {
      ...valid(),
      events: ['message.failed'],
      url: new URL('/generated', stage.receiver.url).href,
      secret: 'generate',
    }
    const { id, secret } = await api.insert<{ id: string; secret: string }>(
      'webhook_configurations?select=id',
      body,
    )
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    assert.equal('secret' in (await api.get(`webhook_configurations?id=eq.${id}`))[0]!, false)
    await api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'message.failed',
      data: {},
    })
    const [request] = await stage.receiver.received('/generated', 1)
    assert.ok(request)
    await verifyWebhook({ body: request.body, headers: request.headers, secret })

    const changed = await api.request<{ secret: string }[]>(
      'PATCH',
      `webhook_configurations?id=eq.${id}`,
      { secret: 'generate' },
      { prefer: 'return=representation' },
    )
    assert.match(changed.body[0]?.secret ?? '', /^whsec_/)
    assert.notEqual(changed.body[0]?.secret, secret)
  })

  test('a webhook with an id in upper case signs with its secret', async () => {
    const { api } = stage.server
    const id = '0193F0A2-6C1B-7C3E-8F00-0000000000BB'
    const { path } = await createWebhook(stage, { id, events: ['message.sent'], secret: 'your-secret-key' })
    await api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'message.sent',
      data: {},
    })
    const [request] = await stage.receiver.received(path, 1)
    assert.ok(request)
    await verifyWebhook({ body: request.body, headers: request.headers, secret: 'your-secret-key' })
  })

  test('generating secrets is refused with a limit, which leaves rows out of the response', async () => {
    const { status } = await stage.server.api.request(
      'PATCH',
      `webhook_configurations?organization_id=eq.${stage.organizationId}&limit=1`,
      { secret: 'generate' },
      { prefer: 'return=representation' },
    )
    assert.equal(status, 400)
  })

  test('generating a secret is refused without return=representation', async () => {
    const name = 'Never stored'
    const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
      ...valid(),
      name,
      secret: 'generate',
    })
    assert.equal(status, 400)
    assert.match(body.hint ?? '', /return=representation/)
    assert.deepEqual(
      await stage.server.api.get(`webhook_configurations?name=eq.${encodeURIComponent(name)}`),
      [],
    )
  })

  test('a webhook receives the next event after it is created, and none while it is disabled', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
    const sibling = await createWebhook(stage, { events: ['deal.created'] })
    await api.insert('deals', { organization_id: stage.organizationId, title: 'next' })
    assert.equal((await stage.receiver.received(path, 1)).length, 1)
    await api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    await api.insert('deals', { organization_id: stage.organizationId, title: 'unseen' })
    await stage.receiver.received(sibling.path, 2)
    await api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    await api.insert('deals', { organization_id: stage.organizationId, title: 'seen' })
    const titles = (await stage.receiver.received(path, 2)).map(({ json }) => json.data['title'])
    assert.deepEqual(titles, ['next', 'seen'])
  })

  for (const [how, reason] of [
    ['disabled', 'webhook disabled'],
    ['deleted', 'webhook deleted'],
  ] as const) {
    test(`when a webhook is ${how}, its pending deliveries are cancelled with that reason`, async () => {
      const { api } = stage.server
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, (response) => response.writeHead(503, { 'retry-after': '3600' }).end())
      await api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.updated',
        data: {},
      })
      await api.rows(`webhook_deliveries?webhook_id=${id}&status=retrying`, 1)
      if (how === 'deleted') await api.request('DELETE', `webhook_configurations?id=eq.${id}`)
      else await api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
      const [delivery] = await api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=cancelled`,
        1,
      )
      assert.deepEqual([delivery?.reason, delivery?.next_attempt_at], [reason, null])
    })
  }

  test('enabling a webhook clears its disabled_reason', async () => {
    const { api } = stage.server
    const { id, path } = await createWebhook(stage, { events: ['message.sent'] })
    stage.receiver.reply(path, 410)
    await api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'message.sent',
      data: {},
    })
    await api.rows(`webhook_configurations?id=eq.${id}&is_active=false`, 1)
    await api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
    const [webhook] = await api.get<WebhookRow>(`webhook_configurations?id=eq.${id}`)
    assert.equal(webhook?.disabled_reason, null)
  })
})
