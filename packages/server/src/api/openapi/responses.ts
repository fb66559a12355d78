import type { JsonSchema } from './column-schema.ts'

const text = { type: 'string' }
const whole = { type: 'integer', minimum: 0 }

const describe = (description: string, schema: JsonSchema = text): JsonSchema => ({ description, schema })

const REQUEST_ID = {
  'X-Request-Id': describe('The id of the request: the one that was sent, or a new one'),
}

const RETRY_AFTER = { 'Retry-After': describe('Seconds after which to send the same request again', whole) }

const RATE_LIMIT = {
  'RateLimit-Limit': describe('Requests in one minute', whole),
  'RateLimit-Remaining': describe('Requests that are left', whole),
  'RateLimit-Reset': describe('Seconds until the minute is over', whole),
}

interface Refusal {
  description: string
  headers?: JsonSchema
}

/** What may be refused, by status. docs/errors.md lists the codes. */
const REFUSALS: Readonly<Record<number, Refusal>> = {
  300: { description: 'Several relationships fit what is to be embedded; details lists them' },
  400: { description: 'The request is not valid' },
  401: { description: 'There is no key or token, or it is not valid' },
  403: { description: 'The key may not do this' },
  404: { description: 'What the request names does not exist' },
  405: {
    description: 'The method is not available here',
    headers: { Allow: describe('The methods that are') },
  },
  406: { description: 'None of the accepted formats is available, or the result is not a single row' },
  408: { description: 'The request took too long to arrive and was not processed' },
  409: {
    description:
      'The change conflicts with what is stored, or the first call with this Idempotency-Key still runs',
    headers: RETRY_AFTER,
  },
  413: { description: 'The body is too large' },
  414: { description: 'The URL is too long' },
  415: { description: 'The body has an encoding or a charset that is not supported' },
  416: {
    description: 'There are fewer rows than the range begins at',
    headers: { 'Content-Range': describe('Such as */5') },
  },
  422: { description: 'The Idempotency-Key belongs to another request' },
  429: { description: 'Too many requests', headers: { ...RETRY_AFTER, ...RATE_LIMIT } },
  431: { description: 'The headers are too long' },
  500: { description: 'A fault of the server, or a query that took too long' },
  501: { description: 'Not available with this database' },
  503: { description: 'The database is not available', headers: RETRY_AFTER },
  507: { description: 'The disk of the database is full', headers: RETRY_AFTER },
}

/** What every request may get. */
const OF_ALL = [400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 429, 431, 500, 503]

export const OF_READ = [300, 416, 501]
export const OF_WRITE = [300, 409, 416, 501, 507]
export const OF_POST = [...OF_WRITE, 422]

/** The responses for `components`. */
export function describeRefusals(): Record<string, JsonSchema> {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/api_error' } } }
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, { description, headers }]) => [
      `refused_${status}`,
      {
        description,
        headers: {
          ...REQUEST_ID,
          'Proxy-Status': describe('PostgREST; error=<code>'),
          ...headers,
        },
        content,
      },
    ]),
  )
}

/** References to the refusals that an operation may respond with. */
export function refer(...more: readonly number[]): Record<string, JsonSchema> {
  const statuses = [...new Set([...OF_ALL, ...more])].toSorted((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/refused_${status}` }]),
  )
}

/** Headers of responses that succeed, for `components`. */
export const HEADERS: Readonly<Record<string, JsonSchema>> = {
  ...REQUEST_ID,
  ...RATE_LIMIT,
  'Content-Range': describe('First and last row, and how many there are: 0-9/57, 0-9/*, */0'),
  'Content-Location': describe('The path of the request with its parameters in order'),
  'Preference-Applied': describe('The preferences that were applied'),
  Location: describe('The path of the new row, without return=representation'),
  'Idempotent-Replayed': describe('true, if this is the response of an earlier request with the same key'),
}

export function referHeaders(...names: readonly (keyof typeof HEADERS)[]): Record<string, JsonSchema> {
  const all = ['X-Request-Id', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', ...names]
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
