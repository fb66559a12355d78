import type { FastifyInstance } from 'fastify'
import { ApiError, RestError } from '../../domain/errors.ts'
import { parseArguments } from '../../rest/request/body.ts'
import { requireProfile } from '../../rest/request/content-negotiation.ts'
import { readHeader } from '../../rest/request/rest-message.ts'
import { requireFunctionAccess } from '../auth/access.ts'
import { REST_METHODS } from '../http/rest-methods.ts'
import { serverOrigin } from '../sessions/csrf-header.ts'
import { FUNCTIONS } from './functions.ts'
import type { RpcContext } from './rpc.ts'

/** Adds `/rpc/<function>`. */
export function functionRoute(
  scope: FastifyInstance,
  { rpc, publicUrl }: { rpc: RpcContext; publicUrl: string | undefined },
): void {
  scope.route<{ Params: { name: string } }>({
    method: [...REST_METHODS],
    url: '/rpc/:name',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const { principal } = request.caller
      const { name } = request.params
      const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
      if (called === undefined) {
        throw new ApiError(404, 'PGRST202', `no function is called ${name}`, {
          hint: `Available functions: ${Object.keys(FUNCTIONS).join(', ')}.`,
        })
      }
      if (request.method !== 'POST') throw refuseMethod(request.method)
      requireFunctionAccess(principal, name, called.access)
      requireProfile(readHeader(request.headers, 'content-profile'))
      const call = { caller: request.caller, origin: publicUrl ?? serverOrigin(request) }
      const result = await called.run(rpc, parseArguments(request.body), principal, call)
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(result))
    },
  })
}

function refuseMethod(method: string): RestError {
  return new RestError(405, 'PGRST117', `Unsupported HTTP method: ${method}`, {
    hint: 'Call functions with POST and a JSON object of arguments.',
    headers: { allow: 'POST' },
  })
}
