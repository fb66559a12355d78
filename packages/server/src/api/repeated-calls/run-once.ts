import type { FastifyRequest } from 'fastify'
import type { Connection } from '../../database/database.ts'
import { newToken } from '../../domain/ids.ts'
import type { Principal } from '../../domain/principal.ts'
import type { RestResponse } from '../../rest/request/rest-message.ts'
import { toErrorResponse } from '../../rest/response/error-response.ts'
import { createCallStore } from './call-store.ts'
import type { CallStoreOptions } from './call-store.ts'
import { IDEMPOTENCY_KEY, identifyCall } from './identify-call.ts'

const REPLAYED = { 'idempotent-replayed': 'true' }

/** Stores the response in the transaction that makes the change. */
export type Keep = (connection: Connection, response: RestResponse) => Promise<void>

/** @param keep undefined if the call has no key. What is not kept before `handle` returns is kept afterwards */
export type Handle = (principal: Principal, keep: Keep | undefined) => Promise<RestResponse>

/**
 * Handles a request. A POST with an `Idempotency-Key` is handled once: when it is repeated, its response is returned
 * instead.
 */
export type RunOnce = (request: FastifyRequest, handle: Handle) => Promise<RestResponse>

export function createRunOnce(options: CallStoreOptions): RunOnce {
  const store = createCallStore(options)
  return async (request, handle) => {
    const { principal } = request.caller
    if (request.method !== 'POST' || request.headers[IDEMPOTENCY_KEY] === undefined)
      return await handle(principal, undefined)
    const call = identifyCall(request)
    const caller = { ...principal, credentialId: call.credentialId }
    const token = newToken()
    const known = await store.claim(caller, call, token)
    if (known !== undefined) return { ...known, headers: { ...known.headers, ...REPLAYED } }
    const release = store.hold(call, token)
    let isKept = false
    try {
      const response = await handle(caller, async (connection, kept) => {
        await store.keep(connection, call, token, kept)
        isKept = true
      })
      // A refusal has rolled back what was kept.
      if (!isKept || response.status >= 400) await store.end(call, token, response)
      return response
    } catch (error) {
      await store.end(call, token, toErrorResponse(error))
      throw error
    } finally {
      release()
    }
  }
}
