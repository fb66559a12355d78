import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import {
  META_SECRET,
  VERIFY_TOKEN,
  inbound,
  otherChange,
  signAsMeta,
  statusOf,
} from './harness/provider-payloads.ts'
import type { SignedRequest } from './harness/provider-payloads.ts'
import { WITHOUT_MARKERS, takenIn } from './harness/taken-in.ts'
import { until } from './harness/until.ts'

interface Message {
  id: string
  contact_id: string
  conversation_id: string
  broadcast_id: string | null
  direction: string
  type: string
  body: string | null
  media: object[]
  status: string
  error: string | null
  delivered_at: string | null
  read_at: string | null
  created_at: string
}

interface Kept {
  reason: string
  payload: string
}

let numbers = 0

onEachEngine('WhatsApp source', (stage) => {
  before(async () => {
    await stage.server.api.insert('webhook_sources', {
      organization_id: stage.organizationId,
      provider: 'whatsapp',
      secret: META_SECRET,
      verify_token: VERIFY_TOKEN,
    })
  })

  const url = (organization = stage.organizationId): string =>
    `${stage.server.url}/sources/whatsapp/${organization}`
  const send = async ({ body, headers }: SignedRequest, organization?: string): Promise<number> =>
    (await fetch(url(organization), { method: 'POST', headers, body })).status
  const tell = async (...payloads: object[]): Promise<void> => {
    for (const payload of payloads) assert.equal(await send(signAsMeta(payload)), 200)
    await takenIn(stage, 'whatsapp')
  }
  const messageOf = async (id: string): Promise<Message> =>
    (await stage.server.api.get<Message>(`messages?external_id=eq.${id}`))[0]!
  const eventsOf = async (id: string): Promise<string[]> =>
    (
      await stage.server.api.get<{ event: string }>(
        `webhook_events?data->>external_id=eq.${id}&order=created_at,id&select=event`,
      )
    ).map(({ event }) => event)
  const newNumber = (): string => String(491_700_000_000 + (numbers += 1))
  /** A message that the CRM has sent. */
  const outbound = async (external_id: string, fields: object = {}) =>
    await stage.server.api.insert<Message>('messages', {
      organization_id: stage.organizationId,
      direction: 'outbound',
      body: 'Hello',
      external_id,
      ...fields,
    })
  const lastReason = async (): Promise<string | undefined> =>
    (
      await stage.server.api.get<Kept>(
        `webhook_source_payloads?${WITHOUT_MARKERS}&order=created_at.desc,id.desc&limit=1`,
      )
    )[0]?.reason

  test('the handshake succeeds only with the verify token', async () => {
    const ask = async (query: Record<string, string>): Promise<Response> =>
      await fetch(`${url()}?${new URLSearchParams(query).toString()}`)
    const right = { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1158201444' }
    const answer = await ask(right)
    assert.deepEqual([answer.status, await answer.text()], [200, '1158201444'])
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    for (const wrong of [
      { ...right, 'hub.verify_token': 'wrong' },
      { ...right, 'hub.mode': 'unsubscribe' },
      { ...right, 'hub.challenge': '<script>' },
      {},
    ]) {
      assert.equal((await ask(wrong)).status, 401)
    }
  })

  test('a received message creates its contact and conversation, and its event is sent', async () => {
    const { path } = await createWebhook(stage, { events: ['message.received'] })
    const from = newNumber()
    await tell(inbound(from, { id: 'wamid.first' }))
    const message = await messageOf('wamid.first')
    assert.deepEqual(
      [message.direction, message.type, message.body, message.status],
      ['inbound', 'text', 'Is the offer still valid?', 'received'],
    )
    assert.equal(Date.parse(message.created_at), 1_764_000_000_000)
    const [contact] = await stage.server.api.get<{ first_name: string; phone: string }>(
      `contacts?id=eq.${message.contact_id}`,
    )
    assert.deepEqual([contact?.first_name, contact?.phone], ['Grace Hopper', `+${from}`])
    const [conversation] = await stage.server.api.get<{ channel: string; status: string }>(
      `conversations?id=eq.${message.conversation_id}`,
    )
    assert.deepEqual([conversation?.channel, conversation?.status], ['whatsapp', 'open'])
    const [request] = await stage.receiver.received(path, 1)
    assert.equal(request?.json.data['external_id'], 'wamid.first')
  })

  test('the next message joins the same conversation until that is closed', async () => {
    const from = newNumber()
    await tell(inbound(from, { id: 'wamid.a1' }))
    await tell(inbound(from, { id: 'wamid.a2' }))
    const [one, two] = [await messageOf('wamid.a1'), await messageOf('wamid.a2')]
    assert.deepEqual([two.contact_id, two.conversation_id], [one.contact_id, one.conversation_id])
    await stage.server.api.patch(`conversations?id=eq.${one.conversation_id}`, { status: 'closed' })
    await tell(inbound(from, { id: 'wamid.a3' }))
    const three = await messageOf('wamid.a3')
    assert.equal(three.contact_id, one.contact_id)
    assert.notEqual(three.conversation_id, one.conversation_id)
  })

  test('an existing contact is found by its number without the plus sign', async () => {
    const from = newNumber()
    const contact = await stage.server.api.insert<{ id: string }>('contacts', {
      organization_id: stage.organizationId,
      phone: from,
    })
    await tell(inbound(from, { id: 'wamid.b1' }))
    assert.equal((await messageOf('wamid.b1')).contact_id, contact.id)
  })

  test('a message that is posted repeatedly, even concurrently, is stored and emitted once', async () => {
    const from = newNumber()
    await Promise.all([1, 2, 3, 4].map(() => tell(inbound(from, { id: 'wamid.c1' }))))
    await Promise.all([2, 3, 4, 5].map((n) => tell(inbound(from, { id: `wamid.c${n}` }))))
    await tell(inbound(from, { id: 'wamid.c1' }))
    assert.deepEqual(await eventsOf('wamid.c1'), ['message.received'])
    const contacts = await stage.server.api.get(`contacts?phone=eq.%2B${from}`)
    assert.equal(contacts.length, 1)
    const messages = await stage.server.api.get<Message>('messages?external_id=like.wamid.c*')
    assert.equal(new Set(messages.map(({ conversation_id }) => conversation_id)).size, 1)
    assert.equal(messages.length, 5)
  })

  test('a message of each type is stored with its text and media', async () => {
    const from = newNumber()
    const image = { id: 'media-1', mime_type: 'image/jpeg', sha256: 'x', caption: 'Our shop' }
    const report = { id: 'media-2', mime_type: 'application/pdf', filename: 'offer.pdf' }
    await tell(
      inbound(
        from,
        { id: 'wamid.d1', type: 'image', image },
        { id: 'wamid.d2', type: 'document', document: report },
        {
          id: 'wamid.d3',
          type: 'interactive',
          interactive: { type: 'button_reply', button_reply: { id: 'y', title: 'Yes' } },
        },
        {
          id: 'wamid.d4',
          type: 'interactive',
          interactive: { type: 'list_reply', list_reply: { id: 'b', title: 'Blue' } },
        },
        { id: 'wamid.d5', type: 'button', button: { text: 'Stop', payload: 'stop' } },
        { id: 'wamid.d6', type: 'reaction', reaction: { message_id: 'wamid.d1', emoji: '👍' } },
        { id: 'wamid.d7', type: 'location', location: { latitude: 52.5, longitude: 13.4, name: 'Berlin' } },
      ),
    )
    const bodies = await stage.server.api.get<Message>('messages?external_id=like.wamid.d*&order=external_id')
    assert.deepEqual(
      bodies.map(({ type, body }) => [type, body]),
      [
        ['image', 'Our shop'],
        ['document', null],
        ['interactive', 'Yes'],
        ['interactive', 'Blue'],
        ['button', 'Stop'],
        ['reaction', '👍'],
        ['location', 'Berlin 52.5,13.4'],
      ],
    )
    assert.deepEqual(bodies[0]!.media, [{ id: 'media-1', mime_type: 'image/jpeg' }])
    assert.deepEqual(bodies[1]!.media, [report])
  })

  test('a reply to a message of a broadcast emits broadcast.response', async () => {
    const broadcast = await stage.server.api.insert<{ id: string }>('broadcasts', {
      organization_id: stage.organizationId,
      name: 'Spring sale',
    })
    await outbound('wamid.e1', { broadcast_id: broadcast.id })
    await tell(inbound(newNumber(), { id: 'wamid.e2', context: { from: '15550001111', id: 'wamid.e1' } }))
    assert.equal((await messageOf('wamid.e2')).broadcast_id, broadcast.id)
    assert.deepEqual((await eventsOf('wamid.e2')).toSorted(), ['broadcast.response', 'message.received'])
  })

  test('each status of a message is stored and emitted once', async () => {
    await outbound('wamid.f1')
    await tell(
      ...['sent', 'delivered', 'delivered', 'read', 'read'].map((status) => statusOf('wamid.f1', status)),
    )
    const message = await messageOf('wamid.f1')
    assert.equal(message.status, 'read')
    assert.equal(Date.parse(message.delivered_at!), 1_764_000_100_000)
    assert.deepEqual(await eventsOf('wamid.f1'), ['message.sent', 'message.delivered', 'message.read'])
  })

  test('a late status is emitted but does not set the message back', async () => {
    await outbound('wamid.g1')
    await tell(...['read', 'delivered', 'sent', 'failed'].map((status) => statusOf('wamid.g1', status)))
    const message = await messageOf('wamid.g1')
    assert.deepEqual([message.status, message.error], ['read', null])
    assert.ok(message.read_at !== null && message.delivered_at !== null)
    assert.deepEqual(await eventsOf('wamid.g1'), ['message.read', 'message.delivered', 'message.sent'])
  })

  test('a status of a message that the CRM has not stored yet waits for the message', async () => {
    await tell(...['delivered', 'sent'].map((status) => statusOf('wamid.early', status)))
    await outbound('wamid.early', { status: 'queued' })
    await until(
      'the message to have been delivered',
      async () => (await messageOf('wamid.early')).status === 'delivered',
    )
    assert.deepEqual((await eventsOf('wamid.early')).toSorted(), ['message.delivered', 'message.sent'])
  })

  test('a failed message has the reason', async () => {
    await outbound('wamid.h1')
    const errors = [{ code: 131_047, title: 'Re-engagement message', href: 'https://example.com/errors' }]
    await tell(statusOf('wamid.h1', 'failed', { errors }))
    const message = await messageOf('wamid.h1')
    assert.deepEqual([message.status, message.error], ['failed', '131047 Re-engagement message'])
    assert.deepEqual(await eventsOf('wamid.h1'), ['message.failed'])
  })

  test('a payload with parts that cannot be read is kept with the reason, and its other parts are stored', async () => {
    const from = newNumber()
    await tell(
      inbound(from, { id: 'wamid.i1' }, { id: 'wamid.i2', type: 'order', order: { a: 1 } }, { from: 'x' }),
    )
    assert.equal((await messageOf('wamid.i1')).body, 'Is the offer still valid?')
    assert.deepEqual(
      [(await messageOf('wamid.i2')).type, (await messageOf('wamid.i2')).body],
      ['order', null],
    )
    assert.equal(await lastReason(), 'a message of type order; a message that cannot be read')
    await tell(statusOf('wamid.unknown', 'read'))
    assert.equal(await lastReason(), 'the status read of an unknown message')
    await tell(statusOf('wamid.i1', 'deleted'))
    assert.equal(await lastReason(), 'a status that cannot be read')
    await tell(otherChange('message_template_status_update'))
    assert.equal(await lastReason(), 'change of message_template_status_update')
    await tell({ object: 'page', entry: [] })
    assert.equal(await lastReason(), 'a payload that is not from a WhatsApp Business account')
  })

  test('text that PostgreSQL cannot store is replaced, and other messages of the payload are stored', async () => {
    const from = newNumber()
    await tell(
      inbound(
        from,
        { id: 'wamid.j1', text: { body: 'a\0b\ud800' } },
        { id: 'wamid.j2', timestamp: '99999999999' },
        { id: 'wamid.j3' },
      ),
    )
    assert.equal((await messageOf('wamid.j1')).body, 'a\uFFFDb\uFFFD')
    assert.equal((await messageOf('wamid.j3')).body, 'Is the offer still valid?')
  })

  test('a request that is not signed correctly is refused and changes nothing', async () => {
    const payload = inbound(newNumber(), { id: 'wamid.k1' })
    const right = signAsMeta(payload)
    assert.equal(await send(signAsMeta(payload, 'another-secret')), 401)
    assert.equal(await send({ ...right, body: `${right.body} ` }), 401)
    assert.equal(await send({ ...right, headers: { 'content-type': 'application/json' } }), 401)
    assert.equal(await send(right, '0190a000-0000-7000-8000-00000000dead'), 401)
    await takenIn(stage, 'whatsapp')
    assert.equal(await messageOf('wamid.k1'), undefined)
    // The signature is over the raw bytes, not over the parsed JSON.
    const escaped = signAsMeta(JSON.stringify(payload).replace('offer', String.raw`\u006fffer`))
    assert.equal(await send(escaped), 200)
    await takenIn(stage, 'whatsapp')
    assert.equal((await messageOf('wamid.k1')).body, 'Is the offer still valid?')
  })
})
