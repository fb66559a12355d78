import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import type { DatabaseShares } from '../../database/database-shares.ts'
import { parseAsBytes, toBytes } from '../http/raw-body.ts'
import { createBodyLimit } from './body-limit.ts'
import { queuePayload } from '../../sources/source-queue.ts'
import type { Provider, Source } from '../../sources/source-store.ts'
import type { SharedCounts } from '../limits/shared-counts.ts'
import { BODY_LIMIT, parsePayload } from '../../sources/take-in.ts'
import { createVerifiedSources } from './verified-sources.ts'
import type { SourceRequest } from './verified-sources.ts'
import { answerHandshake, isSignedByMeta } from '../../sources/whatsapp.ts'
import { answerValidation, isSignedByZoom } from '../../sources/zoom.ts'

export interface SourceOptions {
  database: Database
  shares: DatabaseShares
  clock: Clock
  box: SecretBox
  /** Posts per minute to one source; 0: unlimited. */
  sourceRateLimit: number
  /** Undefined for a node of one process. */
  sharedCounts: SharedCounts | undefined
}

type Request = FastifyRequest<{ Params: { organization: string } }>

/**
 * Adds `/sources/<provider>/<organization_id>`: reports of other services about an organization, verified and written
 * to the CRM's tables.
 *
 * Every request with a valid signature gets 200 once it is stored, understood or not: on any other status a provider
 * repeats it and eventually stops sending. It is processed in the background. Everything else gets a 401 that does not
 * reveal the cause.
 */
export function sourceRoutes(scope: FastifyInstance, options: SourceOptions): void {
  const { database, shares, clock, sourceRateLimit: rateLimit } = options
  const sources = createVerifiedSources({ ...options, rateLimit })
  const withinBodyLimit = createBodyLimit()

  const toSourceRequest = ({ params, ip }: Request, provider: Provider): SourceRequest => ({
    provider,
    organization: params.organization,
    address: ip,
  })
  const queue = async (source: Source, body: Buffer): Promise<void> =>
    await shares.run(source.organizationId, async () => await queuePayload(database, source, body))

  parseAsBytes(scope)
  scope.post('/sources/zoom/:organization', { bodyLimit: BODY_LIMIT }, async (request: Request, reply) => {
    const body = toBytes(request.body)
    const response = await withinBodyLimit(request.params.organization, body.length, async () => {
      const { source } = await sources.verifyPost(
        toSourceRequest(request, 'zoom'),
        ({ secret }) => isSignedByZoom(request.headers, body, secret, clock.now()) || undefined,
      )
      const validation = answerValidation(parsePayload(body), source.secret)
      if (validation === undefined) await queue(source, body)
      return validation
    })
    return await reply
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(response ?? { status: 'received' }))
  })

  scope.get(
    '/sources/whatsapp/:organization',
    { exposeHeadRoute: false },
    async (request: Request, reply) => {
      const { proven } = await sources.verify(toSourceRequest(request, 'whatsapp'), ({ verifyToken }) =>
        answerHandshake(request.query, verifyToken),
      )
      return await reply
        .headers({ 'x-content-type-options': 'nosniff' })
        .type('text/plain; charset=utf-8')
        .send(proven)
    },
  )

  scope.post(
    '/sources/whatsapp/:organization',
    { bodyLimit: BODY_LIMIT },
    async (request: Request, reply) => {
      const body = toBytes(request.body)
      await withinBodyLimit(request.params.organization, body.length, async () => {
        const { source } = await sources.verifyPost(
          toSourceRequest(request, 'whatsapp'),
          ({ secret }) => isSignedByMeta(request.headers, body, secret) || undefined,
        )
        await queue(source, body)
      })
      return await reply.type('application/json; charset=utf-8').send(JSON.stringify({ status: 'received' }))
    },
  )
}
