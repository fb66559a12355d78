import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createOwnInboxes } from './own-inboxes.ts'

const ID = '0c37bb5e-5a4d-4b7e-9a51-2a5f9c0d7e11'

const at = (address: string): AddressInfo => ({
  address,
  port: 4600,
  family: address.includes(':') ? 'IPv6' : 'IPv4',
})

test('the URL of an inbox starts with PUBLIC_URL, or with the address on which the process listens', () => {
  assert.equal(
    createOwnInboxes(undefined, () => at('0.0.0.0')).urlOf(ID),
    `http://localhost:4600/receive/${ID}`,
  )
  assert.equal(
    createOwnInboxes('https://hooks.example', () => at('0.0.0.0')).urlOf(ID),
    `https://hooks.example/receive/${ID}`,
  )
})

test('only the exact URL of an inbox is recognized', () => {
  const inboxes = createOwnInboxes('https://hooks.example', () => at('127.0.0.1'))
  const url = inboxes.urlOf(ID)
  assert.equal(inboxes.idOf(url), ID)
  for (const other of [
    `${url}/`,
    `${url}?a`,
    `${url}#a`,
    `${url}\n`,
    ` ${url}`,
    url.toUpperCase(),
    url.replace('https', 'http'),
    url.replace('.example', '.example.evil'),
    url.replace('.example', '.example:443'),
    url.replace('https://', 'https://user@'),
    url.replace('/receive', '/x/../receive'),
    'https://hooks.example/receive/',
    '',
  ]) {
    assert.equal(inboxes.idOf(other), undefined, other)
  }
})

test('requests to an inbox go to the address on which the process listens, regardless of PUBLIC_URL', () => {
  const addressOf = (address: string) =>
    createOwnInboxes('https://hooks.example', () => at(address)).address()
  assert.deepEqual(addressOf('127.0.0.1'), { host: '127.0.0.1', port: 4600 })
  assert.deepEqual(addressOf('0.0.0.0'), { host: '127.0.0.1', port: 4600 })
  assert.deepEqual(addressOf('::'), { host: '::1', port: 4600 })
  assert.deepEqual(addressOf('10.1.2.3'), { host: '10.1.2.3', port: 4600 })
})
