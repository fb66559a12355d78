import { z } from 'zod'
import { isReservedHeader, maskValues } from '../../sender/build-request.ts'
import type { GuardOptions } from '../../sender/network-guard.ts'
import { checkUrl } from '../../sender/network-guard.ts'
import { messageOf } from '../../domain/errors.ts'
import { SIGNATURE_TYPES } from '../../domain/webhook.ts'
import { compileNewFilter } from '../../domain/filter/filter.ts'
import type { Clock } from '../../domain/clock.ts'
import type { OwnInboxes } from '../../sender/own-inboxes.ts'
import { authField } from './auth-field.ts'
import { shapeFields } from './shape-fields.ts'

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
/** Visible ASCII, with spaces inside: what every HTTP implementation passes on unchanged. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/
const SECRET = /^[\x20-\x7e]{8,256}$/
/** With padding, which the decoders of all languages accept. */
const STANDARD_SECRET = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
export const GENERATE = 'generate'

/** Names separated by dots; elements of lists cannot be addressed. */
const FIELD_PATH = /^(?:data|previous)(?:\.[^.\s]+)+$/
const NO_FIELD = 'must be a field of data or previous, such as "data.phone"'

const MAX_EVENTS = 100

const text = (longest: number, error = 'must be a string'): z.ZodString =>
  z.string(error).max(longest, `must not be longer than ${longest} characters`)

const whole = (from: number, to: number): z.ZodInt => {
  const message = `must be a whole number from ${from} to ${to}`
  return z.int(message).min(from, message).max(to, message)
}

/** In PostgreSQL's notation: sealed values are bound to this text. */
export const uuid = z.guid('must be a UUID').toLowerCase()

export const secret = z
  .string('must be a string, the word generate, or null for no secret')
  .refine(
    (given) => given === GENERATE || given.trim().toLowerCase() !== GENERATE,
    'must be exactly "generate" to generate a secret',
  )
  .refine((given) => given.trim() !== '', { error: 'must not be blank; use null for no secret', abort: true })
  .superRefine((given, context) => {
    const problem = spellingProblem(given)
    if (problem !== undefined) context.addIssue(problem)
  })
  .regex(SECRET, 'must be 8 to 256 printable ASCII characters, or the word generate to generate a secret')
  .refine(isUsableStandardSecret, 'must have 24 to 64 bytes in base64 after whsec_, padded with =')

const headers = z
  .record(z.string(), z.string('must be a string'), 'must be an object of header names and values')
  .superRefine(checkHeaders)

/**
 * The fields that a client may write to `webhook_configurations`, for POST and PATCH, which may omit fields. If `url`
 * names one of our own inboxes, the database checks later that it exists.
 */
export function configurationFields(guard: GuardOptions, inboxes: OwnInboxes, clock: Clock) {
  return {
    id: uuid,
    organization_id: uuid,
    name: text(200, 'must be a string, such as "CRM Sync"').trim().min(1, 'must not be empty'),
    url: text(2_048, 'must be an absolute URL, such as "https://example.com/webhook"').superRefine(
      (url, context) => {
        if (inboxes.idOf(url) !== undefined) return
        try {
          checkUrl(url, guard)
        } catch (error) {
          context.addIssue(messageOf(error))
        }
      },
    ),
    events: z
      .array(
        z.string('must be an event type, such as "contact.created"'),
        'must be a list of event types, such as ["contact.created"]',
      )
      .min(1, 'must name at least one event type')
      .max(MAX_EVENTS, `must not list more than ${MAX_EVENTS}; use wildcards, such as deal.*`)
      .transform((names) => [...new Set(names)]),
    is_active: z.boolean('must be true or false'),
    secret: secret.nullable(),
    signature_type: z.enum(SIGNATURE_TYPES, `must be one of ${SIGNATURE_TYPES.join(', ')}`),
    description: text(2_000).nullable(),
    filter: z.custom<object | null>().superRefine(checkFilter).nullable(),
    headers,
    auth: authField(guard, clock),
    ignore_origins: z
      .array(text(200).trim().min(1, 'must not be empty'), 'must be a list of origins, such as ["hubspot"]')
      .max(20, 'must not list more than 20')
      .transform((names) => [...new Set(names)]),
    redact: z
      .array(
        text(200, NO_FIELD).regex(FIELD_PATH, NO_FIELD),
        'must be a list of fields, such as ["data.phone"]',
      )
      .max(50, 'must not list more than 50')
      .transform((paths) => [...new Set(paths)]),
    ...shapeFields,
    timeout_ms: whole(100, 60_000).nullable(),
    rate_limit: whole(1, 10_000).nullable(),
    max_in_flight: whole(1, 1_000).nullable(),
  }
}

function checkFilter(filter: unknown, context: z.RefinementCtx): void {
  if (filter === null) return
  try {
    compileNewFilter(filter)
  } catch (error) {
    // The message already names the place inside the filter.
    const [, place, message] = /^filter(?:\.([^:]*))?: (.*)$/s.exec(messageOf(error)) ?? []
    context.addIssue({
      code: 'custom',
      path: place === undefined ? [] : [place],
      message: message ?? messageOf(error),
    })
  }
}

/** What receivers' libraries would refuse, or read as another secret. */
function spellingProblem(given: string): string | undefined {
  if (given !== given.trim()) return 'must not begin or end with a space'
  if (/^(["'`]).*\1$/.test(given)) return 'must be given without the quotes around it'
  if (/^v1a?,/i.test(given)) return 'must be given without the prefix v1, which belongs to a signature'
  if (/^whs[kp]_|^whpk_/i.test(given))
    return 'is a key of asymmetric signatures; use a secret that begins with whsec_, or any other text'
  if (/^whsec_/i.test(given) && !given.startsWith('whsec_')) return 'must begin with whsec_ in lower case'
  if (/^.{0,10}whsec/i.test(given) && !given.startsWith('whsec_'))
    return 'must begin with whsec_ exactly, or not contain it'
  if (/^sha256=/i.test(given)) return 'must be given without the prefix sha256=, which belongs to a signature'
  return undefined
}

function isUsableStandardSecret(value: string): boolean {
  if (!value.startsWith('whsec_')) return true
  const encoded = value.slice('whsec_'.length)
  const { length } = Buffer.from(encoded, 'base64')
  return STANDARD_SECRET.test(encoded) && length >= 24 && length <= 64
}

function checkHeaders(named: Readonly<Record<string, string>>, context: z.RefinementCtx): void {
  const masked = maskValues(named)
  const spellings = new Map<string, string>()
  if (Object.keys(named).length > 20) context.addIssue('must not have more than 20 entries')
  for (const [name, value] of Object.entries(named)) {
    const other = spellings.get(name.toLowerCase())
    spellings.set(name.toLowerCase(), name)
    const problem =
      other === undefined
        ? headerProblem(name, value, masked[name])
        : `is the same header as ${other}; names are not case-sensitive`
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem })
  }
}

function headerProblem(name: string, value: string, masked: string | undefined): string | undefined {
  if (!HEADER_NAME.test(name)) return 'is not a valid header name; use letters, digits and -'
  if (isReservedHeader(name)) return 'is set by ConnectGain and cannot be changed'
  if (value === masked) return 'is the masked value; send the real value, or omit headers to keep them'
  if (!HEADER_VALUE.test(value))
    return 'must be 1 to 4096 printable ASCII characters without leading or trailing spaces'
  return undefined
}
