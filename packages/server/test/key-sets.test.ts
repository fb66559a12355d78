import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

interface KeySet {
  keys: { kty: string; crv: string; use: string; alg: string; kid: string; x: string }[]
}

const path = (organization: string): string => `/.well-known/webhooks-keys/${organization}`

for (const engine of ENGINES) {
  suite(`published key sets (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine)
      await rotate(OURS)
    })
    after(async () => await api.close())

    const rotate = async (
      organization: string,
      overlap = '24h',
    ): Promise<{ id: string; public_key: string }> =>
      (
        await api.ask<{ id: string; public_key: string }>('POST', 'rpc/rotate_signing_key', {
          body: { organization_id: organization, overlap },
        })
      ).json
    const get = async (
      organization: string,
      headers: Record<string, string> = {},
      remoteAddress = '192.0.2.1',
    ) => await api.inject('GET', path(organization), { headers, remoteAddress })
    const keysOf = async (organization: string) => (JSON.parse((await get(organization)).body) as KeySet).keys

    test('anyone can read the public keys of an organization, as a JWK set', async () => {
      const { id, public_key } = await rotate(OURS, '0s')
      const response = await get(OURS)
      assert.equal(response.statusCode, 200)
      assert.equal(response.headers['content-type'], 'application/jwk-set+json; charset=utf-8')
      const x = Buffer.from(public_key.slice('whpk_'.length), 'base64').toString('base64url')
      assert.deepEqual(JSON.parse(response.body), {
        keys: [{ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', kid: id, x }],
      })
    })

    test('a key set has both keys during a rotation, the new one first, and only those', async () => {
      const old = await rotate(OURS, '0s')
      const fresh = await rotate(OURS, '1h')
      assert.deepEqual(
        (await keysOf(OURS)).map(({ kid }) => kid),
        [fresh.id, old.id],
      )
      await api.database.query(
        `update webhooks.webhook_signing_keys set expires_at = now() - interval '1 second' where expires_at is not null`,
      )
      assert.deepEqual(
        (await keysOf(OURS)).map(({ kid }) => kid),
        [fresh.id],
      )
    })

    test('a key set can be cached and asked for again by its ETag', async () => {
      const first = await get(OURS)
      assert.equal(first.headers['cache-control'], 'public, max-age=300')
      const etag = String(first.headers['etag'])
      assert.match(etag, /^"[\w-]+"$/)
      for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await get(OURS, { 'if-none-match': given })
        assert.deepEqual([again.statusCode, again.body, again.headers['etag']], [304, '', etag], given)
      }
      assert.equal((await get(OURS, { 'if-none-match': '"other"' })).statusCode, 200)
      await rotate(OURS, '0s')
      const changed = await get(OURS, { 'if-none-match': etag })
      assert.equal(changed.statusCode, 200)
      assert.notEqual(changed.headers['etag'], etag)
    })

    test('pages of every origin may read a key set, also when it is unknown', async () => {
      for (const [organization, status] of [
        [OURS, 200],
        [THEIRS, 404],
      ] as const) {
        const { statusCode, headers } = await get(organization, { origin: 'https://elsewhere.example' })
        assert.deepEqual([statusCode, headers['access-control-allow-origin']], [status, '*'])
      }
      const preflight = await api.inject('OPTIONS', path(OURS), {
        headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET' },
      })
      assert.deepEqual(
        [preflight.statusCode, preflight.headers['access-control-allow-headers']],
        [204, 'If-None-Match'],
      )
      const head = await api.inject('HEAD', path(OURS))
      assert.deepEqual([head.statusCode, head.body], [200, ''])
    })

    test('an organization without keys, an unknown one and what is no id get the same response, which is not cached', async () => {
      const responses = await Promise.all(
        [THEIRS, '0190a000-0000-7000-8000-0000000000ff', 'no-uuid', '%00'].map((id) => get(id)),
      )
      for (const { statusCode, body, headers } of responses) {
        assert.deepEqual([statusCode, body], [404, responses[0]!.body])
        assert.equal(headers['cache-control'], 'no-store')
      }
    })

    test('the key set of an organization appears with its first key', async () => {
      assert.equal((await get(THEIRS)).statusCode, 404)
      const { id } = await rotate(THEIRS)
      assert.deepEqual(
        (await keysOf(THEIRS)).map(({ kid }) => kid),
        [id],
      )
    })

    test('many requests at once share queries', async () => {
      const counted = await countQueries(api.database, () =>
        Promise.all(Array.from({ length: 100 }, (_, n) => get(n % 2 === 0 ? OURS : THEIRS))),
      )
      assert.ok(counted <= 3, `${counted} queries for 100 requests`)
    })

    test('an address that tries many unknown organizations is refused without a query, and known ones still served', async () => {
      const address = '192.0.2.77'
      const unknown = (n: number): string => `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`
      for (let n = 100; n < 221; n += 1) await get(unknown(n), {}, address)
      const counted = await countQueries(api.database, async () => {
        const { statusCode, headers } = await get(unknown(300), {}, address)
        assert.equal(statusCode, 429)
        assert.ok(Number(headers['retry-after']) > 0)
      })
      assert.equal(counted, 0)
      assert.equal((await get(OURS, {}, address)).statusCode, 200)
      assert.equal((await get(unknown(301))).statusCode, 404)
    })
  })
}

/** How many statements the database gets meanwhile. */
async function countQueries(database: Database, work: () => Promise<unknown>): Promise<number> {
  const original = database.query
  let count = 0
  Object.assign(database, {
    query: (...query: Parameters<Database['query']>) => {
      count += 1
      return original.apply(database, query)
    },
  })
  try {
    await work()
    return count
  } finally {
    Object.assign(database, { query: original })
  }
}
