import type { FastifyInstance } from 'fastify'
import { requireTableAccess } from '../auth/access.ts'
import { getSearch } from '../http/rest-methods.ts'
import type { LiveLog } from './live-log.ts'

/** Adds `/webhook_logs/live`, and ends its streams at shutdown, which would otherwise wait for them. */
export function liveRoute(scope: FastifyInstance, { live }: { live: LiveLog | undefined }): void {
  scope.get('/webhook_logs/live', { exposeHeadRoute: false }, async (request, reply) => {
    const { headers, caller } = request
    requireTableAccess(caller.principal, 'GET', 'webhook_logs')
    await live?.stream({ headers, caller, search: getSearch(request) }, () => {
      const own = reply.getHeaders() as Record<string, string>
      return { response: reply.hijack().raw, headers: own }
    })
  })
  scope.addHook('preClose', async () => live?.close())
}
