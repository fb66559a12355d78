import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import ipaddr from 'ipaddr.js'
import type { DnsServer } from '../../test/harness/dns-server.ts'
import { startDnsServer } from '../../test/harness/dns-server.ts'
import { createResolver } from './resolve-host.ts'
import type { Answer } from './answer.ts'
import type { Sender } from './send.ts'
import { createSender } from './send.ts'

/** Stands for the public internet; all other loopback addresses must not be reached. */
const PUBLIC = '127.0.0.5'
const PRIVATE = '127.0.0.1'

suite('malicious name servers', () => {
  let dns: DnsServer
  let endpoint: Server
  let trap: Server
  let port: number
  let sender: Sender
  const trapped: string[] = []

  before(async () => {
    dns = await startDnsServer((name, time) => {
      if (name === 'rebinding.test') return time === 0 ? [PUBLIC] : [PRIVATE]
      if (name === 'mixed.test') return [PUBLIC, PRIVATE]
      if (name === 'mapped.test') return [`::ffff:${PRIVATE}`]
      return name === 'honest.test' ? [PUBLIC] : []
    })
    endpoint = createServer((request, response) => {
      request.resume()
      // Each request uses its own connection, so that each looks the host name up.
      const headers = { connection: 'close', location: 'http://169.254.169.254/latest/meta-data/' }
      response.writeHead(request.url === '/redirect' ? 302 : 200, headers)
      response.end('here')
    }).listen(0, PUBLIC)
    await new Promise((resolve) => endpoint.once('listening', resolve))
    port = (endpoint.address() as AddressInfo).port
    trap = createServer((request, response) => {
      trapped.push(request.url ?? '')
      response.end()
    }).listen(port, PRIVATE)
    await new Promise((resolve) => trap.once('listening', resolve))
    sender = createSender(
      { allowHttp: true, egressAllow: [ipaddr.parseCIDR(`${PUBLIC}/32`)], egressPorts: [[1024, 65_535]] },
      undefined,
      createResolver([dns.address]),
    )
  })
  after(async () => {
    for (const server of [endpoint, trap]) {
      server.closeAllConnections()
      server.close()
    }
    await dns.close()
  })

  const send = (host: string, path = '/'): Promise<Answer> =>
    sender.send({
      url: `http://${host}:${port}${path}`,
      headers: {},
      body: Buffer.from('{}'),
      timeout: 5_000,
    })

  const codeOf = (answer: Answer): unknown =>
    answer.kind === 'response' ? answer.statusCode : answer.error.name

  test('a host name is resolved once for each connection', async () => {
    assert.equal(codeOf(await send('honest.test')), 200)
    assert.equal(dns.asked('honest.test'), 1)
  })

  test('a name server cannot redirect the next connection to a private address', async () => {
    assert.equal(codeOf(await send('rebinding.test')), 200)
    assert.equal(codeOf(await send('rebinding.test')), 'BlockedDestination')
    assert.deepEqual(trapped, [])
  })

  test('a name server cannot hide a private address among public ones', async () => {
    assert.equal(codeOf(await send('mixed.test')), 'BlockedDestination')
  })

  test('a name server cannot hide a private address in a mapped IPv6 address', async () => {
    assert.equal(codeOf(await send('mapped.test')), 'BlockedDestination')
  })

  test('a private address in a URL is refused, and a redirect to one is not followed', async () => {
    assert.equal(codeOf(await send('honest.test', '/redirect')), 302)
    assert.equal(codeOf(await send(PRIVATE)), 'BlockedDestination')
    assert.deepEqual(trapped, [])
  })
})
