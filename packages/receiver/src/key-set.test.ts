import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { makeKey, signAsymmetric, type TestKey } from '../test/asymmetric-request.ts'
import { expectRefusal } from '../test/expect-refusal.ts'
import { now, plainSecret, signBodyOnly, signStandard } from '../test/signed-request.ts'
import { createKeySet, verifyWebhook, type KeySetOptions, type WebhookKeySet } from './index.ts'

const verifyWith = (keySet: WebhookKeySet, ...keys: TestKey[]): Promise<unknown> =>
  verifyWebhook({ ...signAsymmetric(keys), now, secret: keySet })

interface Published {
  keySet: WebhookKeySet
  url: string
  /** What the server answers with. */
  keys: unknown[]
  status: number
  fetches: number
}

/** A server that publishes keys, and a set that fetches them. */
async function publish(
  context: TestContext,
  keys: readonly TestKey[],
  options: KeySetOptions = {},
  answer?: RequestListener,
): Promise<Published> {
  const published = { keys: keys.map(({ jwk }) => jwk) as unknown[], status: 200, fetches: 0 }
  const server = createServer((request, response) => {
    state.fetches += 1
    if (answer !== undefined) return answer(request, response)
    response.writeHead(state.status, { 'content-type': 'application/jwk-set+json' })
    response.end(JSON.stringify({ keys: state.keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  const state: Published = Object.assign(published, { url, keySet: createKeySet(url, options) })
  return state
}

test('a key set is fetched once and verifies every request', async (context) => {
  const key = makeKey()
  const published = await publish(context, [key])
  await Promise.all([verifyWith(published.keySet, key), verifyWith(published.keySet, key)])
  await verifyWith(published.keySet, key)
  assert.equal(published.fetches, 1)
})

test('a key set fetches a key that is new since a rotation', async (context) => {
  const [old, fresh] = [makeKey(), makeKey()]
  const published = await publish(context, [old], { cooldownSeconds: 0 })
  await verifyWith(published.keySet, old)
  published.keys = [fresh.jwk]
  await verifyWith(published.keySet, fresh)
  assert.equal(published.fetches, 2)
  await expectRefusal(verifyWith(published.keySet, old), 'signature_mismatch')
})

test('a request with both signatures of a rotation verifies with the keys from before it', async (context) => {
  const [old, fresh] = [makeKey(), makeKey()]
  const published = await publish(context, [old])
  await verifyWith(published.keySet, old)
  await verifyWith(published.keySet, fresh, old)
  assert.equal(published.fetches, 1)
})

test('requests with unknown signatures do not make a key set fetch each time', async (context) => {
  const [key, unknown] = [makeKey(), makeKey()]
  const published = await publish(context, [key])
  for (let n = 0; n < 5; n += 1)
    await expectRefusal(verifyWith(published.keySet, unknown), 'signature_mismatch')
  assert.equal(published.fetches, 1)
})

test('a key set that cannot be fetched is reported as such, and tried again', async (context) => {
  const key = makeKey()
  const published = await publish(context, [key], { cooldownSeconds: 0 })
  published.status = 503
  await expectRefusal(verifyWith(published.keySet, key), 'keys_unavailable')
  published.status = 200
  await verifyWith(published.keySet, key)
})

test('known keys stay valid while they cannot be fetched again', async (context) => {
  const key = makeKey()
  const published = await publish(context, [key], { maxAgeSeconds: 0, cooldownSeconds: 0 })
  await verifyWith(published.keySet, key)
  published.status = 500
  await verifyWith(published.keySet, key)
  assert.ok(published.fetches >= 2)
})

test('keys of other kinds in a key set are skipped', async (context) => {
  const key = makeKey()
  const published = await publish(context, [])
  published.keys = [
    { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' },
    { kty: 'OKP', crv: 'Ed25519', x: 'short' },
    { kty: 'OKP', crv: 'X25519', x: key.jwk.x },
    key.jwk,
  ]
  await verifyWith(published.keySet, key)
})

test('a key set without end, or behind a redirect, is not used', async (context) => {
  const key = makeKey()
  const large = await publish(context, [key], {}, (_request, response) => {
    response.end(`{"keys":[],"more":"${'x'.repeat(100_000)}"}`)
  })
  await expectRefusal(verifyWith(large.keySet, key), 'keys_unavailable')
  const good = await publish(context, [key])
  const moved = await publish(context, [key], {}, (_request, response) => {
    response.writeHead(302, { location: good.url }).end()
  })
  await expectRefusal(verifyWith(moved.keySet, key), 'keys_unavailable')
  assert.equal(good.fetches, 0)
})

test('a request that is signed with a secret does not make a key set fetch', async (context) => {
  const published = await publish(context, [makeKey()])
  await expectRefusal(
    verifyWebhook({ ...signStandard(), now, secret: published.keySet }),
    'signature_mismatch',
  )
  await expectRefusal(verifyWebhook({ ...signBodyOnly(), now, secret: published.keySet }), 'missing_header')
  assert.ok(await verifyWebhook({ ...signStandard(), now, secret: [published.keySet, plainSecret] }))
  assert.equal(published.fetches, 0)
})
