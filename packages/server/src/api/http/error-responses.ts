import { phrase, verbatim } from '../../domain/messages/phrase.ts'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import { ApiError, messageOf } from '../../domain/errors.ts'
import { toErrorResponse } from '../../rest/response/error-response.ts'
import { BODY_LIMIT } from './request-limits.ts'
import { sendResponse } from './send-response.ts'

/** Responds to errors of all routes, and to paths without a route, in the form of the API. */
export function respondToErrors(server: FastifyInstance, log: Logger): void {
  server.setErrorHandler((error, { id, routeOptions }, reply) =>
    sendError(reply, error, log, id, routeOptions.bodyLimit),
  )
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    return sendResponse(
      reply,
      toErrorResponse(new ApiError(404, 'PGRST125', phrase('error.nothingAt', { path }))),
    )
  })
}

export function sendError(
  reply: FastifyReply,
  error: unknown,
  log: Logger,
  requestId: string,
  bodyLimit = BODY_LIMIT,
): FastifyReply {
  return sendResponse(reply, toErrorResponse(toReportableError(error, log, requestId, bodyLimit)))
}

/** Fastify's own errors keep their status; a bug is logged here and not revealed. */
function toReportableError(error: unknown, log: Logger, requestId: string, bodyLimit: number): unknown {
  const { statusCode, code } = error as { statusCode?: number; code?: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiError(413, '54000', phrase('request.large', { size: bodyLimit / (1024 * 1024) }), {
      hint: phrase('hint.split'),
    })
  }
  if (error instanceof ApiError) return error
  if (statusCode !== undefined && statusCode < 500)
    return ApiError.of(statusCode, 'PGRST100', verbatim(messageOf(error)))
  log.error({ request_id: requestId, error: messageOf(error) }, 'request failed')
  return error
}

/** Without a valid HTTP request there is no response object, only a connection. */
export function respondToUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const { status, headers, body } = toErrorResponse(toParseError(error.code))
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
}

function toParseError(code: string | undefined): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') return new ApiError(431, '54000', phrase('request.longHead'))
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ApiError(408, '57014', phrase('request.slow'))
  return new ApiError(400, 'PGRST100', phrase('request.notHttp'))
}
