import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeySet, verifyWebhook } from '@connectgain/webhooks-receiver'
import type { DeliveryRow, LogRow } from './harness/api.ts'
import { HAS_PYTHON, isVerifiedByPython, readKeys, verifiedBy } from './harness/asymmetric.ts'
import { createWebhook, onEveryEngine } from './harness/on-each-engine.ts'
import type { ReceivedRequest } from './harness/receiver-server.ts'

const UNSIGNED = [
  'content-type',
  'user-agent',
  'x-webhook-event',
  'x-webhook-timestamp',
  'x-webhook-id',
  'x-webhook-delivery',
  'x-webhook-attempt',
  'x-webhook-trigger',
]
const STANDARD = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length'])
const ED25519 = { signature_type: 'ed25519' }

onEveryEngine(
  'asymmetric signatures',
  (stage) => {
    const currentKey = async (organizationId = stage.organizationId): Promise<string> =>
      (await readKeys(stage.server.api, organizationId))[0]!.public_key
    const emit = async (event: string, organizationId = stage.organizationId): Promise<void> =>
      void (await stage.server.api.insert('webhook_events', {
        organization_id: organizationId,
        event,
        data: { id: 'r-1', body: 'Olá 👋 — ¿qué tal? 你好' },
      }))
    const change = (id: string, fields: object): Promise<void> =>
      stage.server.api.patch(`webhook_configurations?id=eq.${id}`, fields)

    async function receiveSigned(event: string): Promise<ReceivedRequest> {
      const { path } = await createWebhook(stage, { events: [event], ...ED25519 })
      await emit(event)
      return (await stage.receiver.received(path, 1))[0]!
    }

    test('a request has exactly the documented headers, and its signature begins with v1a', async () => {
      const { headers } = await receiveSigned('message.sent')
      const names = Object.keys(headers).filter((name) => !OF_THE_CONNECTION.has(name))
      assert.deepEqual(names.toSorted(), [...UNSIGNED, ...STANDARD].toSorted())
      assert.match(headers['webhook-signature'] ?? '', /^v1a,[A-Za-z0-9+/]{86}==$/)
      assert.equal(headers['webhook-id'], headers['x-webhook-id'])
      const sentAt = Date.parse(headers['x-webhook-timestamp'] ?? '')
      assert.equal(headers['webhook-timestamp'], String(Math.floor(sentAt / 1_000)))
    })

    test('Node.js verifies a request with the public key, and not after its body has changed', async () => {
      const request = await receiveSigned('message.received')
      const key = await currentKey()
      assert.deepEqual(verifiedBy(key, request), [true])
      assert.deepEqual(verifiedBy(key, { ...request, body: request.body.replace('Olá', 'Ola') }), [false])
    })

    test(
      "Python's cryptography verifies a request, and not after its body has changed",
      { skip: !HAS_PYTHON && 'there is no Python with the package cryptography' },
      async () => {
        const request = await receiveSigned('message.delivered')
        const key = await currentKey()
        assert.equal(isVerifiedByPython(key, request), true)
        assert.equal(isVerifiedByPython(key, { ...request, body: `${request.body} ` }), false)
      },
    )

    test('the receiver library verifies a request with the public key and with the published key set', async () => {
      const { body, headers } = await receiveSigned('message.failed')
      const url = `${stage.server.url}/.well-known/webhooks-keys/${stage.organizationId}`
      for (const secret of [await currentKey(), createKeySet(url)])
        assert.deepEqual(await verifyWebhook({ body, headers, secret }), JSON.parse(body))
    })

    test('a request to a webhook with a secret and public keys is signed with the key alone', async () => {
      const { path } = await createWebhook(stage, {
        events: ['deal.created'],
        secret: 'a-secret-that-stays-stored',
        ...ED25519,
      })
      await emit('deal.created')
      const [request] = await stage.receiver.received(path, 1)
      assert.equal('x-webhook-signature' in request!.headers, false)
      assert.deepEqual(verifiedBy(await currentKey(), request!), [true])
    })

    test('a webhook that switches to public keys and back signs with its former secret again', async () => {
      const secret = 'the-secret-of-before-and-after'
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], secret })
      await emit('deal.updated')
      await stage.receiver.received(path, 1)
      await change(id, ED25519)
      await emit('deal.updated')
      await stage.receiver.received(path, 2)
      await change(id, { signature_type: 'hmac' })
      await emit('deal.updated')
      const [first, second, third] = await stage.receiver.received(path, 3)
      for (const { body, headers } of [first!, third!]) {
        await verifyWebhook({ body, headers, secret })
        assert.match(headers['x-webhook-signature'] ?? '', /^sha256=/)
      }
      assert.deepEqual(verifiedBy(await currentKey(), second!), [true])
      assert.equal('x-webhook-signature' in second!.headers, false)
    })

    test('during a rotation requests carry both signatures, the new one first, and after it only the new one', async () => {
      const { path } = await createWebhook(stage, { events: ['deal.stage.changed'], ...ED25519 })
      const rotate = async (overlap: string): Promise<string> => {
        const { status, body } = await stage.server.api.rpc<{ public_key: string }>('rotate_signing_key', {
          organization_id: stage.organizationId,
          overlap,
        })
        assert.equal(status, 200)
        return body.public_key
      }
      const next = async (count: number): Promise<ReceivedRequest> => {
        await emit('deal.stage.changed')
        return (await stage.receiver.received(path, count))[count - 1]!
      }
      const first = await rotate('0s')
      assert.deepEqual(verifiedBy(first, await next(1)), [true])
      const second = await rotate('1h')
      const both = await next(2)
      assert.match(both.headers['webhook-signature'] ?? '', /^v1a,\S+ v1a,\S+$/)
      assert.deepEqual(
        [verifiedBy(second, both), verifiedBy(first, both)],
        [
          [true, false],
          [false, true],
        ],
      )
      for (const secret of [first, second])
        await verifyWebhook({ body: both.body, headers: both.headers, secret })
      const third = await rotate('0s')
      assert.deepEqual(verifiedBy(third, await next(3)), [true])
      const fourth = await rotate('1ms')
      assert.deepEqual(verifiedBy(fourth, await next(4)), [true])
    })

    test('scheduled retries, manual retries, replays and tests are signed with the key', async () => {
      const { api } = stage.server
      const { id, path } = await createWebhook(stage, { events: ['deal.assigned'], ...ED25519 })
      stage.receiver.reply(path, 500, 200)
      const since = new Date(Date.now() - 60_000).toISOString()
      await emit('deal.assigned')
      await stage.receiver.received(path, 2)
      const [delivery] = await api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`,
        1,
      )
      await api.rpc('retry_delivery', { delivery_id: delivery!.id })
      await stage.receiver.received(path, 3)
      await change(id, { is_active: false })
      await emit('deal.assigned')
      await api.rows(`webhook_skips?webhook_id=eq.${id}`, 1)
      await change(id, { is_active: true })
      await api.rpc('replay_events', { webhook_id: id, since })
      await stage.receiver.received(path, 4)
      const tested = await api.rpc<{ request: { headers: Record<string, string> } }>('test_webhook', {
        webhook_id: id,
      })
      assert.match(tested.body.request.headers['webhook-signature'] ?? '', /^v1a,/)
      assert.equal('X-Webhook-Signature' in tested.body.request.headers, false)
      const requests = await stage.receiver.received(path, 5)
      const triggers = requests.map(({ headers }) => headers['x-webhook-trigger'])
      assert.deepEqual(triggers, ['event', 'retry', 'manual', 'replay', 'test'])
      const key = await currentKey()
      for (const request of requests) assert.deepEqual(verifiedBy(key, request), [true])
    })

    test('two organizations have different keys, and only their own verify', async () => {
      const { id: organizationId } = await stage.server.api.insert<{ id: string }>('organizations', {
        name: 'Other',
      })
      const own = await receiveSigned('message.read')
      const { path } = await createWebhook(stage, {
        organization_id: organizationId,
        events: ['message.read'],
        ...ED25519,
      })
      await emit('message.read', organizationId)
      const [theirs] = await stage.receiver.received(path, 1)
      const [ownKey, theirKey] = [await currentKey(), await currentKey(organizationId)]
      assert.notEqual(ownKey, theirKey)
      assert.deepEqual([verifiedBy(ownKey, own), verifiedBy(ownKey, theirs!)], [[true], [false]])
      assert.deepEqual([verifiedBy(theirKey, own), verifiedBy(theirKey, theirs!)], [[false], [true]])
    })

    test('the log shows the signature that was sent', async () => {
      const { id, path } = await createWebhook(stage, { events: ['conversation.created'], ...ED25519 })
      await emit('conversation.created')
      const [request] = await stage.receiver.received(path, 1)
      const [log] = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}`, 1)
      const logged = log?.request_headers as Record<string, string>
      assert.equal(logged['webhook-signature'], request!.headers['webhook-signature'])
      assert.equal('X-Webhook-Signature' in logged, false)
    })

    test('a test inbox verifies a request that is signed with the key', async () => {
      const { api } = stage.server
      const inbox = await api.insert<{ id: string; url: string }>('webhook_inboxes', {
        organization_id: stage.organizationId,
      })
      await createWebhook(stage, { url: inbox.url, events: ['contact.assigned'], ...ED25519 })
      await emit('contact.assigned')
      const arrivals = `webhook_inbox_requests?inbox_id=eq.${inbox.id}&order=created_at.desc`
      const [arrived] = await api.rows<{ signature: string; headers: Record<string, string>; body: string }>(
        arrivals,
        1,
      )
      assert.equal(arrived!.signature, 'valid')
      const { headers, body } = arrived!
      const again = async (sent: string): Promise<string> => {
        const count = (await api.get(arrivals)).length
        const { 'content-length': _, connection: __, host: ___, ...copied } = headers
        await fetch(inbox.url, { method: 'POST', headers: copied, body: sent })
        return (await api.rows<{ signature: string }>(arrivals, count + 1))[0]!.signature
      }
      assert.equal(await again(`${body} `), 'invalid')
      assert.equal(await again(body), 'valid')
    })

    test('neither the log of the server nor its answers contain a private key', async () => {
      const paths = ['webhook_signing_keys', 'webhook_configurations', 'webhook_logs', 'audit_log', '']
      const answers = await Promise.all(
        paths.map(async (path) => JSON.stringify((await stage.server.api.request('GET', path)).body)),
      )
      const shown = [stage.server.output(), ...answers].join('\n')
      assert.ok(shown.includes('whpk_'))
      assert.equal(/whsk_\w/.test(shown), false)
      assert.equal(/"private_key":|v1\.[0-9a-f]{8}\./.test(shown), false)
    })

    test('a webhook takes no other signature type', async () => {
      const { status, body } = await stage.server.api.request<{ details: string; message: string }>(
        'POST',
        'webhook_configurations',
        {
          organization_id: stage.organizationId,
          name: 'RSA',
          url: `${stage.receiver.url}/rsa`,
          events: ['deal.created'],
          signature_type: 'rsa',
        },
      )
      assert.deepEqual(
        [status, body.details, body.message],
        [400, 'signature_type', 'signature_type: must be one of hmac, ed25519'],
      )
    })
  },
  { settings: { RETRY_SCHEDULE: '100ms,100ms' } },
)
