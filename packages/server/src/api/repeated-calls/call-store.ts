import { phrase } from '../../domain/messages/phrase.ts'
import type { Logger } from 'pino'
import { runAs } from '../../database/act-as.ts'
import type { CallerDatabase } from '../../database/act-as.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError, RestError, messageOf } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import type { RestResponse } from '../../rest/request/rest-message.ts'
import { responseContext } from '../../secrets/sealed-columns.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import type { RepeatableCall } from './identify-call.ts'
import { claimCall, extendClaim, keepResponse, readCall, releaseCall } from './sql/statements.generated.ts'

/** How long a call is taken to be running without a sign of life from its process. */
const CLAIM_MS = 15_000
const EXTEND_MS = 5_000
const RETRY_SECONDS = 1
const MAX_RESPONSE_BYTES = 1024 * 1024
/** For each credential. */
const MAX_CALLS = 100_000
const MAX_BYTES = 64 * 1024 * 1024
const LIMIT_RETRY_SECONDS = 60

export interface CallStoreOptions extends CallerDatabase {
  box: SecretBox
  log: Pick<Logger, 'warn'>
}

/** Stores which calls run and what they ended with, for all processes. */
export interface CallStore {
  /**
   * Claims a call, or returns the response that it ended with.
   * @throws ApiError 409 while it runs, 422 for another request with the same key, 429 if too many are kept
   */
  claim(caller: Principal, call: RepeatableCall, token: string): Promise<RestResponse | undefined>
  /**
   * Stores the response in the transaction of the effect.
   * @throws ApiError 409 if a repeated call has taken over; the transaction must roll back
   */
  keep(connection: Connection, call: RepeatableCall, token: string, response: RestResponse): Promise<void>
  /** Ends a call, if it has not ended: keeps its response, or lets a repeated call try again. */
  end(call: RepeatableCall, token: string, response: RestResponse): Promise<void>
  /** Extends the claim until the returned function is called. */
  hold(call: RepeatableCall, token: string): () => void
}

export function createCallStore({ database, shares, box, log }: CallStoreOptions): CallStore {
  const seal = ({ id }: RepeatableCall, response: RestResponse): string | null => {
    const text = JSON.stringify(response)
    return Buffer.byteLength(text) > MAX_RESPONSE_BYTES ? null : box.seal(text, responseContext(id))
  }

  function open({ id }: RepeatableCall, sealed: string | null): RestResponse {
    if (sealed === null) throw refuseLost()
    try {
      return JSON.parse(box.open(sealed, responseContext(id))) as RestResponse
    } catch {
      throw refuseLost()
    }
  }

  async function tryClaim(connection: Connection, call: RepeatableCall, token: string): Promise<boolean> {
    const limits = { claimMs: CLAIM_MS, maxCalls: MAX_CALLS, maxBytes: MAX_BYTES }
    const { rowCount } = await connection.query(...claimCall({ ...call, ...limits, claim: token }))
    return rowCount > 0
  }

  return {
    async claim(caller, call, token) {
      return await runAs({ database, shares }, caller, 'read write', async (connection) => {
        if (await tryClaim(connection, call, token)) return undefined
        const { rows } = await connection.query(...readCall(call))
        const [known] = rows
        if (known === undefined) {
          // It may have been released in between.
          if (await tryClaim(connection, call, token)) return undefined
          throw refuseMore()
        }
        if (!known.is_same) throw refuseOther()
        if (known.is_running) throw refuseRunning()
        return open(call, known.response)
      })
    },
    async keep(connection, call, token, response) {
      const query = keepResponse({ id: call.id, claim: token, response: seal(call, response) })
      const { rowCount } = await connection.query(...query)
      if (rowCount === 0) throw refuseRunning()
    },
    async end(call, token, response) {
      const key = { id: call.id, claim: token }
      const query = isFinal(response)
        ? keepResponse({ ...key, response: seal(call, response) })
        : releaseCall(key)
      await database
        .query(...query)
        .catch((error: unknown) =>
          log.warn(
            { error: messageOf(error) },
            'cannot store the end of a call; it can be repeated in 15 seconds',
          ),
        )
    },
    hold(call, token) {
      const query = extendClaim({ id: call.id, claim: token, claimMs: CLAIM_MS })
      // Without an extension another process may take over, which the token then shows.
      const timer = setInterval(() => void database.query(...query).catch(() => {}), EXTEND_MS)
      return () => clearInterval(timer)
    },
  }
}

/** Server errors are not kept, nor what asks to send the same request again later. */
function isFinal({ status }: RestResponse): boolean {
  return status < 500 && status !== 408 && status !== 429
}

function refuseRunning(): RestError {
  return new RestError(409, 'PT409', phrase('call.running'), {
    hint: phrase('call.runningHint'),
    headers: { 'retry-after': String(RETRY_SECONDS) },
  })
}

function refuseLost(): ApiError {
  return new ApiError(409, 'PT409', phrase('call.lost'), {
    details: 'It was larger than 1 MiB, or its encryption key is no longer in ENCRYPTION_KEYS.',
    hint: phrase('call.lostHint'),
  })
}

function refuseOther(): ApiError {
  return new ApiError(422, 'PT422', phrase('call.other'), {
    details: 'The body, the query string, Prefer, or Accept is not the same.',
    hint: phrase('call.otherHint'),
  })
}

function refuseMore(): RestError {
  return new RestError(429, 'PT429', phrase('call.many'), {
    details: `At most ${MAX_CALLS} responses and ${MAX_BYTES / (1024 * 1024)} MiB are kept for 24 hours.`,
    hint: phrase('call.manyHint'),
    headers: { 'retry-after': String(LIMIT_RETRY_SECONDS) },
  })
}
