import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConfig } from './config.ts'
import { StartError } from '../domain/errors.ts'

/** Settings of the API; test/start.test.ts tests the others with a running process. */
describe('invalid settings of the API', () => {
  const wrong: readonly [Record<string, string>, RegExp][] = [
    [{ JWT_SECRET: 'too-short' }, /^JWT_SECRET: has 9 characters, at least 32 are required/],
    [{ JWKS_URL: 'http://id.example.com/keys' }, /^JWKS_URL: .*the https:\/\/ URL/],
    [
      { JWT_SECRET: 'x'.repeat(32), JWKS_URL: 'https://id.example.com/keys' },
      /^JWT_SECRET, JWKS_URL: set only one of them/,
    ],
    [{ API_RATE_LIMIT: 'many' }, /^API_RATE_LIMIT: 'many' is not valid\. Use a whole number/],
    [{ SOURCE_RATE_LIMIT: '-1' }, /^SOURCE_RATE_LIMIT: '-1' is not valid\. Use a whole number/],
    [{ TRUSTED_PROXIES: 'proxy.local' }, /^TRUSTED_PROXIES: .*CIDR ranges.*TRUSTED_PROXIES=/],
    [{ MAX_BACKLOG: '0' }, /^MAX_BACKLOG: '0' is not valid/],
    [{ WORKERS: 'many' }, /^WORKERS: 'many' is not valid\. Use auto, or a whole number from 1 to 64/],
    [{ WORKERS: '0' }, /^WORKERS: '0' is not valid/],
    [{ NATS_URL: 'http://nats:4222' }, /^NATS_URL: is not valid\. Use nats:\/\/ or tls:\/\//],
    [{ NATS_URL: 'nats://a:4222,b:4222' }, /^NATS_URL: is not valid/],
    [{ NATS_URL: 'nats://a:4222' }, /^NATS_URL: NATS is for several processes.* Set DATABASE_URL/],
    [{ NATS_REPLICAS: '2' }, /^NATS_REPLICAS: '2' is not valid\. Use one of auto, 1, 3, 5/],
    [{ NATS_PARTITIONS: '257' }, /^NATS_PARTITIONS: '257' is not valid\. Use a whole number from 1 to 256/],
    [{ MAX_WEBHOOKS: '0' }, /^MAX_WEBHOOKS: '0' is not valid\. Use a whole number from 1/],
  ]
  for (const [settings, message] of wrong) {
    it(`an invalid value of ${Object.keys(settings).join(' and ')} is refused with the fix`, () => {
      assert.throws(
        () => parseConfig(settings),
        (error) => error instanceof StartError && message.test(error.message),
      )
    })
  }

  it('the error for an invalid NATS_URL does not contain its password', () => {
    assert.throws(
      () => parseConfig({ NATS_URL: 'nats://user:hidden@:4222' }),
      (error) => error instanceof StartError && !error.message.includes('hidden'),
    )
  })

  it('the error for an invalid secret does not contain the secret', () => {
    assert.throws(
      () => parseConfig({ JWT_SECRET: 'hidden' }),
      (error) => error instanceof StartError && !error.message.includes('hidden'),
    )
  })
})

describe('settings of a log database', () => {
  const both = {
    DATABASE_URL: 'postgresql://localhost/crm',
    LOG_DATABASE_URL: 'postgresql://localhost/log',
    NATS_URL: 'nats://localhost:4222',
    ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
  }
  const wrong: readonly [string, Record<string, string>, RegExp][] = [
    ['without a database of the CRM', { DATABASE_URL: '' }, /^LOG_DATABASE_URL: requires DATABASE_URL/m],
    ['without streams', { NATS_URL: '' }, /^LOG_DATABASE_URL: requires NATS_URL, as in NATS_URL=nats:/m],
    [
      'that is the database of the CRM',
      { LOG_DATABASE_URL: both.DATABASE_URL },
      /^LOG_DATABASE_URL: is the database of DATABASE_URL/m,
    ],
    [
      'beside the reference CRM',
      { CRM_TABLES: 'true' },
      /^CRM_TABLES: the reference CRM needs everything in/m,
    ],
    [
      'of another kind',
      { LOG_DATABASE_URL: 'mysql://localhost/log' },
      /^LOG_DATABASE_URL: is not a PostgreSQL/m,
    ],
  ]
  for (const [what, settings, message] of wrong) {
    it(`a log database ${what} is refused with the fix`, () => {
      assert.throws(
        () => parseConfig({ ...both, ...settings }),
        (error) => error instanceof StartError && message.test(error.message),
      )
    })
  }

  it('a log database is accepted beside a database of the CRM and streams', () => {
    const { databaseUrl, logDatabaseUrl } = parseConfig(both)
    assert.deepEqual([databaseUrl, logDatabaseUrl], [both.DATABASE_URL, both.LOG_DATABASE_URL])
  })
})

describe('settings of the API', () => {
  it('the settings of the API have defaults', () => {
    const { apiRateLimit, sourceRateLimit, maxBacklog, maxWebhooks, trustedProxies, jwtSecret, jwksUrl } =
      parseConfig({})
    assert.deepEqual(
      [apiRateLimit, sourceRateLimit, maxBacklog, maxWebhooks, trustedProxies, jwtSecret, jwksUrl],
      [6_000, 6_000, 1_000_000, 100, ['127.0.0.1/32', '::1/128'], undefined, undefined],
    )
  })

  it('NATS_URL takes several servers, and has defaults beside it', () => {
    const settings = {
      DATABASE_URL: 'postgres://localhost/crm',
      ENCRYPTION_KEYS: Buffer.alloc(32).toString('base64'),
    }
    const { natsUrl, natsCredentials, natsReplicas, natsPartitions } = parseConfig({
      ...settings,
      NATS_URL: 'nats://user:password@one:4222, tls://two',
    })
    assert.deepEqual(
      natsUrl?.map(({ host, username }) => [host, username]),
      [
        ['one:4222', 'user'],
        ['two', ''],
      ],
    )
    assert.deepEqual([natsCredentials, natsReplicas, natsPartitions], [undefined, 'auto', 16])
    assert.equal(parseConfig({ ...settings, NATS_REPLICAS: '3' }).natsReplicas, 3)
  })

  it('JWKS_URL accepts an http URL on localhost', () => {
    assert.equal(
      parseConfig({ JWKS_URL: 'http://localhost:9999/keys' }).jwksUrl,
      'http://localhost:9999/keys',
    )
  })
})
