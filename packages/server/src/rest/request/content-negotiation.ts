import { ApiError } from '../../domain/errors.ts'

/** The format of the rows in a response. */
export interface Media {
  format: 'array' | 'object' | 'csv'
  stripsNulls: boolean
  contentType: string
}

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

/** Chooses the first supported media type, in the client's order of preference. */
export function chooseMedia(header: string): Media {
  if (header.trim() === '') return json
  const accepted = header
    .split(',')
    .map(parseAccepted)
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
  for (const candidate of accepted) {
    const media = toMedia(candidate)
    if (media !== undefined) return media
  }
  throw new ApiError(406, 'PGRST107', `None of these media types are available: ${header.trim()}`, {
    hint:
      'Available: application/json, application/vnd.pgrst.object+json, application/vnd.pgrst.array+json ' +
      '(the last two also with ;nulls=stripped), text/csv.',
  })
}

function parseAccepted(text: string): Accepted {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
  return { type, parameters, quality: Number.isNaN(quality) ? 1 : quality }
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
  throw new ApiError(406, 'PGRST106', `Invalid schema: ${profile}`, {
    hint: `Only the following schemas are exposed: ${PROFILE}`,
  })
}

/** Refuses a body whose content type is not JSON. */
export function requireJsonBody(header: string): void {
  const type = (header.split(';')[0] ?? '').trim().toLowerCase()
  if (type === '' || type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) return
  throw new ApiError(400, 'PGRST102', `Content-Type not acceptable: ${type}`, {
    hint: 'Send the body as JSON, with the header Content-Type: application/json.',
  })
}
