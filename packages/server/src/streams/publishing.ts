import { setTimeout as pause } from 'node:timers/promises'
import { RequestError, TimeoutError, headers } from '@nats-io/transport-node'
import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { messageOf } from '../domain/errors.ts'
import { API_ERROR } from './api-errors.ts'
import type { StreamedEvent } from './event-message.ts'
import { encodeEvents } from './event-message.ts'
import { EventTooLarge, StreamsUnavailable } from './errors.ts'
import type { Interruptions } from './interruptions.ts'
import { partitionOf, subjectOf } from './names.ts'
import { Room } from './room.ts'
import type { Parcel } from './split-events.ts'
import { messageIdOf, splitEvents } from './split-events.ts'

export interface PublishOptions {
  /** The events may have been published before (outbox rows of a dead node): workers compare with what is stored before they send. */
  isRepeated?: boolean
  /** The callers chose the ids: workers drop events that are stored already. */
  hasGivenIds?: boolean
}

export interface PublishLimits {
  /** Milliseconds until the servers' acknowledgement is no longer waited for. */
  attemptMs: number
  /** Milliseconds for all attempts: a stream has a new leader within 10 s. */
  totalMs: number
}

export const PUBLISH_LIMITS: PublishLimits = { attemptMs: 4_000, totalMs: 15_000 }

export const REPEATED_HEADER = 'Webhooks-Repeated'
export const GIVEN_IDS_HEADER = 'Webhooks-Given-Ids'
const MESSAGE_ID_HEADER = 'Nats-Msg-Id'

const MAX_PENDING = 1_024
const MAX_PENDING_BYTES = 33_554_432
/** Beyond it, a publish fails at once. */
const MAX_WAITING = 10_000
const MIN_PAUSE_MS = 50
const MAX_PAUSE_MS = 1_000

/** JetStream's errors of a cluster that is between two leaders. */
const TEMPORARY = new Set<number>([API_ERROR.unavailable, 10_009])

interface Outgoing {
  subject: string
  payload: Uint8Array
  headers: MsgHdrs
  bytes: number
  eventIds: readonly string[]
}

/** The server's answer to a publish. */
interface Acknowledgement {
  seq?: number
  error?: { err_code?: number; description?: string }
}

/** Publishes messages and waits until the quorum has stored them. */
export class Publishing {
  readonly #connection: NatsConnection
  readonly #interruptions: Interruptions
  readonly #partitions: number
  readonly #limits: PublishLimits
  readonly #room = new Room(MAX_PENDING, MAX_PENDING_BYTES)

  constructor(
    connection: NatsConnection,
    interruptions: Interruptions,
    partitions: number,
    limits: PublishLimits,
  ) {
    this.#connection = connection
    this.#interruptions = interruptions
    this.#partitions = partitions
    this.#limits = limits
  }

  /** Of each organization one message after the other, so that a retry does not change their order. @throws StreamsUnavailable, EventTooLarge */
  async publish(events: readonly StreamedEvent[], options: PublishOptions): Promise<void> {
    const chains = splitEvents(events).map((parcels) =>
      parcels.map((parcel) => this.#prepare(parcel, options)),
    )
    this.#refuseLarge(chains.flat())
    const deadline = performance.now() + this.#limits.totalMs
    const results = await Promise.allSettled(chains.map((chain) => this.#publishChain(chain, deadline)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  #prepare(parcel: Parcel, { isRepeated, hasGivenIds }: PublishOptions): Outgoing {
    const { organizationId, events } = parcel
    const payload = encodeEvents(events)
    const own = headers()
    own.set(MESSAGE_ID_HEADER, messageIdOf(parcel))
    if (isRepeated === true) own.set(REPEATED_HEADER, '1')
    if (hasGivenIds === true) own.set(GIVEN_IDS_HEADER, '1')
    return {
      subject: subjectOf(partitionOf(organizationId, this.#partitions), organizationId),
      payload,
      headers: own,
      bytes: payload.length + HEADER_BYTES,
      eventIds: events.map(({ id }) => id),
    }
  }

  /** Before anything is published, so that the caller can go on without them. */
  #refuseLarge(messages: readonly Outgoing[]): void {
    const maxBytes = this.#connection.info?.max_payload ?? Infinity
    const large = messages.filter(({ bytes }) => bytes > maxBytes)
    if (large.length > 0)
      throw new EventTooLarge(
        large.flatMap(({ eventIds }) => eventIds),
        maxBytes,
      )
  }

  async #publishChain(chain: readonly Outgoing[], deadline: number): Promise<void> {
    for (const message of chain) await this.#publishOne(message, deadline)
  }

  async #publishOne(message: Outgoing, deadline: number): Promise<void> {
    if (this.#room.waiting >= MAX_WAITING) throw new StreamsUnavailable(TOO_MANY)
    if (!(await this.#room.enter(message.bytes, deadline - performance.now())))
      throw new StreamsUnavailable(TOO_MANY)
    try {
      await this.#retry(message, deadline)
    } finally {
      this.#room.leave(message.bytes)
    }
  }

  /** The message's id makes it safe to publish again what may have been stored. */
  async #retry(message: Outgoing, deadline: number): Promise<void> {
    for (let wait = MIN_PAUSE_MS; ; wait = Math.min(2 * wait, MAX_PAUSE_MS)) {
      const failure = await this.#attempt(message, deadline)
      if (failure === undefined) return
      if (performance.now() + wait >= deadline || this.#connection.isClosed())
        throw new StreamsUnavailable(`NATS has not stored the events: ${failure}`)
      await pause(wait)
    }
  }

  /** @returns why it may be tried again; undefined: the quorum has stored it. @throws what cannot be retried */
  async #attempt(message: Outgoing, deadline: number): Promise<string | undefined> {
    await this.#interruptions.untilConnected(deadline - performance.now())
    const timeout = Math.max(1, Math.min(this.#limits.attemptMs, deadline - performance.now()))
    try {
      const answer = await this.#interruptions.race(
        this.#connection.request(message.subject, message.payload, { headers: message.headers, timeout }),
      )
      return answer === undefined ? 'the connection was lost' : readAcknowledgement(answer, message)
    } catch (error) {
      if (error instanceof TimeoutError) return `no acknowledgement within ${Math.round(timeout)} ms`
      if (error instanceof RequestError) return messageOf(error)
      if (error instanceof StreamsUnavailable || error instanceof EventTooLarge) throw error
      throw new StreamsUnavailable(`NATS has not stored the events: ${messageOf(error)}`, { cause: error })
    }
  }
}

/** More than what a message's headers take. */
const HEADER_BYTES = 512
const TOO_MANY = 'NATS has not stored the events: too many wait for its acknowledgement'

function readAcknowledgement(answer: Msg, { eventIds, bytes }: Outgoing): string | undefined {
  const { seq, error } = answer.json<Acknowledgement>()
  if (error === undefined) return typeof seq === 'number' ? undefined : 'the acknowledgement cannot be read'
  const { err_code: code = 0, description = 'unknown error' } = error
  if (code === API_ERROR.messageTooLarge) throw new EventTooLarge(eventIds, bytes)
  if (TEMPORARY.has(code)) return description
  throw new StreamsUnavailable(`NATS has not stored the events: ${description}`)
}
