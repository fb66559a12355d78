import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { CHECK_NAMES } from '../../domain/checkup.ts'
import { generateSigningKeyPair, readPrivateKey } from '../../domain/signature/ed25519.ts'
import { all, check, createEndpoints, file, find, statuses, verifying } from './checkup-fixture.ts'

suite('a check-up of an endpoint', () => {
  const endpoints = createEndpoints()
  const { serve } = endpoints
  after(() => endpoints.close())

  test('a faultless endpoint passes every check, and each says what was found', async () => {
    const { url, arrived } = await serve(verifying())
    const checks = await check(url)
    assert.deepEqual(statuses(checks), all('pass'))
    assert.deepEqual(
      checks.map(({ name }) => name),
      CHECK_NAMES,
    )
    for (const { detail, advice, codes } of checks) {
      assert.ok(detail !== '' && advice === null)
      assert.ok(codes['detail'], `no code for "${detail}"`)
    }
    assert.match(find(checks, 'tls').detail, /^the connection uses TLSv1\.3; days until the certificate/)
    assert.equal(arrived.length, 8)
  })

  test('every request is marked as a test and signed as the check says', async () => {
    const { url, arrived } = await serve(verifying())
    await check(url)
    assert.deepEqual(
      arrived.filter(({ headers }) => headers['x-webhook-trigger'] !== 'test'),
      [],
    )
    assert.equal(arrived[1]?.headers['webhook-id'], arrived[0]?.headers['webhook-id'])
    const unsigned = arrived.filter(({ headers }) => headers['webhook-signature'] === undefined)
    assert.equal(unsigned.length, 1)
    assert.ok(arrived.at(-1)!.body.length > 256 * 1_024)
  })

  test('a faultless endpoint of a webhook with an Ed25519 key passes every check', async () => {
    const { publicKey, privateKey } = generateSigningKeyPair()
    const { url } = await serve(verifying(publicKey))
    const checks = await check(url, { secrets: [], signingKeys: [readPrivateKey(privateKey)] })
    assert.deepEqual(statuses(checks), all('pass'))
  })

  test('an endpoint that speaks HTTP/2 alone passes every check', async () => {
    const { url } = await serve(verifying(), 'http2')
    assert.deepEqual(statuses(await check(url)), all('pass'))
  })

  test('an endpoint that demands a client certificate gets that of the webhook, and fails without one', async () => {
    const { url, arrived } = await serve(verifying(), 'mtls')
    const auth = { type: 'mtls', certificate: file('client.pem'), key: file('client.key') } as const
    assert.deepEqual(statuses(await check(url, { auth })), all('pass'))
    const { length } = arrived
    assert.equal(find(await check(url), 'signed_test').status, 'fail')
    assert.equal(arrived.length, length)
  })

  test('requests of a check-up have the headers of the webhook', async () => {
    const { url, arrived } = await serve(verifying())
    await check(url, { headers: { 'X-Api-Key': 'of the endpoint' } })
    assert.ok(
      arrived.length > 0 && arrived.every(({ headers }) => headers['x-api-key'] === 'of the endpoint'),
    )
  })

  test('the signature checks of a webhook without a secret are skipped, with advice', async () => {
    const { url, arrived } = await serve((_, response) => response.end())
    const checks = await check(url, { secrets: [] })
    const skipped = { wrong_signature: 'skipped', missing_signature: 'skipped', old_timestamp: 'skipped' }
    assert.deepEqual(statuses(checks), all('pass', skipped))
    assert.match(find(checks, 'wrong_signature').advice ?? '', /^Set a secret/)
    assert.equal(arrived.length, 5)
  })

  test('an endpoint that verifies nothing fails for each forgery', async () => {
    const { url } = await serve((_, response) => response.end())
    const checks = await check(url)
    assert.deepEqual(
      statuses(checks),
      all('pass', { wrong_signature: 'fail', missing_signature: 'fail', old_timestamp: 'warn' }),
    )
    for (const name of ['wrong_signature', 'missing_signature', 'old_timestamp'] as const)
      assert.match(find(checks, name).detail, /^the endpoint accepted a request /)
  })

  test('an endpoint that refuses the signed test is told why, and nothing else is tried', async () => {
    const { url, arrived } = await serve((_, response) => response.writeHead(404).end())
    const checks = await check(url)
    assert.deepEqual(
      statuses(checks),
      all('skipped', { reachable: 'pass', tls: 'pass', response_time: 'pass', signed_test: 'fail' }),
    )
    assert.equal(find(checks, 'signed_test').detail, 'the endpoint returned 404')
    assert.equal(find(checks, 'emoji').detail, 'not tried, because the signed test was not accepted')
    assert.equal(arrived.length, 1)
  })

  test('an endpoint that nothing listens at is not reachable', async () => {
    const { url } = await serve(verifying())
    await endpoints.closeLast()
    const checks = await check(url)
    assert.deepEqual(statuses(checks), all('skipped', { reachable: 'fail', signed_test: 'fail' }))
    assert.equal(find(checks, 'reachable').detail, 'the connection was refused')
  })

  test('an address that the network guard does not allow is not reachable', async () => {
    const checks = await check('https://10.0.0.1/')
    assert.equal(find(checks, 'reachable').status, 'fail')
    assert.match(find(checks, 'reachable').advice ?? '', /private or reserved/)
  })

  test('an endpoint with a certificate for another host name is reachable, but fails for TLS', async () => {
    const { url } = await serve(verifying())
    const checks = await check(url.replace('localhost', '127.0.0.1'))
    assert.deepEqual(
      statuses(checks),
      all('skipped', { reachable: 'pass', tls: 'fail', signed_test: 'fail' }),
    )
    assert.match(find(checks, 'tls').detail, /for another host name/)
  })

  test('an endpoint without TLS is warned', async () => {
    const { url } = await serve(verifying(), 'http')
    const checks = await check(url)
    assert.deepEqual(statuses(checks), all('pass', { tls: 'warn' }))
    assert.match(find(checks, 'tls').advice ?? '', /Use https/)
  })

  test('an endpoint that takes more than half of the timeout fails for its time', async () => {
    const { url, arrived } = await serve((each, response) =>
      setTimeout(() => void verifying()(each, response), arrived.length === 1 ? 600 : 0),
    )
    const checks = await check(url, { timeout: 1_100 })
    assert.equal(find(checks, 'response_time').status, 'fail')
    assert.match(find(checks, 'response_time').advice ?? '', /Return 200 first/)
  })

  test('an endpoint that does not respond fails once, within its timeout', async () => {
    const { url, arrived } = await serve(() => {})
    const checks = await check(url, { timeout: 100 })
    assert.equal(find(checks, 'signed_test').detail, 'no response within 100 ms')
    assert.equal(arrived.length, 1)
  })

  test('a check-up without time left skips what it has not tried', async () => {
    const { url } = await serve((arrived, response) =>
      setTimeout(() => void verifying()(arrived, response), 800),
    )
    const checks = await check(url, {}, 1_700)
    assert.equal(find(checks, 'signed_test').status, 'pass')
    assert.equal(find(checks, 'large_body').detail, 'not tried, because the check-up had no time left')
  })

  test('nothing is sent for a webhook whose secret cannot be read', async () => {
    const { url, arrived } = await serve(verifying())
    const checks = await check(url, { unreadable: 'the stored secret cannot be decrypted' })
    assert.equal(find(checks, 'signed_test').status, 'fail')
    assert.equal(find(checks, 'reachable').status, 'skipped')
    assert.equal(arrived.length, 0)
  })
})
