import { phrase } from '../../domain/messages/phrase.ts'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import { maskValues } from '../../sender/build-request.ts'
import { isSignedBy } from '../../domain/signature/ed25519.ts'
import { signBody } from '../../domain/signature/sign.ts'
import { ApiError } from '../../domain/errors.ts'
import type { OpenTarget, TargetRow, WebhookTarget } from '../../domain/webhook.ts'
import { isSame } from '../../domain/signature/constant-time.ts'
import type { SharedCounts } from '../limits/shared-counts.ts'
import { WindowCounter } from '../limits/window-counter.ts'
import { parseAsBytes, toBytes } from '../http/raw-body.ts'
import { toStorableText } from '../../domain/storable-text.ts'
import { RestError } from '../../domain/errors.ts'
import { findInbox, storeRequest } from './sql/statements.generated.ts'

const INBOX_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS'] as const
const KEPT_BYTES = 64 * 1024
/** Anyone who knows the URL can send: inboxes are for inspecting a few requests, and must not fill the database. */
const MAX_PER_MINUTE = 600
/** In addition to the headers that a webhook sets: credentials sent by others. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'apikey'])

export interface InboxOptions {
  database: Database
  clock: Clock
  openTarget: OpenTarget
  /** Undefined for a node of one process. */
  sharedCounts: SharedCounts | undefined
}

/** `'unknown'`: signed, but no webhook with this URL has a secret or key to verify it with. */
type Signature = 'valid' | 'invalid' | 'unsigned' | 'unknown'

/** Adds `/receive/<id>`, the built-in test receiver. It stores requests and responds as configured in its inbox. */
export function inboxRoute(
  scope: FastifyInstance,
  { database, clock, openTarget, sharedCounts }: InboxOptions,
): void {
  const arrivals = new WindowCounter(MAX_PER_MINUTE, clock, sharedCounts?.tally('inbox requests'))
  parseAsBytes(scope)
  scope.route<{ Params: { id: string } }>({
    method: [...METHODS],
    url: '/receive/:id',
    exposeHeadRoute: false,
    handler: async ({ params: { id }, method, headers, body }, reply) => {
      const { rows } = INBOX_ID.test(id) ? await database.query(...findInbox({ id })) : { rows: [] }
      const [inbox] = rows
      if (inbox === undefined) throw refuseGone()
      const counted = arrivals.count(id)
      if (counted.exceeded) throw tooManyRequests(counted.reset)
      const bytes = toBytes(body)
      const targets = (JSON.parse(inbox.targets ?? '[]') as TargetRow[]).map(openTarget)
      await database.query(
        ...storeRequest({
          inboxId: inbox.id,
          organizationId: inbox.organization_id,
          method,
          headers: JSON.stringify(maskHeaders(headers, targets)),
          body: toStorableText(bytes.subarray(0, KEPT_BYTES)),
          bodyBytes: bytes.length,
          signature: verifySignature(headers, bytes, targets),
        }),
      )
      return await reply.status(inbox.response_status).send()
    },
  })
}

function verifySignature(
  headers: IncomingHttpHeaders,
  body: Buffer,
  targets: readonly WebhookTarget[],
): Signature {
  const given = String(headers['x-webhook-signature'] ?? '')
  if (given === '') return verifyAsymmetric(headers, body, targets)
  const expected = targets.flatMap(({ secrets }) =>
    secrets.length === 0 ? [] : signBody(secrets, body).split(', '),
  )
  if (expected.length === 0) return 'unknown'
  const signatures = given.split(',').map((signature) => signature.trim())
  return signatures.some((signature) => expected.some((right) => isSame(signature, right)))
    ? 'valid'
    : 'invalid'
}

/** A request that is signed with keys has no `X-Webhook-Signature`. */
function verifyAsymmetric(
  headers: IncomingHttpHeaders,
  body: Buffer,
  targets: readonly WebhookTarget[],
): Signature {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name] ?? ''),
  )
  if (!signatures!.includes('v1a,')) return 'unsigned'
  const keys = targets.flatMap(({ signingKeys }) => signingKeys)
  if (keys.length === 0) return 'unknown'
  const signed = { id: id!, timestamp: timestamp!, signatures: signatures!, body }
  return isSignedBy([...new Set(keys)], signed) ? 'valid' : 'invalid'
}

/** Masks headers as the log does: the values of a webhook's custom headers are secrets. */
function maskHeaders(
  headers: IncomingHttpHeaders,
  targets: readonly WebhookTarget[],
): Record<string, string> {
  const own = new Set(
    targets.flatMap((target) => Object.keys(target.headers).map((name) => name.toLowerCase())),
  )
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const isSecret = own.has(name) || SECRET_HEADERS.has(name)
      const text = toStorableText(Buffer.from([value].flat().join(', '), 'utf8'))
      return [name, isSecret ? maskValues({ [name]: text })[name]! : text]
    }),
  )
}

/** 410: a webhook whose inbox has expired is disabled instead of retried for days. */
function refuseGone(): ApiError {
  return new ApiError(410, 'P0002', phrase('error.noInbox'), {
    hint: phrase('hint.newInbox'),
  })
}

function tooManyRequests(reset: number): RestError {
  return new RestError(
    429,
    'PT429',
    phrase('limit.rate', { limit: MAX_PER_MINUTE, what: phrase('limit.inbox') }),
    {
      hint: phrase('hint.wait', { seconds: reset }),
      headers: { 'retry-after': String(reset) },
    },
  )
}
