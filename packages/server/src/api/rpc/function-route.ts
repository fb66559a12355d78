import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { runAs } from '../../database/act-as.ts'
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
import { prepareResult } from './result-rows.ts'
import type { ShapeResult } from './result-rows.ts'

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
        throw new ApiError(404, 'PGRST202', phrase('error.noFunction', { name }), {
          hint: phrase('hint.functions', { names: Object.keys(FUNCTIONS).join(', ') }),
        })
      }
      const { method } = request
      const isRead = called.access === 'read'
      if (method === 'OPTIONS') return reply.header('allow', listMethods(isRead)).send()
      if (method !== 'POST' && !(isRead && (method === 'GET' || method === 'HEAD')))
        throw refuseMethod(method, isRead)
      requireFunctionAccess(principal, name, called.access)
      const response = await runOnce(request, (caller, keep) =>
        call(request, { ...called, name }, { rpc, origin: publicUrl ?? serverOrigin(request), caller, keep }),
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
  called: RpcFunction & { name: string },
  { rpc, origin, caller, keep }: CallOptions,
): Promise<RestResponse> {
  const { headers, method } = request
  requireProfile(readHeader(headers, method === 'POST' ? 'content-profile' : 'accept-profile'))
  const search = getSearch(request)
  const { input, shaping } =
    method === 'POST'
      ? { input: parseArguments(request.body), shaping: search }
      : readArguments(search, called.input)
  const { shape, write } = chooseFormat(request, called, shaping)
  let shaped: RestResponse | undefined
  const result = await called.run(rpc, input, caller, {
    caller: request.caller,
    origin,
    text: typeof request.body === 'string' ? request.body : '',
    keep: async (connection, kept) => {
      // In the transaction of the effect, so that a result that cannot be written as wanted rolls it back.
      shaped = await shape?.(connection, kept)
      await keep?.(connection, shaped ?? write(kept))
    },
  })
  if (shape === undefined) return write(result)
  return shaped ?? (await runAs(rpc, caller, 'read only', (connection) => shape(connection, result)))
}

interface Format {
  /** Undefined if the result is returned as it is. */
  shape: ShapeResult | undefined
  write(result: unknown): RestResponse
}

/** Refuses what a function cannot do, such as tx=rollback, before it does anything. */
function chooseFormat(
  { headers, method, caller: { principal } }: FastifyRequest,
  { name, output }: RpcFunction & { name: string },
  search: string,
): Format {
  const preferences = parsePreferences(readHeader(headers, 'prefer'))
  const media = chooseMedia(readHeader(headers, 'accept'))
  const range = method === 'GET' ? readHeader(headers, 'range') : ''
  const applied = writeApplied(preferences, 'RPC')
  const isWhole = search === '' && range === '' && preferences.count === null
  const isPlain = media.format === 'array' || (media.format === 'object' && !(output instanceof z.ZodArray))
  return {
    shape:
      isWhole && isPlain && !media.stripsNulls
        ? undefined
        : prepareResult({ name, output, search, range, media, preferences, principal }),
    write: (result) => ({
      status: 200,
      headers: {
        'content-type': media.contentType,
        ...(applied === '' ? {} : { 'preference-applied': applied }),
      },
      body: JSON.stringify(result),
    }),
  }
}

const listMethods = (isRead: boolean): string => (isRead ? 'OPTIONS,GET,HEAD,POST' : 'OPTIONS,POST')

function refuseMethod(method: string, isRead: boolean): RestError {
  const isGet = method === 'GET' || method === 'HEAD'
  const message = isGet ? phrase('error.methodChanges', { method }) : phrase('error.methodCall', { method })
  return new RestError(405, 'PGRST101', message, {
    hint: phrase('hint.call'),
    headers: { allow: listMethods(isRead) },
  })
}
