import type { FastifyInstance } from 'fastify'
import { ApiError, RestError } from '../../domain/errors.ts'
import { parseArguments } from '../../rest/request/body.ts'
import { chooseMedia, requireProfile } from '../../rest/request/content-negotiation.ts'
import { parsePreferences, writeApplied } from '../../rest/request/preferences.ts'
import { readHeader } from '../../rest/request/rest-message.ts'
import { requireFunctionAccess } from '../auth/access.ts'
import { REST_METHODS, getSearch } from '../http/rest-methods.ts'
import { serverOrigin } from '../sessions/csrf-header.ts'
import { FUNCTIONS } from './functions.ts'
import { readArguments } from './read-arguments.ts'
import type { RpcContext } from './rpc.ts'
import { selectFields, writeResult } from './shape-result.ts'

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
      const { method } = request
      const isRead = called.access === 'read'
      if (method === 'OPTIONS') return reply.header('allow', listMethods(isRead)).send()
      if (method !== 'POST' && !(isRead && (method === 'GET' || method === 'HEAD')))
        throw refuseMethod(method, isRead)
      requireFunctionAccess(principal, name, called.access)
      requireProfile(readHeader(request.headers, method === 'POST' ? 'content-profile' : 'accept-profile'))
      // Refuses what a function cannot do, such as tx=rollback, before it does anything.
      const preferences = parsePreferences(readHeader(request.headers, 'prefer'))
      const search = new URLSearchParams(getSearch(request))
      const input = method === 'POST' ? parseArguments(request.body) : readArguments(search, called.input)
      const accept = readHeader(request.headers, 'accept')
      chooseMedia(accept)
      const text = typeof request.body === 'string' ? request.body : ''
      const call = { caller: request.caller, origin: publicUrl ?? serverOrigin(request), text }
      const result = selectFields(await called.run(rpc, input, principal, call), search.get('select'))
      const { contentType, body } = writeResult(result, accept)
      const applied = writeApplied(preferences, 'RPC')
      if (applied !== '') reply.header('preference-applied', applied)
      return reply.type(contentType).send(method === 'HEAD' ? undefined : body)
    },
  })
}

const listMethods = (isRead: boolean): string => (isRead ? 'OPTIONS,GET,HEAD,POST' : 'OPTIONS,POST')

function refuseMethod(method: string, isRead: boolean): RestError {
  const isGet = method === 'GET' || method === 'HEAD'
  const message = isGet
    ? `Cannot use the ${method} method on a function that changes something`
    : `Cannot use the ${method} method on RPC`
  return new RestError(405, 'PGRST101', message, {
    hint: 'Call functions with POST and a JSON object of arguments. Functions that only read can be called with GET as well.',
    headers: { allow: listMethods(isRead) },
  })
}
