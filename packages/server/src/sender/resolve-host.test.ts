import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { createResolver } from './resolve-host.ts'

test('localhost is loopback by definition, and no name server is asked', async () => {
  for (const name of ['localhost', 'api.localhost']) {
    assert.deepEqual(
      (await createResolver()(name)).map(({ address }) => address),
      ['127.0.0.1', '::1'],
    )
  }
})

test('this machine is found by its own name, as the hosts file or the system gives it', async () => {
  const addresses = await createResolver()(hostname())
  assert.ok(addresses.length > 0 && addresses.every(({ address }) => isIP(address) > 0))
})

test('a name that does not exist is a failure', async () => {
  await assert.rejects(createResolver()('does-not-exist.invalid'), { name: 'Error' })
})
