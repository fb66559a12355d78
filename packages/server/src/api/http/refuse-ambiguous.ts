import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../domain/errors.ts'

/**
 * Refuses requests that Node's parser accepts but a proxy in front may interpret differently: several Host headers, and
 * transfer codings that are not decoded here.
 */
export async function refuseAmbiguous({ raw }: FastifyRequest): Promise<void> {
  const names = raw.rawHeaders.filter((_, index) => index % 2 === 0)
  const hosts = names.filter((name) => name.toLowerCase() === 'host').length
  if (hosts > 1) throw refuse(phrase('request.hosts', { count: hosts }), phrase('hint.sendOne'))
  if (/[\s,]/.test(raw.headers.host ?? ''))
    throw refuse(phrase('request.severalHosts'), phrase('hint.sendOne'))
  const coding = raw.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw refuse(phrase('request.coding', { coding: coding.slice(0, 50) }), phrase('hint.coding'))
  }
}

function refuse(message: Said, hint: Said): ApiError {
  return new ApiError(400, 'PGRST100', message, { hint })
}
