import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { constants, createSecureServer } from 'node:http2'
import type {
  Http2SecureServer,
  IncomingHttpHeaders,
  SecureServerOptions,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, suite, test } from 'node:test'
import tls from 'node:tls'
import ipaddr from 'ipaddr.js'
import { HEAVY } from '../../test/harness/full-run.ts'
import { until } from '../../test/harness/until.ts'
import type { Answer } from './answer.ts'
import type { Classification } from './classify-response.ts'
import { classify } from './classify-response.ts'
import { createSender } from './send.ts'

const file = (name: string): string =>
  readFileSync(new URL(`../../test/harness/tls/${name}`, import.meta.url), 'utf8')

tls.setDefaultCACertificates([file('authority.pem')])

type Handle = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

const ok: Handle = (stream) => {
  stream.respond({ ':status': 200, 'x-protocol': 'h2' })
  stream.end('ok')
}

suite('endpoints that only speak HTTP/2', () => {
  const servers: { server: Http2SecureServer; sessions: Set<ServerHttp2Session> }[] = []
  after(() => {
    for (const { server, sessions } of servers) {
      for (const session of sessions) session.destroy()
      server.close()
    }
  })

  const sender = createSender({
    allowHttp: false,
    egressAllow: [ipaddr.parseCIDR('127.0.0.1/32')],
    egressPorts: [[1024, 65_535]],
  })

  async function listen(handle: Handle, options: SecureServerOptions = {}) {
    const sessions = new Set<ServerHttp2Session>()
    const counted = { sessions: 0 }
    const server = createSecureServer({
      key: file('localhost.key'),
      cert: file('localhost.pem'),
      allowHTTP1: false,
      ...options,
    })
    server.on('session', (session) => {
      counted.sessions += 1
      sessions.add(session)
      session.on('close', () => sessions.delete(session)).on('error', () => {})
    })
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      handle(stream, headers)
    })
    server.listen(0, '127.0.0.1')
    servers.push({ server, sessions })
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    return { url: `https://localhost:${port}/hook?a=b`, sessions, counted, server }
  }

  const send = async (url: string, { timeout = 10_000, body = '{"ü":1}' } = {}): Promise<Answer> =>
    await sender.send({ url, headers: { 'X-A': '1' }, body: Buffer.from(body), timeout })

  const explain = async (url: string): Promise<Classification> => classify(await send(url), 0)

  const bodyOf = (answer: Answer): unknown =>
    answer.kind === 'response' ? [answer.statusCode, answer.body] : answer.error

  test('a request arrives with its headers and body, and the next one uses the same connection', async () => {
    const received: unknown[] = []
    const { url, counted } = await listen((stream, headers) => {
      void buffer(stream).then((body) => {
        received.push([headers[':method'], headers[':path'], headers['x-a'], body.toString()])
        ok(stream, headers)
      })
    })
    for (let count = 0; count < 3; count += 1) {
      const answer = await send(url)
      assert.ok(answer.kind === 'response')
      assert.deepEqual([answer.statusCode, answer.body, answer.headers['x-protocol']], [200, 'ok', 'h2'])
      assert.equal(answer.certificateEnds, Date.parse(new Date(answer.certificateEnds!).toISOString()))
    }
    const sent = ['POST', '/hook?a=b', '1', '{"ü":1}']
    assert.deepEqual(received, [sent, sent, sent])
    assert.equal(counted.sessions, 1)
  })

  test('requests at the same time to an endpoint that was not known arrive', async () => {
    const { url } = await listen(ok)
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(url)))
    assert.deepEqual(
      answers.map(bodyOf),
      Array.from({ length: 5 }, () => [200, 'ok']),
    )
  })

  test('an endpoint that has changed to HTTP/1.1 gets that again', async () => {
    const { url, server, sessions } = await listen(ok)
    await send(url)
    for (const session of sessions) session.destroy()
    server.close()
    const { port } = new URL(url)
    const plain = createServer({ key: file('localhost.key'), cert: file('localhost.pem') }, (_, response) =>
      response.end('plain'),
    ).listen(Number(port), '127.0.0.1')
    await new Promise((resolve) => plain.once('listening', resolve))
    assert.deepEqual(bodyOf(await send(url)), [200, 'plain'])
    plain.closeAllConnections()
    plain.close()
  })

  test('headers that HTTP/2 forbids are left out', async () => {
    let seen: IncomingHttpHeaders = {}
    const { url } = await listen((stream, headers) => {
      seen = headers
      ok(stream, headers)
    })
    const headers = { 'HTTP2-Settings': 'x', 'Proxy-Connection': 'x', Cookie: 'a=b' }
    const answer = await sender.send({ url, headers, body: Buffer.from('{}'), timeout: 10_000 })
    assert.deepEqual(bodyOf(answer), [200, 'ok'])
    assert.deepEqual([seen['http2-settings'], seen.cookie], [undefined, 'a=b'])
  })

  test('an endpoint that speaks both gets HTTP/1.1', async () => {
    const { url, server } = await listen(() => assert.fail(), { allowHTTP1: true })
    let version = ''
    server.on('request', (request, response) => {
      version = request.httpVersion
      response.end('ok')
    })
    assert.deepEqual(bodyOf(await send(url)), [200, 'ok'])
    assert.equal(version, '1.1')
  })

  test('a connection that is idle for long is closed', HEAVY, async () => {
    const { url, sessions } = await listen(ok)
    await send(url)
    assert.equal(sessions.size, 1)
    await until('the connection is closed', () => sessions.size === 0)
    assert.deepEqual(bodyOf(await send(url)), [200, 'ok'])
  })

  test('a connection that the endpoint has closed in the meantime is replaced without a failure', async () => {
    const { url, sessions, counted } = await listen(ok)
    await send(url)
    for (const session of sessions) session.destroy()
    assert.deepEqual(bodyOf(await send(url)), [200, 'ok'])
    assert.equal(counted.sessions, 2)
  })

  test('a body that is larger than the window of flow control arrives', async () => {
    const sizes: number[] = []
    const { url } = await listen(
      (stream, headers) => {
        void buffer(stream).then(({ length }) => {
          sizes.push(length)
          ok(stream, headers)
        })
      },
      { settings: { initialWindowSize: 1_024 } },
    )
    assert.deepEqual(bodyOf(await send(url, { body: 'x'.repeat(300_000) })), [200, 'ok'])
    assert.deepEqual(sizes, [300_000])
  })

  test('an endpoint that takes no data, or does not answer, times out', async () => {
    const deaf = await listen(() => {}, { settings: { initialWindowSize: 0 } })
    const silent = await listen(() => {})
    for (const { url } of [deaf, silent]) {
      const { errorCode, errorMessage } = classify(await send(url, { timeout: 300 }), 0)
      assert.deepEqual([errorCode, errorMessage], ['timeout', 'no response within 300 ms'])
    }
  })

  test('a response is read to 64 KiB, and its connection closed', async () => {
    const { url, sessions } = await listen((stream) => {
      stream.respond({ ':status': 200 })
      const timer = setInterval(() => stream.write('x'.repeat(16_384)), 1)
      stream.on('close', () => clearInterval(timer))
    })
    const answer = await send(url)
    assert.ok(answer.kind === 'response')
    assert.equal(answer.body.length, 16_384)
    await until('the connection is closed', () => sessions.size === 0)
  })

  test('Retry-After is respected', async () => {
    const { url } = await listen((stream) =>
      stream.respond({ ':status': 503, 'retry-after': '60' }, { endStream: true }),
    )
    const { errorCode, retryAfter } = await explain(url)
    assert.deepEqual([errorCode, retryAfter], ['server_error', 60_000])
  })

  for (const [code, message] of [
    [constants.NGHTTP2_INTERNAL_ERROR, /ended the request for an error of its own \(INTERNAL_ERROR\)/],
    [constants.NGHTTP2_REFUSED_STREAM, /ended the request before it had processed/],
    [constants.NGHTTP2_CANCEL, /ended the request/],
    [constants.NGHTTP2_ENHANCE_YOUR_CALM, /because of too many requests/],
    [constants.NGHTTP2_FLOW_CONTROL_ERROR, /flow control/],
  ] as const) {
    test(`a stream that the endpoint resets with code ${code} is explained, and the connection not used again`, async () => {
      let isBroken = true
      const { url } = await listen((stream, headers) => {
        if (isBroken) stream.close(code)
        else ok(stream, headers)
      })
      const { errorCode, errorMessage, diagnosis } = await explain(url)
      assert.equal(errorCode, 'connection_reset')
      assert.match(errorMessage ?? '', message)
      assert.match(diagnosis ?? '', /which speaks HTTP\/2/)
      isBroken = false
      assert.deepEqual(bodyOf(await send(url)), [200, 'ok'])
    })
  }

  test('a connection that the endpoint ends with GOAWAY is explained', async () => {
    const { url } = await listen((stream) => stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM))
    const { errorCode, errorMessage } = await explain(url)
    assert.equal(errorCode, 'connection_reset')
    assert.match(errorMessage ?? '', /ended the connection because of too many requests/)
  })

  test('a response that breaks off is a failure that says so', async () => {
    const { url } = await listen((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('half', () => stream.destroy(new Error('broken')))
    })
    const { errorCode, errorMessage } = await explain(url)
    assert.equal(errorCode, 'connection_reset')
    assert.match(errorMessage ?? '', /^the endpoint returned 200, but .*INTERNAL_ERROR/)
  })

  test('an endpoint that speaks neither protocol is explained', async () => {
    const server = tls
      .createServer({
        key: file('localhost.key'),
        cert: file('localhost.pem'),
        ALPNProtocols: ['spdy/3'],
      })
      .listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const { errorCode, diagnosis } = await explain(`https://localhost:${port}/`)
    server.close()
    assert.equal(errorCode, 'tls_failure')
    assert.match(diagnosis ?? '', /neither http\/1\.1 nor h2/)
  })
})
