import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'

/** The format of the rows in a response. */
export interface Media {
  format: 'array' | 'object' | 'csv'
  stripsNulls: boolean
  contentType: string
  /** The response is the plan of the statement that would write this format. */
  plan?: Plan
}

export interface Plan {
  isJson: boolean
  options: readonly PlanOption[]
}

const PLAN_OPTIONS = ['analyze', 'verbose', 'settings', 'buffers', 'wal'] as const
export type PlanOption = (typeof PLAN_OPTIONS)[number]

const PROFILE = 'public'

const json: Media = {
  format: 'array',
  stripsNulls: false,
  contentType: 'application/json; charset=utf-8',
}

interface Accepted {
  type: string
  parameters: readonly string[]
  quality: number
}

/**
 * Chooses the first supported media type, in the client's order of preference.
 * @param hasPlans true if the caller may read the plans of its requests
 */
export function chooseMedia(header: string, hasPlans = false): Media {
  if (header.trim() === '') return json
  const accepted = splitOutsideQuotes(header, ',')
    .map(parseAccepted)
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
  for (const candidate of accepted) {
    const media = (hasPlans ? toPlan(candidate) : undefined) ?? toMedia(candidate)
    if (media !== undefined) return media
  }
  throw new ApiError(406, 'PGRST107', verbatim(`None of these media types are available: ${header.trim()}`), {
    hint: verbatim(
      'Available: application/json, application/vnd.pgrst.object+json, application/vnd.pgrst.array+json ' +
        '(the last two also with ;nulls=stripped), text/csv.',
    ),
  })
}

function parseAccepted(text: string): Accepted {
  const [type = '', ...parameters] = splitOutsideQuotes(text, ';').map((part) => part.trim().toLowerCase())
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
  return { type, parameters, quality: Number.isNaN(quality) ? 1 : quality }
}

/** A quoted parameter, such as `for="…"` of a plan, may contain the separator. */
function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  if (!text.includes('"')) return text.split(separator)
  const parts = ['']
  let isQuoted = false
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted
    if (character === separator && !isQuoted) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

const PLAN_TYPE = /^application\/vnd\.pgrst\.plan(?:\+(text|json))?$/

/** `application/vnd.pgrst.plan+json; for="text/csv"; options=analyze|buffers` */
function toPlan({ type, parameters }: Accepted): Media | undefined {
  const [found, format = 'text'] = PLAN_TYPE.exec(type) ?? []
  if (found === undefined) return undefined
  const read = (name: string): string =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
  const [target] = splitOutsideQuotes(read('for').replaceAll('"', '') || 'application/json', ',').map(
    parseAccepted,
  )
  const media = toMedia(target!)
  if (media === undefined) return undefined
  const given = read('options').split('|')
  const options = PLAN_OPTIONS.filter((option) => given.includes(option))
  const chosen = options.length === 0 ? '' : ` options=${options.join('|')};`
  const shown = media.contentType.replace('; charset=utf-8', '')
  const contentType = `application/vnd.pgrst.plan+${format}; for="${shown}";${chosen} charset=utf-8`
  return { ...media, contentType, plan: { isJson: format === 'json', options } }
}

function toMedia({ type, parameters }: Accepted): Media | undefined {
  const stripsNulls = parameters.includes('nulls=stripped')
  const suffix = `${stripsNulls ? ';nulls=stripped' : ''}; charset=utf-8`
  switch (type) {
    case '*/*':
    case 'application/*':
    case 'application/json':
      return json
    case 'text/csv':
      return { format: 'csv', stripsNulls: false, contentType: 'text/csv; charset=utf-8' }
    case 'application/vnd.pgrst.object':
    case 'application/vnd.pgrst.object+json':
      return { format: 'object', stripsNulls, contentType: `application/vnd.pgrst.object+json${suffix}` }
    case 'application/vnd.pgrst.array':
    case 'application/vnd.pgrst.array+json':
      if (!stripsNulls) return json
      return { format: 'array', stripsNulls, contentType: `application/vnd.pgrst.array+json${suffix}` }
    default:
      return undefined
  }
}

/** Refuses any schema but the one that all tables are exposed in, whatever their real schema. */
export function requireProfile(header: string): void {
  const profile = header.trim()
  if (profile === '' || profile === PROFILE) return
  throw new ApiError(406, 'PGRST106', verbatim(`Invalid schema: ${profile}`), {
    hint: verbatim(`Only the following schemas are exposed: ${PROFILE}`),
  })
}

/** @throws ApiError for a content type that rows cannot be read from */
export function chooseBodyType(header: string): 'json' | 'csv' | 'form' {
  const type = (header.split(';')[0] ?? '').trim().toLowerCase()
  if (type === '' || type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) return 'json'
  if (type === 'text/csv') return 'csv'
  if (type === 'application/x-www-form-urlencoded') return 'form'
  throw new ApiError(400, 'PGRST102', verbatim(`Content-Type not acceptable: ${type}`), {
    hint: verbatim(
      'Send JSON (application/json), CSV (text/csv) or a form (application/x-www-form-urlencoded).',
    ),
  })
}
