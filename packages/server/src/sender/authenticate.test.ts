import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, suite, test } from 'node:test'
import { text } from 'node:stream/consumers'
import ipaddr from 'ipaddr.js'
import type { OAuth2Client } from '../domain/receiver-auth.ts'
import { until } from '../../test/harness/until.ts'
import type { Answer } from './answer.ts'
import { withAccessTokens } from './authenticate.ts'
import type { Classification } from './classify-response.ts'
import { classify } from './classify-response.ts'
import { createSender } from './send.ts'
import type { Sender } from './send.ts'

const SECRET = 'top:secret/value'

interface Asked {
  headers: IncomingHttpHeaders
  body: string
}

type Handle = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void

suite('OAuth 2.0 client credentials', () => {
  const servers: Server[] = []
  after(() => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  })

  async function listen(handle: Handle): Promise<{ url: string; asked: Asked[] }> {
    const asked: Asked[] = []
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const one = { headers: request.headers, body }
        asked.push(one)
        handle(one, response, request)
      })
    }).listen(0, '127.0.0.1')
    servers.push(server)
    await new Promise((resolve) => server.once('listening', resolve))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, asked }
  }

  const accept: Handle = (_, response) => response.end('ok')

  /** Issues token-1, token-2, … */
  async function listenForTokens(more: object = { expires_in: 3_600 }) {
    let issued = 0
    return await listen((_, response) => {
      issued += 1
      response.end(JSON.stringify({ access_token: `token-${issued}`, token_type: 'Bearer', ...more }))
    })
  }

  const newClient = (tokenUrl: string, more: Partial<OAuth2Client> = {}): OAuth2Client => ({
    type: 'oauth2',
    token_url: tokenUrl,
    client_id: 'client 1',
    client_secret: SECRET,
    ...more,
  })

  function start(now = 0): { clock: { time: number }; sender: Sender } {
    const clock = { time: now, now: () => clock.time }
    const guard = {
      allowHttp: true,
      egressAllow: [ipaddr.parseCIDR('127.0.0.1/32')],
      egressPorts: [[1, 65_535]] as const,
    }
    return { clock, sender: withAccessTokens(createSender(guard), clock) }
  }

  const send = async (sender: Sender, url: string, auth: OAuth2Client, timeout = 10_000): Promise<Answer> =>
    await sender.send({ url, headers: { 'X-A': '1' }, body: Buffer.from('{}'), timeout, auth })

  const codeOf = (answer: Answer): unknown =>
    answer.kind === 'response' ? answer.statusCode : answer.error.message

  const tokensOf = (asked: readonly Asked[]): unknown[] => asked.map(({ headers }) => headers.authorization)

  async function explain(handle: Handle, timeout = 10_000): Promise<Classification> {
    const { sender } = start()
    const [tokens, endpoint] = [await listen(handle), await listen(accept)]
    const answer = await send(sender, endpoint.url, newClient(tokens.url), timeout)
    assert.equal(endpoint.asked.length, 0)
    const classification = classify(answer, 0)
    assert.equal(classification.errorCode, 'token_failure')
    return classification
  }

  test('a token is fetched with the client in a header, sent as bearer token, and used again', async () => {
    const { sender } = start()
    const [tokens, endpoint] = [await listenForTokens(), await listen(accept)]
    const client = newClient(tokens.url, { scope: 'a b', audience: 'https://api.example' })
    for (let count = 0; count < 3; count += 1)
      assert.equal(codeOf(await send(sender, endpoint.url, client)), 200)
    assert.deepEqual(tokensOf(endpoint.asked), Array(3).fill('Bearer token-1'))
    assert.equal(endpoint.asked[0]?.headers['x-a'], '1')
    const [{ headers, body } = assert.fail()] = tokens.asked
    assert.equal(tokens.asked.length, 1)
    assert.equal(
      Buffer.from(headers.authorization!.replace('Basic ', ''), 'base64').toString(),
      'client+1:top%3Asecret%2Fvalue',
    )
    assert.equal(headers['content-type'], 'application/x-www-form-urlencoded')
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: 'client_credentials',
      scope: 'a b',
      audience: 'https://api.example',
    })
  })

  test('a token is renewed before it ends, while requests still carry the old one', async () => {
    const { sender, clock } = start()
    const [tokens, endpoint] = [await listenForTokens(), await listen(accept)]
    const client = newClient(tokens.url)
    await send(sender, endpoint.url, client)
    clock.time = 54 * 60_000
    await send(sender, endpoint.url, client)
    assert.equal(tokens.asked.length, 1)
    clock.time = 56 * 60_000
    await send(sender, endpoint.url, client)
    await until('a token is fetched', () => tokens.asked.length === 2)
    await until('requests carry the new token', async () => {
      await send(sender, endpoint.url, client)
      return endpoint.asked.at(-1)?.headers.authorization === 'Bearer token-2'
    })
    assert.equal(endpoint.asked[2]?.headers.authorization, 'Bearer token-1')
    assert.equal(tokens.asked.length, 2)
  })

  test('a token that has ended is not sent', async () => {
    const { sender, clock } = start()
    const [tokens, endpoint] = [await listenForTokens({ expires_in: '60' }), await listen(accept)]
    const client = newClient(tokens.url)
    await send(sender, endpoint.url, client)
    clock.time = 55_000
    await send(sender, endpoint.url, client)
    assert.deepEqual(tokensOf(endpoint.asked), ['Bearer token-1', 'Bearer token-2'])
  })

  test('a renewal ahead of time that fails leaves the token in use', async () => {
    const { sender, clock } = start()
    const tokens = await listen((_, response) => {
      if (tokens.asked.length > 1) response.writeHead(500)
      response.end('{"access_token":"first","expires_in":3600}')
    })
    const endpoint = await listen(accept)
    const client = newClient(tokens.url)
    await send(sender, endpoint.url, client)
    clock.time = 56 * 60_000
    for (let count = 0; count < 3; count += 1) await send(sender, endpoint.url, client)
    await until('a token is asked for', () => tokens.asked.length === 2)
    assert.deepEqual(tokensOf(endpoint.asked), Array(4).fill('Bearer first'))
  })

  test('requests at the same time wait for one token', async () => {
    const { sender } = start()
    const [tokens, endpoint] = [await listenForTokens(), await listen(accept)]
    const client = newClient(tokens.url)
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(sender, endpoint.url, client)))
    assert.deepEqual(answers.map(codeOf), Array(20).fill(200))
    assert.equal(tokens.asked.length, 1)
  })

  test('webhooks with the same client have tokens of their own', async () => {
    const { sender } = start()
    const [tokens, endpoint] = [await listenForTokens(), await listen(accept)]
    await send(sender, endpoint.url, newClient(tokens.url))
    await send(sender, endpoint.url, newClient(tokens.url))
    assert.deepEqual(tokensOf(endpoint.asked), ['Bearer token-1', 'Bearer token-2'])
  })

  test('a token that the endpoint no longer accepts is replaced once, also for requests at the same time', async () => {
    const { sender } = start()
    const tokens = await listenForTokens()
    let valid = 'Bearer token-1'
    const endpoint = await listen(({ headers }, response) => {
      response.writeHead(headers.authorization === valid ? 200 : 401).end()
    })
    const client = newClient(tokens.url)
    assert.equal(codeOf(await send(sender, endpoint.url, client)), 200)
    valid = 'Bearer token-2'
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(sender, endpoint.url, client)))
    assert.deepEqual(answers.map(codeOf), Array(5).fill(200))
    assert.equal(tokens.asked.length, 2)
  })

  test('a 401 to a new token is the outcome, and to a cached one after a second try', async () => {
    const { sender } = start()
    const [tokens, endpoint] = [
      await listenForTokens(),
      await listen((_, response) => response.writeHead(401).end()),
    ]
    const client = newClient(tokens.url)
    assert.equal(codeOf(await send(sender, endpoint.url, client)), 401)
    assert.deepEqual([tokens.asked.length, endpoint.asked.length], [1, 1])
    assert.equal(codeOf(await send(sender, endpoint.url, client)), 401)
    assert.deepEqual([tokens.asked.length, endpoint.asked.length], [2, 3])
  })

  test('a server that refuses the client in a header gets it in the body, at once the next time', async () => {
    const { sender, clock } = start()
    const tokens = await listen(({ body }, response) => {
      if (!body.includes('client_secret=')) response.writeHead(400).end('{"error": "invalid_request"}')
      else response.end('{"access_token":"t","expires_in":60}')
    })
    const endpoint = await listen(accept)
    const client = newClient(tokens.url)
    assert.equal(codeOf(await send(sender, endpoint.url, client)), 200)
    clock.time = 60_000
    assert.equal(codeOf(await send(sender, endpoint.url, client)), 200)
    assert.deepEqual(
      tokens.asked.map(({ headers, body }) => [
        headers.authorization !== undefined,
        body.includes('client_id'),
      ]),
      [
        [true, false],
        [false, true],
        [false, true],
      ],
    )
  })

  test('a token server that does not answer fails the request at half of its timeout, and delays no other webhook', async () => {
    const { sender } = start()
    const [hanging, endpoint] = [await listen(() => {}), await listen(accept)]
    const slow = send(sender, endpoint.url, newClient(hanging.url), 600)
    await until('the token server is asked', () => hanging.asked.length === 1)
    const other = await send(sender, endpoint.url, newClient((await listenForTokens()).url))
    assert.equal(codeOf(other), 200)
    const answer = await slow
    assert.equal(codeOf(answer), 'the token server did not answer within 300 ms')
    assert.match(classify(answer, 0).diagnosis ?? '', /half of the webhook's timeout/)
    assert.equal(endpoint.asked.length, 1)
  })

  test('a token server whose answer does not end is cut off', async () => {
    const { errorMessage } = await explain((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(8_192)), 1)
      response.on('close', () => clearInterval(timer))
    })
    assert.match(errorMessage ?? '', /did not return a JSON object, or one of more than 16 KiB/)
  })

  test('the error of a token server is quoted without the secret that it repeats', async () => {
    const { errorMessage, diagnosis } = await explain((_, response) => {
      const description = `secret ${SECRET} (${encodeURIComponent(SECRET)}) is\nwrong`
      response.writeHead(401).end(JSON.stringify({ error: 'invalid_client', error_description: description }))
    })
    assert.equal(
      errorMessage,
      'the token server returned 401 (invalid_client: secret •••••• (••••••) is wrong)',
    )
    assert.match(diagnosis ?? '', /Check client_id and client_secret/)
  })

  test('each refusal of a token server has an explanation with a next step', async () => {
    const said = async (status: number, body: object | string = '', headers = {}) =>
      await explain((_, response) => {
        response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
      })
    assert.match((await said(400, { error: 'invalid_scope' })).diagnosis ?? '', /Correct the scope/)
    assert.match(
      (await said(400, { error: 'unauthorized_client' })).diagnosis ?? '',
      /grant client_credentials/,
    )
    assert.match((await said(302, '', { location: '/login' })).diagnosis ?? '', /redirects are not followed/)
    assert.match((await said(404)).diagnosis ?? '', /Check the token URL/)
    assert.match((await said(500)).diagnosis ?? '', /retried automatically/)
    assert.match((await said(200, '<html>')).errorMessage ?? '', /JSON object/)
    assert.match((await said(200, { token: 'x' })).errorMessage ?? '', /returned no access_token/)
    assert.match((await said(200, { access_token: 'a\r\nX: y' })).errorMessage ?? '', /no header can carry/)
    assert.match((await said(200, { access_token: 'a', token_type: 'mac' })).errorMessage ?? '', /Bearer/)
    const limited = await said(429, '', { 'retry-after': '120' })
    assert.equal(limited.retryAfter, 120_000)
  })

  test('a token server at a private address is not asked, and one that is down is explained', async () => {
    const { sender } = start()
    const endpoint = await listen(accept)
    const blocked = classify(await send(sender, endpoint.url, newClient('http://10.0.0.1/token')), 0)
    assert.deepEqual(
      [blocked.errorCode, blocked.errorMessage],
      ['token_failure', 'no access token: the address 10.0.0.1 is private or reserved'],
    )
    const refused = classify(await send(sender, endpoint.url, newClient('http://127.0.0.1:1/token')), 0)
    assert.match(refused.errorMessage ?? '', /^no access token: .*refused/)
    assert.match(refused.diagnosis ?? '', /port in the token URL is correct/)
    assert.equal(endpoint.asked.length, 0)
  })
})
