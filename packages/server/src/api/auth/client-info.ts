import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../domain/principal.ts'

const MAX_USER_AGENT_LENGTH = 300

/** Returns the client of a request for the audit log. Proxies in TRUSTED_PROXIES determine the address. */
export function clientInfo({ ip, headers }: FastifyRequest): Pick<Actor, 'address' | 'user_agent'> {
  const agent = headers['user-agent']
  return {
    address: ip,
    ...(agent === undefined ? {} : { user_agent: agent.slice(0, MAX_USER_AGENT_LENGTH) }),
  }
}
