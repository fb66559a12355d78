import type { FastifyRequest } from 'fastify'

/** Methods that reach a table or function, which refuses those that it does not support. */
export const REST_METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS'] as const

/** The query string as sent, without `?`. */
export function getSearch({ raw }: FastifyRequest): string {
  const url = raw.url ?? ''
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}
