import type { FastifyInstance } from 'fastify'
import type { Rest } from '../rest/rest.ts'
import { admitRequests } from './auth/admit-requests.ts'
import type { Admission } from './limits/admission.ts'
import type { LiveLog } from './live/live-log.ts'
import { liveRoute } from './live/live-route.ts'
import { documentRoute } from './openapi/routes.ts'
import type { Logger } from 'pino'
import { createRunOnce } from './repeated-calls/run-once.ts'
import { functionRoute } from './rpc/function-route.ts'
import { FUNCTIONS } from './rpc/functions.ts'
import type { RpcContext } from './rpc/rpc.ts'
import { tableRoute } from './tables/table-route.ts'

export interface RestOptions {
  admission: Admission
  publicUrl: string | undefined
  rest: Rest
  rpc: RpcContext
  live: LiveLog | undefined
  log: Logger
}

/** Adds `/rest/v1`: every route below requires a credential. */
export function restRoutes(scope: FastifyInstance, options: RestOptions): void {
  const { admission, publicUrl, rest, rpc, live, log } = options
  const runOnce = createRunOnce({ ...rpc, log })
  admitRequests(scope, { admission, publicUrl })
  void scope.register(documentRoute, { rest, functions: FUNCTIONS })
  void scope.register(functionRoute, { rpc, publicUrl, runOnce })
  void scope.register(liveRoute, { live })
  void scope.register(tableRoute, { rest, runOnce })
}
