import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { createKeySet } from '@connectgain/webhooks-receiver'
import { webhookReceiver } from '@connectgain/webhooks-receiver/fastify'
import { createWebhookHandler as forFetch } from '@connectgain/webhooks-receiver/fetch'
import { createWebhookHandler as forNode } from '@connectgain/webhooks-receiver/node'
import type { ReceiverOptions } from '@connectgain/webhooks-receiver/node'

const secret = 'your-secret-key'
/** Differs from what parsing and serializing again would produce. */
const body =
  '{"event":"deal.created",  "timestamp":"2025-01-15T10:30:00Z","data":{"title":"Zoë \\u00e9","value":1.50}}'

interface Running {
  url: string
  close(): Promise<unknown>
}

async function listen(listener: RequestListener): Promise<Running> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** Each framework, used as its documentation shows. */
const FRAMEWORKS: Readonly<Record<string, (options: ReceiverOptions) => Promise<Running>>> = {
  'node:http': (options) => {
    const handler = forNode(options)
    return listen((request, response) => void handler(request, response))
  },
  Express: (options) => {
    const app = express()
    app.post('/webhooks', forNode(options))
    app.use(express.json())
    return listen(app)
  },
  'Express behind express.raw': (options) => {
    const app = express()
    app.use(express.raw({ type: '*/*', limit: '2mb' }))
    app.post('/webhooks', forNode(options))
    return listen(app)
  },
  Fastify: async (options) => {
    const app = fastify()
    await app.register(webhookReceiver, { path: '/webhooks', ...options })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return { url: `${url}/webhooks`, close: () => app.close() }
  },
  Hono: async (options) => {
    const handler = forFetch(options)
    const app = new Hono()
    app.post('/webhooks', (context) => handler(context.req.raw))
    return await listen((request, response) => {
      void (async () => {
        const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ])
        const answer = await app.fetch(
          new Request(`http://localhost${request.url}`, {
            method: request.method ?? 'GET',
            headers,
            body: request.method === 'POST' ? ReadableStream.from(request) : null,
            duplex: 'half',
          }),
        )
        response.writeHead(answer.status).end(await answer.text())
      })()
    })
  },
}

function sign(id: string, payload = body, key = secret): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64')
  return {
    'content-type': 'application/json',
    'x-webhook-attempt': '2',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
  }
}

async function post(
  url: string,
  headers: Record<string, string>,
  payload: string | Uint8Array<ArrayBuffer> = body,
): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers, body: payload })
  await response.text()
  return response.status
}

for (const [name, start] of Object.entries(FRAMEWORKS)) {
  suite(`receiver on ${name}`, () => {
    test('the receiver verifies the raw body and passes the typed event to onEvent', async () => {
      const got: unknown[] = []
      const { url, close } = await start({
        secret,
        onEvent: (event, delivery) => void got.push([event.event, event.data, delivery]),
      })
      assert.equal(await post(url, sign('evt_1')), 200)
      assert.deepEqual(got, [['deal.created', { title: 'Zoë é', value: 1.5 }, { id: 'evt_1', attempt: 2 }]])
      await close()
    })

    test('the receiver responds 401 to a request that does not verify, and calls onError but not onEvent', async () => {
      const errors: unknown[] = []
      const onEvent = (): void => assert.fail('an event that was not verified')
      const { url, close } = await start({ secret, onEvent, onError: (error) => errors.push(error) })
      assert.equal(await post(url, sign('evt_1', body, 'another-secret')), 401)
      assert.equal(await post(url, sign('evt_1'), `${body} `), 401)
      assert.equal(await post(url, { 'content-type': 'application/json' }), 401)
      assert.equal(await post(url, sign('evt_1'), new Uint8Array(gzipSync(body))), 401)
      assert.equal(errors.length, 4)
      await close()
    })

    test('the receiver responds 500 when it cannot fetch public keys, so that the request is sent again', async () => {
      const errors: unknown[] = []
      const { url, close } = await start({
        secret: createKeySet('http://127.0.0.1:1/keys'),
        onEvent: () => assert.fail('an event that was not verified'),
        onError: (error) => errors.push((error as { code: string }).code),
      })
      const signature = `v1a,${Buffer.alloc(64).toString('base64')}`
      assert.equal(await post(url, { ...sign('evt_1'), 'webhook-signature': signature }), 500)
      assert.deepEqual(errors, ['keys_unavailable'])
      await close()
    })

    test('the receiver handles an event once, and responds 200 to a repeated request', async () => {
      const known = new Set<string>()
      let count = 0
      const { url, close } = await start({
        secret,
        isKnown: (id) => known.has(id),
        onEvent: (_event, { id }) => {
          count += 1
          known.add(id!)
        },
      })
      for (const id of ['evt_1', 'evt_1', 'evt_2']) assert.equal(await post(url, sign(id)), 200)
      assert.equal(count, 2)
      await close()
    })

    test('the receiver responds 500 when onEvent fails', async () => {
      const { url, close } = await start({
        secret,
        onEvent: () => Promise.reject(new Error('the database is down')),
      })
      assert.equal(await post(url, sign('evt_1')), 500)
      await close()
    })

    test('the receiver refuses a body that is too large', async () => {
      const { url, close } = await start({ secret, onEvent: () => {} })
      assert.equal(await post(url, sign('evt_1'), 'x'.repeat(1_100_000)), name.endsWith('raw') ? 401 : 413)
      await close()
    })
  })
}

test('a handler placed after express.json() responds 500 and reports the wrong order', async () => {
  const errors: Error[] = []
  const app = express()
  app.use(express.json())
  app.post(
    '/webhooks',
    forNode({ secret, onEvent: () => {}, onError: (error) => errors.push(error as Error) }),
  )
  const { url, close } = await listen(app)
  assert.equal(await post(url, sign('evt_1')), 500)
  assert.match(errors[0]?.message ?? '', /put it before express\.json\(\)/)
  await close()
})

test('the receiver is smaller than 6 kB when compressed', () => {
  const folder = new URL('../dist/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  )
  const code = files.map((file) =>
    readFileSync(new URL(file, folder), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, ''),
  )
  const size = gzipSync(code.join('')).length
  assert.ok(size < 6_000, `${size} bytes`)
})
