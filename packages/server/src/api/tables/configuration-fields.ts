import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { isReservedHeader, maskValues } from '../../sender/build-request.ts'
import type { GuardOptions } from '../../sender/network-guard.ts'
import { checkUrl } from '../../sender/network-guard.ts'
import { messageOf } from '../../domain/errors.ts'
import { ORDERINGS, SIGNATURE_TYPES } from '../../domain/webhook.ts'
import { FilterError, compileNewFilter } from '../../domain/filter/filter.ts'
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
const NO_FIELD = phrase('field.redact')

const MAX_EVENTS = 100

const text = (longest: number, error = phrase('field.text')): z.ZodString =>
  z.string(error).max(longest, phrase('field.long', { count: longest }))

export const redactField = z
  .array(text(200, NO_FIELD).regex(FIELD_PATH, NO_FIELD), phrase('field.redactList'))
  .max(50, phrase('field.many', { count: 50 }))

const whole = (from: number, to: number): z.ZodInt => {
  const message = phrase('field.whole', { from, to })
  return z.int(message).min(from, message).max(to, message)
}

/** In PostgreSQL's notation: sealed values are bound to this text. */
export const uuid = z.guid(phrase('field.uuid')).toLowerCase()

export const secret = z
  .string(phrase('field.secretText'))
  .refine((given) => given === GENERATE || given.trim().toLowerCase() !== GENERATE, phrase('secret.generate'))
  .refine((given) => given.trim() !== '', { error: phrase('secret.blank'), abort: true })
  .superRefine((given, context) => {
    const problem = spellingProblem(given)
    if (problem !== undefined) context.addIssue(problem)
  })
  .regex(SECRET, phrase('secret.length'))
  .refine(isUsableStandardSecret, phrase('secret.standard'))

const headers = z
  .record(z.string(), z.string(phrase('field.text')), phrase('field.headers'))
  .superRefine(checkHeaders)

/**
 * The fields that a client may write to `webhook_configurations`, for POST and PATCH, which may omit fields. If `url`
 * names one of our own inboxes, the database checks later that it exists.
 */
export function configurationFields(guard: GuardOptions, inboxes: OwnInboxes, clock: Clock) {
  return {
    id: uuid,
    organization_id: uuid,
    name: text(200, phrase('field.name')).trim().min(1, phrase('field.empty')),
    url: text(2_048, phrase('field.url')).superRefine((url, context) => {
      if (inboxes.idOf(url) !== undefined) return
      try {
        checkUrl(url, guard)
      } catch (error) {
        context.addIssue(messageOf(error))
      }
    }),
    events: z
      .array(z.string(phrase('field.eventSuchAs')), phrase('field.events'))
      .min(1, phrase('field.noEvents'))
      .max(MAX_EVENTS, phrase('field.manyEvents', { count: MAX_EVENTS }))
      .transform((names) => [...new Set(names)]),
    is_active: z.boolean(phrase('field.boolean')),
    secret: secret.nullable(),
    signature_type: z.enum(SIGNATURE_TYPES, phrase('field.oneOf', { names: SIGNATURE_TYPES.join(', ') })),
    description: text(2_000).nullable(),
    filter: z.custom<object | null>().superRefine(checkFilter).nullable(),
    headers,
    auth: authField(guard, clock),
    ignore_origins: z
      .array(text(200).trim().min(1, phrase('field.empty')), phrase('field.origins'))
      .max(20, phrase('field.many', { count: 20 }))
      .transform((names) => [...new Set(names)]),
    redact: redactField.transform((paths) => [...new Set(paths)]),
    ...shapeFields,
    timeout_ms: whole(100, 60_000).nullable(),
    rate_limit: whole(1, 10_000).nullable(),
    max_in_flight: whole(1, 1_000).nullable(),
    ordering: z.enum(ORDERINGS, `must be one of ${ORDERINGS.join(', ')}`),
    coalesce: z.boolean('must be true or false'),
  }
}

export function checkFilter(filter: unknown, context: z.RefinementCtx): void {
  if (filter === null) return
  try {
    compileNewFilter(filter)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    const { place, problem } = error
    context.addIssue({
      code: 'custom',
      path: place === 'filter' ? [] : [place.slice('filter.'.length)],
      message: problem,
    })
  }
}

/** What receivers' libraries would refuse, or read as another secret. */
function spellingProblem(given: string): string | undefined {
  if (given !== given.trim()) return phrase('secret.spaces')
  if (/^(["'`]).*\1$/.test(given)) return phrase('secret.quotes')
  if (/^v1a?,/i.test(given)) return phrase('secret.prefix')
  if (/^whs[kp]_|^whpk_/i.test(given)) return phrase('secret.asymmetric')
  if (/^whsec_/i.test(given) && !given.startsWith('whsec_')) return phrase('secret.case')
  if (/^.{0,10}whsec/i.test(given) && !given.startsWith('whsec_')) return phrase('secret.whsec')
  if (/^sha256=/i.test(given)) return phrase('secret.sha256')
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
  if (Object.keys(named).length > 20) context.addIssue(phrase('header.many'))
  for (const [name, value] of Object.entries(named)) {
    const other = spellings.get(name.toLowerCase())
    spellings.set(name.toLowerCase(), name)
    const problem =
      other === undefined ? headerProblem(name, value, masked[name]) : phrase('header.same', { name: other })
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem })
  }
}

function headerProblem(name: string, value: string, masked: string | undefined): string | undefined {
  if (!HEADER_NAME.test(name)) return phrase('header.name')
  if (isReservedHeader(name)) return phrase('header.reserved')
  if (value === masked) return phrase('header.masked')
  if (!HEADER_VALUE.test(value)) return phrase('header.value')
  return undefined
}
