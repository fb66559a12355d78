import { headers } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import { StreamsUnavailable } from './errors.ts'
import type { StreamedEvent } from './event-message.ts'
import { encodeEvents } from './event-message.ts'
import { organizationOf, refusedSubjectOf } from './names.ts'

/** A message that cannot be read. */
export interface UnreadableMessage {
  stream: string
  sequence: number
  subject: string
  payload: Uint8Array
  reason: string
}

const TIMEOUT_MS = 5_000
const MAX_REASON_CHARACTERS = 300
/** Kept free for the headers, so that what was as large as allowed can be stored. */
const HEADER_BYTES = 2_048

/** The stream of what no one can process: it stays there for 30 days, to be looked at by people. */
export class RefusedMessages {
  readonly #connection: NatsConnection
  readonly #log: Logger

  constructor(connection: NatsConnection, log: Logger) {
    this.#connection = connection
    this.#log = log
  }

  /** @throws StreamsUnavailable */
  async refuseMessage({ stream, sequence, subject, payload, reason }: UnreadableMessage): Promise<void> {
    await this.#store(refusedSubjectOf(organizationOf(subject)), `${stream}:${sequence}`, payload, reason)
    this.#log.error({ stream, sequence, reason }, 'set a message aside that cannot be read')
  }

  /** For an event that no database accepts. The message is done after it. @throws StreamsUnavailable */
  async refuseEvent(event: StreamedEvent, reason: string): Promise<void> {
    const subject = refusedSubjectOf(event.organization_id)
    await this.#store(subject, `${event.organization_id}:${event.id}`, encodeEvents([event]), reason)
    this.#log.error({ event: event.id, organization: event.organization_id, reason }, 'set an event aside')
  }

  async #store(subject: string, id: string, payload: Uint8Array, reason: string): Promise<void> {
    const own = headers()
    own.set('Nats-Msg-Id', id)
    own.set('Webhooks-Reason', reason.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_REASON_CHARACTERS))
    const maxBytes = (this.#connection.info?.max_payload ?? Infinity) - HEADER_BYTES
    try {
      const answer = await this.#connection.request(subject, payload.subarray(0, maxBytes), {
        headers: own,
        timeout: TIMEOUT_MS,
      })
      const { error } = answer.json<{ error?: { description?: string } }>()
      if (error !== undefined) throw new Error(error.description)
    } catch (error) {
      throw new StreamsUnavailable(`NATS has not stored what was refused: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }
}
