import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, RestError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { parseArguments } from '../../rest/request/body.ts'
import { chooseMedia, requireProfile } from '../../rest/request/content-negotiation.ts'
import { parsePreferences, writeApplied } from '../../rest/request/preferences.ts'
import { readHeader } from '../../rest/request/rest-message.ts'
import type { RestResponse } from '../../rest/request/rest-message.ts'
import { requireFunctionAccess } from '../auth/access.ts'
import { REST_METHODS, getSearch } from '../http/rest-methods.ts'
import { sendResponse } from '../http/send-response.ts'
import type { Keep, RunOnce } from '../repeated-calls/run-once.ts'
import { serverOrigin } from '../sessions/csrf-header.ts'
import { FUNCTIONS } from './functions.ts'
import { readArguments } from './read-arguments.ts'
import type { RpcContext, RpcFunction } from './rpc.ts'
import { selectFields, writeResult } from './shape-result.ts'

/** Adds `/rpc/<function>`. */
export function functionRoute(
  scope: FastifyInstance,
  { rpc, publicUrl, runOnce }: { rpc: RpcContext; publicUrl: string | undefined; runOnce: RunOnce },
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
      const response = await runOnce(request, (caller, keep) =>
        call(request, called, { rpc, origin: publicUrl ?? serverOrigin(request), caller, keep }),
      )
      return sendResponse(reply, method === 'HEAD' ? { ...response, body: '' } : response)
    },
  })
}

interface CallOptions {
  rpc: RpcContext
  origin: string
  caller: Principal
  keep: Keep | undefined
}

async function call(
  request: FastifyRequest,
  called: RpcFunction,
  { rpc, origin, caller, keep }: CallOptions,
): Promise<RestResponse> {
  const { headers, method } = request
  requireProfile(readHeader(headers, method === 'POST' ? 'content-profile' : 'accept-profile'))
  // Refuses what a function cannot do, such as tx=rollback, before it does anything.
  const applied = writeApplied(parsePreferences(readHeader(headers, 'prefer')), 'RPC')
  const search = new URLSearchParams(getSearch(request))
  const input = method === 'POST' ? parseArguments(request.body) : readArguments(search, called.input)
  const accept = readHeader(headers, 'accept')
  chooseMedia(accept)
  const respond = (result: unknown): RestResponse => {
    const { contentType, body } = writeResult(selectFields(result, search.get('select')), accept)
    const preference: Record<string, string> = applied === '' ? {} : { 'preference-applied': applied }
    return { status: 200, headers: { 'content-type': contentType, ...preference }, body }
  }
  const result = await called.run(rpc, input, caller, {
    caller: request.caller,
    origin,
    text: typeof request.body === 'string' ? request.body : '',
    keep: async (connection, kept) => await keep?.(connection, respond(kept)),
  })
  return respond(result)
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
