import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../domain/principal.ts'

const MAX_USER_AGENT_LENGTH = 300

/** Where a request comes from, for the audit log: the client's address as far as TRUSTED_PROXIES are believed. */
export function placeOf({ ip, headers }: FastifyRequest): Pick<Actor, 'address' | 'user_agent'> {
  const agent = headers['user-agent']
  return {
    address: ip,
    ...(agent === undefined ? {} : { user_agent: agent.slice(0, MAX_USER_AGENT_LENGTH) }),
  }
}
