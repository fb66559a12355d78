import type { FastifyInstance } from 'fastify'
import type { Rest } from '../../rest/rest.ts'
import { refuseKeysInLinkSession, requireTableAccess } from '../auth/access.ts'
import { REST_METHODS, getSearch } from '../http/rest-methods.ts'
import { sendResponse } from '../http/send-response.ts'
import type { RunOnce } from '../repeated-calls/run-once.ts'

/** Adds `/<table>`. */
export function tableRoute(
  scope: FastifyInstance,
  { rest, runOnce }: { rest: Rest; runOnce: RunOnce },
): void {
  scope.route<{ Params: { table: string } }>({
    method: [...REST_METHODS],
    url: '/:table',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const { principal, session, confirm } = request.caller
      requireTableAccess(principal, request.method, request.params.table)
      refuseKeysInLinkSession(session?.is_of_link === true, request.method, request.params.table)
      const response = await runOnce(request, (caller, keep) =>
        rest.handle({
          method: request.method,
          table: request.params.table,
          search: getSearch(request),
          headers: request.headers,
          body: typeof request.body === 'string' ? request.body : '',
          principal: caller,
          keep,
          confirm,
        }),
      )
      return sendResponse(reply, response)
    },
  })
}
