import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { test } from 'node:test'
import ipaddr from 'ipaddr.js'
import type { ResolveHost } from './resolve-host.ts'
import { BlockedDestination, checkUrl, createGuardedLookup, isAllowedAddress } from './network-guard.ts'

const STRICT = { allowHttp: false, egressAllow: [] }
const LOOPBACK = [ipaddr.parseCIDR('127.0.0.0/8')]

const PRIVATE_V4 =
  '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 ' +
  '192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 255.255.255.255'
const PRIVATE_V6 =
  ':: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 ' +
  '2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1 fec0::1 ff02::1'
const REFUSED_URLS =
  'http://example.com ftp://example.com example.com/x https://user@example.com https://:pw@example.com ' +
  'https://example.com/#part https://example.com:22 https://example.com:6379x https://localhost/x https://127.1 ' +
  'https://2130706433 https://0x7f000001 https://0177.0.0.1 https://[::1] https://[::ffff:7f00:1] ' +
  'https://api.localhost. https://127.0.0.1. https:example.com https:///h https://@h/ https://a..b/ https://./ ' +
  'https:\\\\host https://[::ffff:0:a9fe:a9fe]'

test('private and reserved addresses are forbidden', () => {
  for (const address of `${PRIVATE_V4} ${PRIVATE_V6}`.split(' '))
    assert.equal(isAllowedAddress(address, []), false, address)
})

test('public addresses are allowed, also mapped into IPv6', () => {
  for (const address of [
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '11.0.0.1',
    '2606:4700::1111',
    '::ffff:1.1.1.1',
  ]) {
    assert.equal(isAllowedAddress(address, []), true, address)
  }
})

test('EGRESS_ALLOW lets its ranges through, exactly to their edges', () => {
  const allow = [ipaddr.parseCIDR('10.1.0.0/16')]
  assert.equal(isAllowedAddress('10.1.255.255', allow), true)
  assert.equal(isAllowedAddress('::ffff:10.1.0.0', allow), true)
  assert.equal(isAllowedAddress('10.2.0.0', allow), false)
})

test('a URL is refused for its scheme, credentials, fragment, port or private host', () => {
  for (const url of REFUSED_URLS.split(' '))
    assert.throws(() => checkUrl(url, STRICT), BlockedDestination, url)
})

test('what a URL parser would repair is refused', () => {
  for (const url of [
    ' https://example.com',
    'https://exam\nple.com/',
    'https://example.com/a b',
    `https://${'a'.repeat(300)}.com`,
  ]) {
    assert.throws(() => checkUrl(url, STRICT), BlockedDestination, url)
  }
})

test('ordinary endpoints are accepted', () => {
  for (const url of [
    'https://example.com',
    'https://example.com:8443/a?b=c',
    'https://[2606:4700::1111]:9000/',
  ]) {
    assert.equal(checkUrl(url, STRICT).protocol, 'https:', url)
  }
})

test('http is accepted only where it is allowed, and loopback only where its range is', () => {
  const open = { allowHttp: true, egressAllow: LOOPBACK }
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

test('a name with one forbidden address among its answers is refused', async () => {
  const resolve = answering({ address: '1.1.1.1', family: 4 }, { address: '10.0.0.1', family: 4 })
  await assert.rejects(lookUp('mixed.example', resolve), /10\.0\.0\.1, which is private/)
})

test('the addresses that were judged are the ones that are handed out', async () => {
  const answer = { address: '1.1.1.1', family: 4 }
  assert.deepEqual(await lookUp('good.example', answering(answer)), [answer])
})

test('localhost is reached over the family that is let through', async () => {
  const v4 = { address: '127.0.0.1', family: 4 }
  const resolve = answering({ address: '::1', family: 6 }, v4)
  assert.deepEqual(await lookUp('localhost', resolve, LOOPBACK), [v4])
  await assert.rejects(lookUp('sneaky.example', resolve, LOOPBACK), BlockedDestination)
})
