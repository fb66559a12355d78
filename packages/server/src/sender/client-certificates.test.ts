import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import type { Server, ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, suite, test } from 'node:test'
import tls from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import ipaddr from 'ipaddr.js'
import type { ClientCertificate } from '../domain/receiver-auth.ts'
import { until } from '../../test/harness/until.ts'
import type { Classification } from './classify-response.ts'
import { classify } from './classify-response.ts'
import { createSender } from './send.ts'

const place = (name: string): string =>
  fileURLToPath(new URL(`../../test/harness/tls/${name}`, import.meta.url))
const file = (name: string): string => readFileSync(place(name), 'utf8')

tls.setDefaultCACertificates([file('authority.pem')])

const SERVER = { key: file('localhost.key'), cert: file('localhost.pem') }
const DEMANDING = { ...SERVER, requestCert: true, ca: file('client-authority.pem') }

const newCertificate = (name = 'client'): ClientCertificate => ({
  type: 'mtls',
  certificate: file(`${name}.pem`),
  key: file(`${name}.key`),
})

const nameOf = (socket: TLSSocket): string => String(socket.getPeerCertificate().subject?.CN ?? 'nobody')

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0

suite('client certificates', () => {
  const servers: Server[] = []
  const programs: ChildProcess[] = []
  after(() => {
    for (const program of programs) program.kill()
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  })

  const sender = createSender({
    allowHttp: false,
    egressAllow: [ipaddr.parseCIDR('127.0.0.1/32')],
    egressPorts: [[1024, 65_535]],
  })

  /** An endpoint that answers with the name in the client's certificate. */
  async function listen(options: ServerOptions): Promise<{ url: string; connections: string[] }> {
    const connections: string[] = []
    const server = createServer(options, (request, response) =>
      request.resume().on('end', () => response.end(nameOf(request.socket as TLSSocket))),
    ).listen(0, '127.0.0.1')
    server.on('secureConnection', (socket) => connections.push(nameOf(socket)))
    servers.push(server)
    await new Promise((resolve) => server.once('listening', resolve))
    return { url: `https://localhost:${(server.address() as AddressInfo).port}/`, connections }
  }

  async function ask(url: string, auth?: ClientCertificate): Promise<string | Classification> {
    const answer = await sender.send({ url, headers: {}, body: Buffer.from('{}'), timeout: 10_000, auth })
    return answer.kind === 'response' ? answer.body : classify(answer, 0)
  }

  async function explain(url: string, auth?: ClientCertificate): Promise<string> {
    const outcome = await ask(url, auth)
    assert.ok(typeof outcome !== 'string')
    return outcome.diagnosis ?? ''
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`an endpoint that demands a client certificate with ${version} gets it`, async () => {
      const { url } = await listen({ ...DEMANDING, minVersion: version, maxVersion: version })
      assert.equal(await ask(url, newCertificate()), 'webhooks.acme.example')
      assert.match(await explain(url), /demands a client certificate/)
      assert.match(
        await explain(url, newCertificate('other-client')),
        /accept(s?) the (one|client certificate) of this webhook/,
      )
    })
  }

  test('webhooks of the same host present their own certificates, over connections of their own', async () => {
    const { url, connections } = await listen({ ...DEMANDING, rejectUnauthorized: false })
    const webhooks = [newCertificate(), newCertificate('other-client'), undefined, newCertificate()]
    const names = ['webhooks.acme.example', 'other.example', 'nobody', 'webhooks.acme.example']
    for (let round = 0; round < 3; round += 1) {
      for (const [at, webhook] of webhooks.entries()) assert.equal(await ask(url, webhook), names[at])
    }
    assert.deepEqual(await Promise.all(webhooks.map((webhook) => ask(url, webhook))), names)
    assert.deepEqual(connections, names)
  })

  test('an endpoint that only speaks HTTP/2 gets the certificate as well', async () => {
    const server = createSecureServer({ ...DEMANDING, rejectUnauthorized: true })
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 })
      stream.end(nameOf(stream.session?.socket as TLSSocket))
    })
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`
    const answer = await ask(url, newCertificate())
    server.close()
    assert.equal(answer, 'webhooks.acme.example')
  })

  test(
    'an endpoint that does not know the authority of the certificate is explained by its alert',
    { skip: HAS_OPENSSL ? false : 'openssl is not on this machine' },
    async () => {
      const keys = ['-key', place('localhost.key'), '-cert', place('localhost.pem')]
      const demand = ['-Verify', '1', '-verify_return_error', '-CAfile', place('client-authority.pem')]
      const program = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-www', ...demand, ...keys])
      programs.push(program)
      let printed = ''
      program.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      const port = await until('openssl listens', () => /ACCEPT 127\.0\.0\.1:(\d+)/.exec(printed)?.[1])
      const url = `https://localhost:${port}/`
      assert.match(await explain(url, newCertificate('other-client')), /does not trust the authority/)
      assert.match(await explain(url), /demands a client certificate/)
    },
  )
})
