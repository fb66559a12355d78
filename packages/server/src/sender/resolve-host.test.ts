import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { createResolver } from './resolve-host.ts'

test('localhost and its subdomains resolve to the loopback addresses', async () => {
  for (const name of ['localhost', 'api.localhost']) {
    assert.deepEqual(
      (await createResolver()(name)).map(({ address }) => address),
      ['127.0.0.1', '::1'],
    )
  }
})

test('the host name of this machine resolves by the hosts file or the system', async () => {
  const addresses = await createResolver()(hostname())
  assert.ok(addresses.length > 0 && addresses.every(({ address }) => isIP(address) > 0))
})

test('resolving a host name that does not exist fails', async () => {
  await assert.rejects(createResolver()('does-not-exist.invalid'), { name: 'Error' })
})
