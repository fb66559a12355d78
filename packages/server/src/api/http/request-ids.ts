import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'

export const REQUEST_ID = 'x-request-id'
const ID = /^[\w.:/-]{1,100}$/

/** The caller's own, where it is one that can stand in a log line; else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers[REQUEST_ID]
  return typeof given === 'string' && ID.test(given) ? given : randomUUID()
}

/** Every answer names its request, as the lines of the log about it do. */
export function answerRequestIds(server: FastifyInstance, log: Logger): void {
  server.addHook('onRequest', async (request, reply) => {
    // What reads the headers further inside finds the same.
    request.headers[REQUEST_ID] = request.id
    reply.header(REQUEST_ID, request.id)
  })
  if (!log.isLevelEnabled('debug')) return
  server.addHook('onResponse', async ({ id, method, url }, { statusCode, elapsedTime }) => {
    // Without what is asked for: it may name a person.
    const path = url.split('?')[0]
    log.debug(
      { request_id: id, method, path, status: statusCode, duration_ms: Math.round(elapsedTime) },
      'answered',
    )
  })
}
