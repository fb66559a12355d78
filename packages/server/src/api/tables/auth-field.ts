import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import { UnusableCertificate, readClientCertificate } from '../../domain/client-certificate.ts'
import { messageOf } from '../../domain/errors.ts'
import type { ReceiverAuth } from '../../domain/receiver-auth.ts'
import type { JsonValue } from '../../rest/request/json.ts'
import type { GuardOptions } from '../../sender/network-guard.ts'
import { checkUrl } from '../../sender/network-guard.ts'

const PRINTABLE = /^[\x20-\x7e]+$/
/** Names as in RFC 6749, 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const MAX_CHAIN_LENGTH = 32 * 1024
const MAX_KEY_LENGTH = 16 * 1024

const KINDS = phrase('auth.kinds')
const NEVER_SHOWN = phrase('auth.neverShown')

/** A field inside `auth`; `absent` says what to do if it is left out. */
function text(longest: number, absent = phrase('auth.absent')): z.ZodString {
  return z
    .string({ error: ({ input }) => (input === undefined ? absent : phrase('field.text')) })
    .min(1, phrase('field.empty'))
    .max(longest, phrase('field.long', { count: longest }))
}

const printable = (longest: number, absent?: Said): z.ZodString =>
  text(longest, absent).regex(PRINTABLE, phrase('auth.printable'))

const pem = (longest: number): z.ZodString => text(longest, NEVER_SHOWN).trim()

/** Answers have other fields than requests, and people send them back. */
function onlyFields(fields: string): { error: (issue: z.core.$ZodRawIssue) => string | undefined } {
  return {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? phrase('auth.unknownField', { field: issue.keys.join(', '), fields })
        : undefined,
  }
}

function oauth2(guard: GuardOptions) {
  return z.strictObject(
    {
      type: z.literal('oauth2'),
      token_url: text(2_048).superRefine((url, context) => {
        try {
          checkUrl(url, guard)
        } catch (error) {
          context.addIssue(messageOf(error))
        }
      }),
      client_id: printable(500),
      client_secret: printable(2_000, NEVER_SHOWN),
      scope: text(1_000).regex(SCOPE, phrase('auth.scope')).optional(),
      audience: printable(1_000).optional(),
    },
    onlyFields('type, token_url, client_id, client_secret, scope, audience'),
  )
}

const mtls = z.strictObject(
  { type: z.literal('mtls'), certificate: pem(MAX_CHAIN_LENGTH), key: pem(MAX_KEY_LENGTH) },
  onlyFields('type, certificate, key'),
)

export function authField(guard: GuardOptions, clock: Clock) {
  return z
    .discriminatedUnion('type', [oauth2(guard), mtls], KINDS)
    .superRefine((auth, context) => {
      if (auth.type !== 'mtls') return
      try {
        readClientCertificate(auth.certificate, auth.key, clock.now())
      } catch (error) {
        if (!(error instanceof UnusableCertificate)) throw error
        context.addIssue({ code: 'custom', path: [error.field], message: error.message })
      }
    })
    .nullable()
}

/** What may be shown: neither the secret nor the certificate and its key. */
export function showAuth(auth: ReceiverAuth, now: number): JsonValue {
  if (auth.type === 'mtls') {
    return { type: 'mtls', ...readClientCertificate(auth.certificate, auth.key, now) }
  }
  const { client_secret: _, ...shown } = auth
  // Without the optional ones that are not set.
  return JSON.parse(JSON.stringify(shown)) as JsonValue
}
