import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import { z } from 'zod'
import { systemClock } from '../../domain/clock.ts'
import { RestError } from '../../domain/errors.ts'
import { SCOPES } from '../../domain/principal.ts'
import type { Scope } from '../../domain/principal.ts'
import { createRemoteKeys } from './remote-keys.ts'
import type { RemoteKeysOptions } from './remote-keys.ts'

const SKEW_SECONDS = 30
/** The limit of OpenID Connect. The subject is used for rate limiting and in the audit log. */
const MAX_SUBJECT_LENGTH = 255

export interface TokenSettings {
  /** HS256. Either this or `jwksUrl` is set, not both. */
  secret: string | undefined
  /** RS256 and ES256. */
  jwksUrl: string | undefined
  audience: string | undefined
  issuer: string | undefined
}

/** The identity that a token asserts. */
export interface TokenClaims {
  organizationId: string
  scope: Scope
  subject: string
}

/** @throws RestError 401, or 503 while the keys are unavailable */
export type VerifyToken = (token: string) => Promise<TokenClaims>

const SILENT: RemoteKeysOptions['log'] = { warn() {}, info() {} }

/** Undefined if no tokens are accepted. */
export function createTokenVerifier(
  settings: TokenSettings,
  { clock = systemClock, log = SILENT }: Partial<Omit<RemoteKeysOptions, 'url'>> = {},
): VerifyToken | undefined {
  const { secret, jwksUrl, audience, issuer } = settings
  const options: JWTVerifyOptions = {
    clockTolerance: SKEW_SECONDS,
    // A token without an expiry could never be revoked.
    requiredClaims: ['exp'],
    ...(audience === undefined ? {} : { audience }),
    ...(issuer === undefined ? {} : { issuer }),
  }
  if (secret !== undefined) {
    const key = new TextEncoder().encode(secret)
    return async (token) => await verify(token, () => key, { ...options, algorithms: ['HS256'] })
  }
  if (jwksUrl === undefined) return undefined
  const keys = createRemoteKeys({ url: new URL(jwksUrl), clock, log })
  return async (token) => await verify(token, keys, { ...options, algorithms: ['RS256', 'ES256'] })
}

/** Keys have no dots, so only tokens look like this. */
export function looksLikeToken(credential: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(credential)
}

type FindKey = JWTVerifyGetKey | (() => Uint8Array)

async function verify(token: string, findKey: FindKey, options: JWTVerifyOptions): Promise<TokenClaims> {
  let payload: JWTPayload
  try {
    payload = (await jwtVerify(token, findKey, options)).payload
  } catch (error) {
    throw toTokenError(error)
  }
  if (payload.iat !== undefined && payload.iat * 1_000 > Date.now() + SKEW_SECONDS * 1_000)
    throw refuse('PGRST303', phrase('error.tokenFuture'))
  return readClaims(payload)
}

const organization = z.guid().toLowerCase()
const scope = z.enum(SCOPES)

/** Top-level claims take precedence over `app_metadata`. `user_metadata` is ignored, because users can edit it. */
function readClaims(payload: JWTPayload): TokenClaims {
  const metadata = z.record(z.string(), z.unknown()).catch({}).parse(payload['app_metadata'])
  const claim = (name: string): unknown => payload[name] ?? metadata[name]
  const organizationId = organization.safeParse(claim('organization_id'))
  if (!organizationId.success) {
    throw refuse('PGRST303', phrase('error.noOrganizationInToken'), {
      details: phrase('hint.organizationClaim'),
    })
  }
  const chosen = scope.safeParse(claim('webhooks_scope') ?? 'admin')
  if (!chosen.success) {
    throw refuse('PGRST303', phrase('error.unknownScope'), {
      details: phrase('hint.scopeClaim', { names: SCOPES.join(', ') }),
    })
  }
  const subject = payload.sub ?? ''
  if (subject.length > MAX_SUBJECT_LENGTH) {
    throw refuse('PGRST303', phrase('error.longSubject'), {
      details: phrase('hint.subjectClaim', { count: MAX_SUBJECT_LENGTH }),
    })
  }
  return { organizationId: organizationId.data, scope: chosen.data, subject }
}

function toTokenError(error: unknown): RestError {
  if (error instanceof errors.JWTExpired) return refuse('PGRST303', phrase('error.tokenExpired'))
  if (error instanceof errors.JWTClaimValidationFailed) {
    const message =
      error.claim === 'nbf' ? phrase('error.tokenEarly') : phrase('error.tokenClaim', { name: error.claim })
    return refuse('PGRST303', message, { details: error.message })
  }
  if (isTokenError(error)) {
    return refuse('PGRST301', phrase('error.token'), { details: error.message })
  }
  return new RestError(503, 'PGRST300', phrase('error.tokenKeys'), {
    hint: phrase('hint.fewSeconds'),
    headers: { 'retry-after': '10' },
  })
}

/** Tests for a problem of the token itself, as opposed to the keys that verify it. */
function isTokenError(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  )
}

/** Formats the error as RFC 6750 requires. */
function refuse(code: 'PGRST301' | 'PGRST303', message: Said, more: { details?: string } = {}): RestError {
  return new RestError(401, code, message, {
    ...more,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })
}
