import type { Problem } from '@connectgain/webhooks-client'
import { ApiError } from '../../api/client.ts'
import { say } from '../../messages/server-words.ts'
import { toSentence } from '../../messages/sentence.ts'

export const FIELDS = [
  'name',
  'url',
  'description',
  'is_active',
  'events',
  'filter',
  'ignore_origins',
  'redact',
  'secret',
  'signature_type',
  'format',
  'payload',
  'transform_tests',
  'transform',
  'headers',
  'auth',
  'timeout_ms',
  'rate_limit',
  'max_in_flight',
  'ordering',
  'coalesce',
] as const
export type FieldName = (typeof FIELDS)[number]

export type FieldErrors = Partial<Record<FieldName, string>>

const PROBLEM = new RegExp(`(?:^|; )(${FIELDS.join('|')})((?:\\.[^:]*)?): `, 'g')

/** Splits the API's error message into its messages for each field. */
export function readFieldErrors(error: unknown): FieldErrors {
  if (!(error instanceof ApiError) || error.details === null) return {}
  const found = [...error.message.matchAll(PROBLEM)]
  const problems = error.problems.filter((problem) => isOfForm(problem))
  const errors: FieldErrors = {}
  found.forEach((match, index) => {
    const [whole, field = '', place = ''] = match
    const text = error.message.slice(match.index + whole.length, found[index + 1]?.index)
    const inside = place === '' ? '' : `${place.slice(1)}: `
    const said = toSentence(inside + say(text, problems[index]))
    const before = errors[field as FieldName]
    errors[field as FieldName] = before === undefined ? said : `${before} ${said}`
  })
  return withHint(errors, error.hint === null ? null : say(error.hint, error.advice))
}

/** The API gives a code to each field of the message, in its order, or to none. */
const isOfForm = ({ field }: Problem): boolean => FIELDS.some((name) => name === field?.split('.')[0])

function withHint(errors: FieldErrors, hint: string | null): FieldErrors {
  const [only, ...more] = Object.keys(errors) as FieldName[]
  if (hint === null || only === undefined || more.length > 0) return errors
  return { [only]: `${errors[only]} ${hint}` }
}

/** Tests if an error belongs to specific fields. */
export const isAboutFields = (error: unknown): boolean => Object.keys(readFieldErrors(error)).length > 0
