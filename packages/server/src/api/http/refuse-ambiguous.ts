import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../domain/errors.ts'

/**
 * Refuses requests that Node's parser accepts but a proxy in front may interpret differently: several Host headers, and
 * transfer codings that are not decoded here.
 */
export async function refuseAmbiguous({ raw }: FastifyRequest): Promise<void> {
  const names = raw.rawHeaders.filter((_, index) => index % 2 === 0)
  const hosts = names.filter((name) => name.toLowerCase() === 'host').length
  if (hosts > 1) throw refuse(`the request has ${hosts} Host headers`, 'Send one.')
  if (/[\s,]/.test(raw.headers.host ?? ''))
    throw refuse('the Host header contains several hosts', 'Send one.')
  const coding = raw.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw refuse(
      `the transfer coding ${coding.slice(0, 50)} is not supported`,
      'Send the body with Content-Length or Transfer-Encoding: chunked.',
    )
  }
}

function refuse(message: string, hint: string): ApiError {
  return new ApiError(400, 'PGRST100', message, { hint })
}
