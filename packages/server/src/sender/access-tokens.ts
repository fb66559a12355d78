import type { Clock } from '../domain/clock.ts'
import type { OAuth2Client } from '../domain/receiver-auth.ts'
import type { Answer } from './answer.ts'
import { classify } from './classify-response.ts'
import { Timeout } from './exchange.ts'
import type { Sender } from './send.ts'
import { explainRefusal, tokenTimeout, unreachableTokenServer } from './token-failure.ts'
import { buildTokenRequest, readToken, refusesClient } from './token-request.ts'
import type { ClientAuthentication } from './token-request.ts'

/** A token is renewed this long before it ends, or at three quarters of a shorter life, while it still serves. */
const RENEW_AHEAD_MS = 5 * 60_000
/** For the way to the endpoint and clocks that differ; a tenth of a short life. */
const MARGIN_MS = 10_000
/** Between renewals ahead of time that fail. */
const RENEWAL_PAUSE_MS = 5_000

export interface AccessToken {
  value: string
  /** Whether it was there before it was asked for: the endpoint may have forgotten it since. */
  wasCached: boolean
}

interface StoredToken {
  value: string
  /** In milliseconds, by the clock. */
  renewAt: number
  endsAt: number
}

interface ClientState {
  token: StoredToken | undefined
  /** The only request for a token that is under way. */
  flight: Promise<StoredToken> | undefined
  authentication: ClientAuthentication
}

/**
 * Access tokens by webhook, in memory: a client belongs to one webhook and is another one when its credentials change. All
 * attempts that need a token at the same time wait for one request.
 */
export class AccessTokens {
  readonly #sender: Sender
  readonly #clock: Clock
  readonly #states = new WeakMap<OAuth2Client, ClientState>()

  constructor(sender: Sender, clock: Clock) {
    this.#sender = sender
    this.#clock = clock
  }

  /**
   * @param timeout how long to wait, in milliseconds
   * @throws TokenFailure
   */
  async get(client: OAuth2Client, timeout: number): Promise<AccessToken> {
    const state = this.#stateOf(client)
    const { token } = state
    const now = this.#clock.now()
    if (token === undefined || now >= token.endsAt) {
      const { value } = await within(timeout, this.#fetchOnce(client, state, timeout))
      return { value, wasCached: false }
    }
    if (now >= token.renewAt) this.#renew(client, state, token, timeout)
    return { value: token.value, wasCached: true }
  }

  /** The endpoint does not accept this token: the next attempt needs another one. */
  drop(client: OAuth2Client, value: string): void {
    const state = this.#stateOf(client)
    if (state.token?.value === value) state.token = undefined
  }

  #stateOf(client: OAuth2Client): ClientState {
    const known = this.#states.get(client)
    if (known !== undefined) return known
    const state: ClientState = { token: undefined, flight: undefined, authentication: 'basic' }
    this.#states.set(client, state)
    return state
  }

  /** Nobody waits for it: if it fails, the token serves until it ends. */
  #renew(client: OAuth2Client, state: ClientState, token: StoredToken, timeout: number): void {
    token.renewAt = this.#clock.now() + RENEWAL_PAUSE_MS
    this.#fetchOnce(client, state, timeout).catch(() => undefined)
  }

  #fetchOnce(client: OAuth2Client, state: ClientState, timeout: number): Promise<StoredToken> {
    state.flight ??= this.#fetch(client, state, timeout).finally(() => (state.flight = undefined))
    return state.flight
  }

  async #fetch(client: OAuth2Client, state: ClientState, timeout: number): Promise<StoredToken> {
    const askedAt = this.#clock.now()
    const answer = await this.#ask(client, state, timeout)
    if (answer.kind === 'failure') throw this.#explain(answer, timeout)
    if (answer.statusCode < 200 || answer.statusCode > 299) throw explainRefusal(answer, client, askedAt)
    const { value, lifetime } = readToken(answer.body)
    const token = {
      value,
      renewAt: askedAt + lifetime - Math.min(RENEW_AHEAD_MS, lifetime / 4),
      endsAt: askedAt + lifetime - Math.min(MARGIN_MS, lifetime / 10),
    }
    state.token = token
    return token
  }

  /** In the way that worked last; where the server refuses the client, in the other way too. */
  async #ask(client: OAuth2Client, state: ClientState, timeout: number): Promise<Answer> {
    const started = performance.now()
    const answer = await this.#sender.send(buildTokenRequest(client, state.authentication, timeout))
    const left = Math.floor(timeout - (performance.now() - started))
    if (!refusesClient(answer) || left <= 0) return answer
    const other = state.authentication === 'basic' ? 'post' : 'basic'
    const second = await this.#sender.send(buildTokenRequest(client, other, left))
    // The first refusal is the better explanation of two.
    if (second.kind === 'failure' || second.statusCode >= 300) return answer
    state.authentication = other
    return second
  }

  #explain(answer: Extract<Answer, { kind: 'failure' }>, timeout: number): Error {
    if (answer.error instanceof Timeout) return tokenTimeout(timeout)
    const { errorMessage, diagnosis } = classify(answer, this.#clock.now())
    return unreachableTokenServer(errorMessage ?? '', diagnosis ?? '')
  }
}

/** The request that an attempt joins may have begun with more time than is left to the attempt. */
async function within(ms: number, flight: Promise<StoredToken>): Promise<StoredToken> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tokenTimeout(ms)), ms)
  })
  try {
    return await Promise.race([flight, late])
  } finally {
    clearTimeout(timer)
  }
}
