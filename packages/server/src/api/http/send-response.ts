import type { FastifyReply } from 'fastify'
import type { RestResponse } from '../../rest/request/rest-message.ts'

export function sendResponse(reply: FastifyReply, { status, headers, body }: RestResponse): FastifyReply {
  return reply
    .status(status)
    .headers(headers)
    .send(body === '' ? undefined : body)
}
