import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it, suite } from 'node:test'
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import { RestError } from '../../domain/errors.ts'
import { HEAVY } from '../../../test/harness/full-run.ts'
import { until } from '../../../test/harness/until.ts'
import type { RemoteKeysOptions } from './remote-keys.ts'
import { createTokenVerifier } from './tokens.ts'
import type { TokenSettings, VerifyToken } from './tokens.ts'

const SECRET = 'a-secret-of-the-tests-that-is-long-enough'
const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const OTHER = '0190a000-0000-7000-8000-000000000002'
const NONE: TokenSettings = { secret: undefined, jwksUrl: undefined, audience: undefined, issuer: undefined }

type Claims = Record<string, unknown>

const now = (): number => Math.floor(Date.now() / 1_000)
const valid = (more: Claims = {}): Claims => ({ organization_id: ORGANIZATION, exp: now() + 600, ...more })

async function sign(claims: Claims, secret = SECRET, alg = 'HS256'): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret))
}

async function expectRefusal(work: Promise<unknown>, status: number, code: string): Promise<RestError> {
  let refused: RestError | undefined
  await assert.rejects(work, (thrown) => {
    assert.ok(thrown instanceof RestError, String(thrown))
    refused = thrown
    return true
  })
  assert.deepEqual([refused?.status, refused?.code], [status, code], refused?.message)
  return refused!
}

describe('tokens signed with JWT_SECRET', () => {
  const verify: VerifyToken = createTokenVerifier({ ...NONE, secret: SECRET })!
  const verifySigned = async (claims: Claims) => await verify(await sign(claims))

  it('a token acts as an admin of the organization that it names', async () => {
    const expected = { organizationId: ORGANIZATION, scope: 'admin', subject: '' }
    assert.deepEqual(await verifySigned(valid()), expected)
    assert.deepEqual(
      await verifySigned({ exp: now() + 60, sub: 'u', app_metadata: { organization_id: ORGANIZATION } }),
      { ...expected, subject: 'u' },
    )
  })

  it('a top-level organization_id takes precedence over the one in app_metadata', async () => {
    const { organizationId } = await verifySigned(valid({ app_metadata: { organization_id: OTHER } }))
    assert.equal(organizationId, ORGANIZATION)
  })

  it('a token can name a narrower scope, but not an unknown one', async () => {
    assert.equal((await verifySigned(valid({ webhooks_scope: 'read' }))).scope, 'read')
    assert.equal((await verifySigned(valid({ app_metadata: { webhooks_scope: 'emit' } }))).scope, 'emit')
    await expectRefusal(verifySigned(valid({ webhooks_scope: 'owner' })), 401, 'PGRST303')
  })

  it('a token is refused if its claim sub has more than 255 characters', async () => {
    assert.equal((await verifySigned(valid({ sub: 'u'.repeat(255) }))).subject.length, 255)
    const refused = await expectRefusal(verifySigned(valid({ sub: 'u'.repeat(256) })), 401, 'PGRST303')
    assert.equal(refused.details, 'The claim sub can have at most 255 characters.')
  })

  it('a token is accepted up to 30 seconds after exp and 30 seconds before nbf', async () => {
    await verifySigned(valid({ exp: now() - 20 }))
    await verifySigned(valid({ nbf: now() + 20 }))
    const late = await expectRefusal(verifySigned(valid({ exp: now() - 40 })), 401, 'PGRST303')
    assert.equal(late.message, 'JWT expired')
    await expectRefusal(verifySigned(valid({ nbf: now() + 40 })), 401, 'PGRST303')
  })

  it('a token that was issued more than 30 seconds ahead is refused', async () => {
    await verifySigned(valid({ iat: now() + 20 }))
    await expectRefusal(verifySigned(valid({ iat: now() + 40 })), 401, 'PGRST303')
  })

  it('a token without exp is refused', async () => {
    await expectRefusal(verifySigned({ organization_id: ORGANIZATION }), 401, 'PGRST303')
  })

  it('a token is refused without a valid organization, or with one that only user_metadata names', async () => {
    for (const claims of [
      {},
      { organization_id: 'x' },
      { organization_id: null },
      { user_metadata: { organization_id: ORGANIZATION } },
      { app_metadata: 'x' },
    ]) {
      await expectRefusal(verifySigned({ exp: now() + 60, ...claims }), 401, 'PGRST303')
    }
  })

  it('a token is refused if it was signed with another secret, changed or truncated', async () => {
    const token = await sign(valid())
    const [header, , signature] = token.split('.')
    const payload = Buffer.from(JSON.stringify(valid({ organization_id: OTHER }))).toString('base64url')
    for (const wrong of [
      await sign(valid(), 'another-secret-that-is-long-enough-too'),
      `${header}.${payload}.${signature}`,
      token.slice(0, -5),
      'a.b.c',
      '..',
    ]) {
      await expectRefusal(verify(wrong), 401, 'PGRST301')
    }
  })

  it('a token is refused if it is unsigned or uses another algorithm than HS256', async () => {
    const unsigned = new UnsecuredJWT(valid()).encode()
    await expectRefusal(verify(unsigned), 401, 'PGRST301')
    for (const alg of ['HS384', 'HS512']) {
      await expectRefusal(verify(await sign(valid(), SECRET.repeat(2), alg)), 401, 'PGRST301')
    }
  })

  it('a token for another audience or from another issuer is refused if those are set', async () => {
    const strict = createTokenVerifier({ ...NONE, secret: SECRET, audience: 'us', issuer: 'https://id' })!
    await strict(await sign(valid({ aud: ['us', 'them'], iss: 'https://id' })))
    await expectRefusal(strict(await sign(valid({ aud: 'them', iss: 'https://id' }))), 401, 'PGRST303')
    await expectRefusal(strict(await sign(valid({ aud: 'us' }))), 401, 'PGRST303')
  })
})

describe('tokens signed with a key of JWKS_URL', () => {
  let server: Server
  let settings: TokenSettings
  let keys: JWK[] = []
  let requests = 0
  before(async () => {
    server = createServer((_request, response) => {
      requests += 1
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    settings = { ...NONE, jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` }
  })
  after(async () => await new Promise((resolve) => server.close(resolve)))

  /** Adds a public key to the set, and returns a function that signs with the private key. */
  async function addKey(alg: string, kid: string): Promise<(claims: Claims) => Promise<string>> {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    keys.push({ ...(await exportJWK(publicKey)), kid, alg })
    return async (claims) => await new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey)
  }

  for (const alg of ['RS256', 'ES256']) {
    it(`a token signed with ${alg} is accepted`, async () => {
      keys = []
      const signWith = await addKey(alg, 'k')
      const verify = createTokenVerifier(settings)!
      assert.equal((await verify(await signWith(valid()))).organizationId, ORGANIZATION)
    })
  }

  it('several tokens are verified with keys that are fetched once', async () => {
    keys = []
    const signWith = await addKey('ES256', 'k')
    const verify = createTokenVerifier(settings)!
    const asked = requests
    for (let n = 0; n < 5; n += 1) await verify(await signWith(valid()))
    assert.equal(requests, asked + 1)
  })

  it('tokens that name an unknown key do not cause requests', async () => {
    keys = []
    const signWith = await addKey('ES256', 'k')
    const verify = createTokenVerifier(settings)!
    await verify(await signWith(valid()))
    const signWithOther = await addKey('ES256', 'other')
    keys.pop()
    const asked = requests
    for (let n = 0; n < 5; n += 1) await expectRefusal(verify(await signWithOther(valid())), 401, 'PGRST301')
    assert.equal(requests, asked)
  })

  it('an HS256 token signed with the public key as its secret is refused', async () => {
    keys = []
    await addKey('RS256', 'k')
    const verify = createTokenVerifier(settings)!
    const token = await sign(valid(), JSON.stringify(keys[0]))
    await expectRefusal(verify(token), 401, 'PGRST301')
  })

  it('a token is refused with 503 and Retry-After while the keys cannot be fetched', async () => {
    const signWith = await addKey('ES256', 'k')
    const verify = createTokenVerifier({ ...NONE, jwksUrl: 'http://127.0.0.1:1/jwks' })!
    const { headers } = await expectRefusal(verify(await signWith(valid())), 503, 'PGRST300')
    assert.ok(headers['retry-after'])
  })

  suite('faulty key servers', () => {
    const time = { now: Date.now() }
    const clock = { now: () => time.now }
    let respond: (response: ServerResponse) => void
    let fetches = 0
    let ended = 0
    let odd: Server
    let jwksUrl: string
    before(async () => {
      odd = createServer((_request, response) => {
        fetches += 1
        response.once('close', () => (ended += 1))
        respond(response)
      }).listen(0, '127.0.0.1')
      await new Promise((resolve) => odd.once('listening', resolve))
      jwksUrl = `http://127.0.0.1:${(odd.address() as AddressInfo).port}/jwks`
    })
    after(async () => await new Promise((resolve) => odd.close(resolve)))

    async function junk(count: number): Promise<{ lines: string[]; verify: VerifyToken }> {
      const lines: string[] = []
      const log = {
        warn: (facts: object, message: string) => void lines.push(`${message} ${JSON.stringify(facts)}`),
        info: (_facts: object, message: string) => void lines.push(message),
      } as unknown as RemoteKeysOptions['log']
      const verify = createTokenVerifier({ ...NONE, jwksUrl }, { clock, log })!
      const signWith = await addKey('ES256', 'junk')
      keys.pop()
      fetches = 0
      for (let n = 0; n < count; n += 1) await expectRefusal(verify(await signWith(valid())), 503, 'PGRST300')
      return { lines, verify }
    }

    it('a key server that returns 500 is asked once in ten seconds and logged once, for any number of tokens', async () => {
      respond = (response) => void response.writeHead(500).end('no')
      const { lines, verify } = await junk(500)
      assert.equal(fetches, 1)
      assert.equal(lines.length, 1)
      assert.match(lines[0]!, /with tokens receive 503\. Check JWKS_URL.*the status 500, not 200/)
      keys = []
      const signWith = await addKey('ES256', 'k')
      respond = (response) => void response.end(JSON.stringify({ keys }))
      time.now += 10_000
      assert.equal((await verify(await signWith(valid()))).organizationId, ORGANIZATION)
      assert.match(lines[1]!, /can be fetched again/)
    })

    it('a response with keys is abandoned after 256 KiB', async () => {
      ended = 0
      respond = (response) => {
        const timer = setInterval(() => response.write(' '.repeat(64 * 1024)), 1)
        response.once('close', () => clearInterval(timer))
      }
      const { lines } = await junk(3)
      assert.equal(fetches, 1)
      assert.match(lines[0]!, /larger than 256 KiB/)
      await until('the connection to be closed', () => ended === 1)
    })

    it('a response with keys is abandoned after five seconds', HEAVY, async () => {
      respond = (response) => {
        const timer = setInterval(() => response.write(' '), 50)
        response.once('close', () => clearInterval(timer))
      }
      const { lines } = await junk(1)
      assert.match(lines[0]!, /no complete response within 5 seconds/)
    })

    it('a response that is not a key set is logged with the reason', async () => {
      for (const [body, message] of [
        ['<html>', /is not JSON/],
        ['{"keys": 1}', /malformed/i],
      ] as const) {
        respond = (response) => void response.end(body)
        assert.match((await junk(1)).lines[0]!, message)
      }
    })
  })
})
