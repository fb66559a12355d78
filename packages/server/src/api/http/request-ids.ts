import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'

export const REQUEST_ID = 'x-request-id'
const ID = /^[\w.:/-]{1,100}$/

/** Returns the caller's request id if it is safe in a log line, otherwise a new one. */
export function chooseRequestId({ headers }: IncomingMessage): string {
  const given = headers[REQUEST_ID]
  return typeof given === 'string' && ID.test(given) ? given : randomUUID()
}

/** Adds the request id to every response, as to the log lines of the request. */
export function addRequestIds(server: FastifyInstance, log: Logger): void {
  server.addHook('onRequest', async (request, reply) => {
    // Code that reads the headers later finds the same id.
    request.headers[REQUEST_ID] = request.id
    reply.header(REQUEST_ID, request.id)
  })
  if (!log.isLevelEnabled('debug')) return
  server.addHook('onResponse', async ({ id, method, url }, { statusCode, elapsedTime }) => {
    // Without the query string, which may name a person.
    const path = url.split('?')[0]
    log.debug(
      { request_id: id, method, path, status: statusCode, duration_ms: Math.round(elapsedTime) },
      'answered',
    )
  })
}
