import { phrase } from '../../domain/messages/phrase.ts'
import { hash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import { createSharedLookup } from '../../database/shared-lookup.ts'
import type { Clock } from '../../domain/clock.ts'
import { ApiError } from '../../domain/errors.ts'
import { createLru } from '../../domain/lru.ts'
import type { PublicJwk } from '../../domain/signature/ed25519.ts'
import { toJwk } from '../../domain/signature/ed25519.ts'
import { toNetwork, tooManyRequests } from '../limits/admission.ts'
import type { SharedCounts } from '../limits/shared-counts.ts'
import { WindowCounter } from '../limits/window-counter.ts'
import { listPublicKeys } from './sql/statements.generated.ts'

const PATH = '/.well-known/webhooks-keys/:organization'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** How long receivers and proxies may keep a key set: the shortest overlap that reaches all of them. */
const MAX_AGE_SECONDS = 300
/** Per minute and address; beyond, only organizations that are known to have keys are looked up. */
const MAX_UNKNOWN = 120
const MAX_REMEMBERED = 10_000

export interface KeySetOptions {
  database: Database
  clock: Clock
  /** Undefined for a node of one process. */
  sharedCounts: SharedCounts | undefined
}

type KeySet = { keys: PublicJwk[] }

/**
 * Adds the public JWK set of each organization. At most one query runs at a time, however many requests come: those that
 * arrive meanwhile share the next one, and none gets an answer older than its request.
 */
export function keySetRoute(scope: FastifyInstance, { database, clock, sharedCounts }: KeySetOptions): void {
  const lookUp = createSharedLookup((organizations) => readKeySets(database, organizations))
  const unknown = new WindowCounter(MAX_UNKNOWN, clock, sharedCounts?.tally('unknown key sets'))
  const remembered = createLru<string, true>(MAX_REMEMBERED)

  async function find(organization: string, address: string): Promise<KeySet> {
    const network = toNetwork(address)
    const status = unknown.peek(network)
    if (status.exceeded && remembered.get(organization) === undefined)
      throw tooManyRequests(status, phrase('limit.keySets'), phrase('hint.keySetUrl'))
    const found = UUID.test(organization) ? await lookUp(organization) : undefined
    if (found === undefined) {
      unknown.count(network)
      throw new ApiError(404, 'P0002', phrase('error.noKeys'), {
        hint: phrase('hint.firstKeys'),
      })
    }
    remembered.set(organization, true)
    return found
  }

  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' })
  })

  scope.options(PATH, (_request, reply) =>
    reply
      .status(204)
      .headers({
        'access-control-allow-methods': 'GET, HEAD, OPTIONS',
        'access-control-allow-headers': 'If-None-Match',
        'access-control-max-age': '86400',
      })
      .send(),
  )

  scope.get<{ Params: { organization: string } }>(PATH, async ({ params, ip, headers }, reply) => {
    const body = JSON.stringify(await find(params.organization.toLowerCase(), ip))
    const etag = `"${hash('sha256', body, 'base64url').slice(0, 27)}"`
    reply.headers({
      'cache-control': `public, max-age=${MAX_AGE_SECONDS}`,
      etag,
      'access-control-expose-headers': 'ETag',
    })
    if (isAmong(headers['if-none-match'], etag)) return await reply.status(304).send()
    return await reply.type('application/jwk-set+json; charset=utf-8').send(body)
  })
}

function isAmong(given: string | undefined, etag: string): boolean {
  const tags = (given ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

async function readKeySets(
  database: Database,
  organizations: readonly string[],
): Promise<Map<string, KeySet>> {
  const { rows } = await database.query(...listPublicKeys({ organizations: plainArray(organizations) }))
  const found = new Map<string, KeySet>()
  for (const { organization_id: organization, id, public_key: key } of rows) {
    const keys = found.get(organization)?.keys ?? []
    found.set(organization, { keys: [...keys, toJwk(id, key)] })
  }
  return found
}
