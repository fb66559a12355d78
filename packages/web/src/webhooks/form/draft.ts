import type { JsonObject, Webhook, WholeWebhook } from '../../api/types.ts'
import { noAuth, toAuthDraft, writeAuth } from './auth-draft.ts'
import type { AuthDraft } from './auth-draft.ts'
import { emptyFilter, readFilter, writeFilter } from './filter-model.ts'
import type { FilterDraft } from './filter-model.ts'
import { suggestName } from './url-check.ts'

export interface HeaderDraft {
  name: string
  value: string
}

/** The content of the form, as typed. */
export interface Draft {
  name: string
  url: string
  description: string
  is_active: boolean
  events: string[]
  filter: FilterDraft
  /** Separated by commas, like the next. */
  ignore_origins: string
  redact: string
  /** Only for new webhooks; existing ones have a separate panel. */
  secretKind: 'generate' | 'own' | 'none'
  secret: string
  signature_type: Webhook['signature_type']
  format: Webhook['format']
  payload: Webhook['payload']
  /** Kept while another format is chosen. */
  transform: string
  transform_tests: TransformTest[]
  /** Undefined: unchanged; the values of stored headers cannot be read. */
  headers: HeaderDraft[] | undefined
  /** Undefined: unchanged; stored secrets cannot be read. */
  auth: AuthDraft | undefined
  /** Seconds. */
  timeout: string
  rate_limit: string
  max_in_flight: string
  /** One change of a record after another. */
  isOrdered: boolean
  coalesce: boolean
}

export type TransformTest = NonNullable<WholeWebhook['transform_tests']>[number]

export const newDraft: Draft = {
  name: '',
  url: '',
  description: '',
  is_active: true,
  events: [],
  filter: emptyFilter,
  ignore_origins: '',
  redact: '',
  secretKind: 'generate',
  secret: '',
  signature_type: 'hmac',
  format: 'connectgain',
  payload: 'full',
  transform: '',
  transform_tests: [],
  headers: [],
  auth: noAuth,
  timeout: '',
  rate_limit: '',
  max_in_flight: '',
  isOrdered: false,
  coalesce: false,
}

export function toDraft(webhook: WholeWebhook): Draft {
  const hasHeaders = Object.keys(webhook.headers ?? {}).length > 0
  return {
    ...newDraft,
    name: webhook.name,
    url: webhook.url,
    description: webhook.description ?? '',
    is_active: webhook.is_active,
    events: webhook.events,
    filter: readFilter(webhook.filter),
    ignore_origins: webhook.ignore_origins.join(', '),
    redact: webhook.redact.join(', '),
    signature_type: webhook.signature_type,
    format: webhook.format,
    payload: webhook.payload,
    transform: webhook.transform ?? '',
    transform_tests: webhook.transform_tests,
    headers: hasHeaders ? undefined : [],
    auth: webhook.auth === null ? noAuth : undefined,
    timeout: webhook.timeout_ms === null ? '' : String(webhook.timeout_ms / 1_000),
    rate_limit: String(webhook.rate_limit ?? ''),
    max_in_flight: String(webhook.max_in_flight ?? ''),
    isOrdered: webhook.ordering === 'record',
    coalesce: webhook.coalesce,
  }
}

/** A new webhook like an existing one. Neither its secrets nor the values of its headers can be read. */
export function toCopy(webhook: WholeWebhook, name: string): Draft {
  const headers = Object.keys(webhook.headers ?? {}).map((header) => ({ name: header, value: '' }))
  return { ...toDraft(webhook), name, headers, auth: toAuthDraft(webhook.auth) }
}

/** Converts a draft to columns, without the secret. */
function toColumns(draft: Draft): JsonObject {
  const timeout = toNumber(draft.timeout)
  return {
    // The form shows this name in the empty field.
    name: draft.name.trim() || (suggestName(draft.url) ?? ''),
    url: draft.url.trim(),
    description: draft.description.trim() === '' ? null : draft.description.trim(),
    is_active: draft.is_active,
    events: draft.events,
    filter: writeFilter(draft.filter),
    ignore_origins: toList(draft.ignore_origins),
    redact: toList(draft.redact),
    signature_type: draft.signature_type,
    format: draft.format,
    payload: draft.payload,
    transform: draft.transform.trim() === '' ? null : draft.transform,
    transform_tests: draft.transform_tests,
    timeout_ms: typeof timeout === 'number' ? Math.round(timeout * 1_000) : timeout,
    rate_limit: toNumber(draft.rate_limit),
    max_in_flight: toNumber(draft.max_in_flight),
    ordering: draft.isOrdered ? 'record' : 'none',
    // The form hides it without an order, which it needs.
    coalesce: draft.isOrdered && draft.coalesce,
    ...(draft.headers === undefined ? {} : { headers: toHeaders(draft.headers) }),
    ...(draft.auth === undefined ? {} : { auth: writeAuth(draft.auth) }),
  }
}

export function toList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Sends an invalid number unchanged: the API's error explains what is valid. */
function toNumber(text: string): number | string | null {
  if (text.trim() === '') return null
  const value = Number(text.replace(',', '.'))
  return Number.isNaN(value) ? text : value
}

function toHeaders(headers: readonly HeaderDraft[]): Record<string, string> {
  return Object.fromEntries(
    headers
      .filter(({ name, value }) => name.trim() !== '' || value !== '')
      .map(({ name, value }) => [name.trim(), value.trim()]),
  )
}

export function toInsert(draft: Draft, organizationId: string): JsonObject {
  return { organization_id: organizationId, ...toColumns(draft), secret: chooseSecret(draft) }
}

/** The form hides the secret if the key of the organization signs. */
function chooseSecret({ signature_type: type, secretKind, secret }: Draft): string | null {
  if (type === 'ed25519' || secretKind === 'none') return null
  return secretKind === 'generate' ? 'generate' : secret
}

/** Returns only changed columns: someone else may have changed the others meanwhile. */
export function toChange(draft: Draft, before: Draft): JsonObject {
  const old = toColumns(before)
  return Object.fromEntries(
    Object.entries(toColumns(draft)).filter(
      ([column, value]) => JSON.stringify(value) !== JSON.stringify(old[column]),
    ),
  )
}

export const isSame = (a: Draft, b: Draft): boolean => JSON.stringify(a) === JSON.stringify(b)
