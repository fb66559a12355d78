import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { Connection, Database } from '../../db/database.ts'
import type { SecretBox } from '../../webhooks/secrets.ts'
import { addRawRoutes, toBytes } from '../raw-body.ts'
import { DEEPEST_JSON, isDeeperThan } from '../rest/body.ts'
import { RestError } from '../rest/error-response.ts'
import { findSource, keepPayload, noteReceived } from './source-store.ts'
import type { Provider, Source } from './source-store.ts'
import { answerHandshake, isSignedByMeta, takeFromWhatsApp } from './whatsapp.ts'
import { answerValidation, isSignedByZoom, takeFromZoom } from './zoom.ts'

/** Meta sends up to 3 MB at once. */
const BODY_LIMIT = 4 * 1024 * 1024
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface SourceOptions {
  database: Database
  clock: Clock
  box: SecretBox
}

type Request = FastifyRequest<{ Params: { organization: string } }>
/** Writes a payload; gives what of it was not understood. */
type Take = (connection: Connection, source: Source, payload: unknown) => Promise<string[]>

/**
 * `/sources/<provider>/<organization_id>`: what other services tell of an organization, verified and written to the CRM's tables.
 *
 * What was signed right is answered with 200 when it is stored, understood or not: a provider that gets anything else sends
 * it again and in the end stops sending. Everything else is a 401 that does not say what was wrong.
 */
export function addSourceRoutes(server: FastifyInstance, options: SourceOptions): void {
  const { database, clock, box } = options

  async function sourceOf({ params: { organization } }: Request, provider: Provider): Promise<Source> {
    const source = UUID.test(organization)
      ? await findSource(database, box, provider, organization.toLowerCase())
      : undefined
    if (source === undefined) throw refuse()
    return source
  }

  async function take(source: Source, body: Buffer, write: Take): Promise<void> {
    await database.transaction(async (connection) => {
      await connection.query(`select set_config('webhooks.origin', $1, true)`, [source.provider])
      await noteReceived(connection, source)
      const payload = parse(body)
      const kept =
        payload === undefined ? ['a body that is not JSON'] : await write(connection, source, payload)
      if (kept.length > 0) await keepPayload(connection, source, [...new Set(kept)].join('; '), body)
    })
  }

  addRawRoutes(server, (scope) => {
    scope.post('/sources/zoom/:organization', { bodyLimit: BODY_LIMIT }, async (request: Request, reply) => {
      const source = await sourceOf(request, 'zoom')
      const body = toBytes(request.body)
      if (!isSignedByZoom(request.headers, body, source.secret, clock.now())) throw refuse()
      const answer = answerValidation(parse(body), source.secret)
      if (answer === undefined) await take(source, body, takeFromZoom)
      return await reply
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(answer ?? { status: 'received' }))
    })

    scope.get(
      '/sources/whatsapp/:organization',
      { exposeHeadRoute: false },
      async (request: Request, reply) => {
        const source = await sourceOf(request, 'whatsapp')
        const challenge = answerHandshake(request.query, source.verifyToken)
        if (challenge === undefined) throw refuse()
        return await reply
          .headers({ 'x-content-type-options': 'nosniff' })
          .type('text/plain; charset=utf-8')
          .send(challenge)
      },
    )

    scope.post(
      '/sources/whatsapp/:organization',
      { bodyLimit: BODY_LIMIT },
      async (request: Request, reply) => {
        const source = await sourceOf(request, 'whatsapp')
        const body = toBytes(request.body)
        if (!isSignedByMeta(request.headers, body, source.secret)) throw refuse()
        await take(source, body, takeFromWhatsApp)
        return await reply
          .type('application/json; charset=utf-8')
          .send(JSON.stringify({ status: 'received' }))
      },
    )
  })
}

/** Undefined for what is not JSON. No text in it is one that the database could not store. */
function parse(body: Buffer): unknown {
  const text = body.toString('utf8')
  if (isDeeperThan(text, DEEPEST_JSON)) return undefined
  try {
    return JSON.parse(text, (_key, value: unknown) =>
      typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : value,
    )
  } catch {
    return undefined
  }
}

function refuse(): RestError {
  return new RestError(401, 'PGRST301', 'not verified', { headers: { 'www-authenticate': 'Signature' } })
}
