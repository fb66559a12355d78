import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { test } from 'node:test'
import ipaddr from 'ipaddr.js'
import type { PortRange } from '../settings/network.ts'
import { ACCEPTED_URLS, ALLOWED_ADDRESSES, FORBIDDEN_ADDRESSES, REFUSED_URLS } from './network-guard-cases.ts'
import type { ResolveHost } from './resolve-host.ts'
import { BlockedDestination, checkUrl, createGuardedLookup, isAllowedAddress } from './network-guard.ts'

const PORTS = [80, 443].map((port): PortRange => [port, port])
const egressPorts: PortRange[] = [...PORTS, [1024, 65_535]]
const STRICT = { allowHttp: false, egressAllow: [], egressPorts }
const LOOPBACK = [ipaddr.parseCIDR('127.0.0.0/8')]

test('private and reserved addresses are forbidden, including range boundaries and unusual notations', () => {
  for (const address of FORBIDDEN_ADDRESSES) assert.equal(isAllowedAddress(address, []), false, address)
})

test('public addresses are allowed, including those next to a forbidden range or mapped to IPv6', () => {
  for (const address of ALLOWED_ADDRESSES) assert.equal(isAllowedAddress(address, []), true, address)
})

test('EGRESS_ALLOW allows exactly the addresses in its ranges', () => {
  const allow = [ipaddr.parseCIDR('10.1.0.0/16'), ipaddr.parseCIDR('fd00:1::/32')]
  assert.equal(isAllowedAddress('10.0.255.255', allow), false)
  assert.equal(isAllowedAddress('fd00:1:ffff:ffff:ffff:ffff:ffff:ffff', allow), true)
  assert.equal(isAllowedAddress('fd00:2::', allow), false)
  assert.equal(isAllowedAddress('10.1.255.255', allow), true)
  assert.equal(isAllowedAddress('::ffff:10.1.0.0', allow), true)
  assert.equal(isAllowedAddress('10.2.0.0', allow), false)
})

test('a URL is refused for its scheme, credentials, fragment, port, private host, or invalid syntax', () => {
  for (const url of REFUSED_URLS) assert.throws(() => checkUrl(url, STRICT), BlockedDestination, url)
})

test('ordinary endpoint URLs are accepted', () => {
  for (const url of ACCEPTED_URLS) assert.equal(checkUrl(url, STRICT).protocol, 'https:', url)
})

test('only the ports of EGRESS_PORTS are accepted, and the error lists them', () => {
  const narrow = { ...STRICT, egressPorts: [[8443, 8444] as const] }
  assert.equal(checkUrl('https://example.com:8444/', narrow).port, '8444')
  assert.throws(
    () => checkUrl('https://example.com:8445/', narrow),
    /port 8445 is not allowed; use 8443 to 8444/,
  )
  assert.throws(() => checkUrl('https://example.com/', narrow), /port 443 is not allowed/)
})

test('http URLs and loopback addresses are accepted if they are allowed', () => {
  const open = { allowHttp: true, egressAllow: LOOPBACK, egressPorts }
  assert.equal(checkUrl('http://localhost:4700/', open).port, '4700')
  assert.equal(checkUrl('http://127.0.0.1:4700/', open).port, '4700')
  assert.throws(() => checkUrl('http://[::1]:4700/', open), BlockedDestination)
})

const answering =
  (...answers: LookupAddress[]): ResolveHost =>
  async () =>
    await Promise.resolve(answers)

function lookUp(hostname: string, resolve: ResolveHost, egressAllow = LOOPBACK.slice(1)): Promise<unknown> {
  return new Promise((done, fail) => {
    createGuardedLookup(egressAllow, resolve)(hostname, { all: true }, (error, addresses) =>
      error === null ? done(addresses) : fail(error),
    )
  })
}

test('a host name is refused if one of its addresses is forbidden', async () => {
  const resolve = answering({ address: '1.1.1.1', family: 4 }, { address: '10.0.0.1', family: 4 })
  await assert.rejects(lookUp('mixed.example', resolve), /10\.0\.0\.1, which is private/)
})

test('the lookup returns exactly the addresses that it checked', async () => {
  const answer = { address: '1.1.1.1', family: 4 }
  assert.deepEqual(await lookUp('good.example', answering(answer)), [answer])
})

test('localhost resolves to its allowed addresses only, and other names with a forbidden address are refused', async () => {
  const v4 = { address: '127.0.0.1', family: 4 }
  const resolve = answering({ address: '::1', family: 6 }, v4)
  assert.deepEqual(await lookUp('localhost', resolve, LOOPBACK), [v4])
  await assert.rejects(lookUp('sneaky.example', resolve, LOOPBACK), BlockedDestination)
})
