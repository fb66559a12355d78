import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { startListener } from './listen.ts'

const secret = 'a-secret-of-the-test'
const body = '{"event":"deal.created","timestamp":"2025-01-15T10:30:00Z","data":{"title":"Zoë 👋"}}'

/** Starts a listener that forwards, and a function that posts to it as ConnectGain Webhooks would. */
async function startForwarding(t: TestContext, forward: string, forwardTimeout?: number) {
  const times = forwardTimeout === undefined ? {} : { forwardTimeout }
  const listener = await startListener({ port: 0, secrets: [secret], forward, write: () => {}, ...times })
  t.after(() => listener.close())
  return async (key = secret): Promise<[number, string]> => {
    const signature = createHmac('sha256', key).update(body).digest('hex')
    const headers = {
      'x-webhook-event': 'deal.created',
      'x-webhook-timestamp': new Date().toISOString(),
      'x-webhook-signature': `sha256=${signature}`,
    }
    const response = await fetch(listener.url, { method: 'POST', headers, body })
    return [response.status, await response.text()]
  }
}

test('--forward passes on verified requests byte for byte and returns the response of the program', async (t) => {
  const forwarded: unknown[] = []
  const program = createServer((request, response) => {
    void readText(request).then((text) => {
      forwarded.push([
        text,
        request.headers['x-webhook-event'],
        request.headers['x-webhook-signature']?.length,
      ])
      response.writeHead(202).end('taken')
    })
  }).listen(0, '127.0.0.1')
  await once(program, 'listening')
  t.after(() => program.close())
  const post = await startForwarding(t, `http://127.0.0.1:${(program.address() as AddressInfo).port}/hook`)
  assert.deepEqual(await post(), [202, 'taken\n'])
  assert.equal((await post('another-secret'))[0], 401)
  assert.deepEqual(forwarded, [[body, 'deal.created', 71]])
})

test('--forward responds 502 with the reason if the program cannot be reached', async (t) => {
  const post = await startForwarding(t, 'http://127.0.0.1:9/')
  const [status, text] = await post()
  assert.equal(status, 502)
  assert.match(text, /cannot reach/)
})

test('--forward responds 504 if the program does not respond in time', async (t) => {
  const program = createServer(() => {}).listen(0, '127.0.0.1')
  await once(program, 'listening')
  t.after(() => program.close().closeAllConnections())
  const post = await startForwarding(t, `http://127.0.0.1:${(program.address() as AddressInfo).port}/`, 100)
  assert.deepEqual(await post(), [
    504,
    `http://127.0.0.1:${(program.address() as AddressInfo).port}/ did not respond within 0.1 seconds\n`,
  ])
})

test('--forward reads at most 64 KiB of a response', async (t) => {
  const left = new EventEmitter()
  const program = createServer((_request, response) => {
    const timer = setInterval(() => response.write('x'.repeat(16 * 1024)), 1)
    response.once('close', () => {
      clearInterval(timer)
      left.emit('left')
    })
  }).listen(0, '127.0.0.1')
  await once(program, 'listening')
  t.after(() => program.close())
  const isLeft = once(left, 'left')
  const post = await startForwarding(t, `http://127.0.0.1:${(program.address() as AddressInfo).port}/`)
  const [status, text] = await post()
  assert.deepEqual([status, text.length], [200, 64 * 1024 + 1])
  await isLeft
})
