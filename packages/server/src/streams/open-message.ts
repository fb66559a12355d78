import type { MsgHdrs } from '@nats-io/transport-node'
import type { StreamedEvent } from './event-message.ts'
import type { TakenMessage } from './message-reader.ts'
import { GIVEN_IDS_HEADER, REPEATED_HEADER } from './publishing.ts'
import { hasHeader } from './stored-message.ts'

/** Where an open message tells what becomes of it. */
interface Owner {
  readonly partition: number
  close(open: OpenMessage, reply: string | undefined, said: '+ACK' | '-NAK'): void
  extend(open: OpenMessage, reply: string): void
}

/** A message as it came. */
export interface Taken {
  sequence: number
  headers: MsgHdrs | undefined
  /** Where the consumer's messages are acknowledged; undefined: it was taken ahead of its turn. */
  reply: string | undefined
  /** It may have been processed before. */
  isLeft: boolean
}

/** A message that was taken and is neither done nor given back. */
export class OpenMessage implements TakenMessage {
  readonly partition: number
  readonly sequence: number
  readonly events: readonly StreamedEvent[]
  readonly isRepeated: boolean
  readonly hasGivenIds: boolean
  readonly #owner: Owner
  #reply: string | undefined

  constructor(owner: Owner, { sequence, headers, reply, isLeft }: Taken, events: readonly StreamedEvent[]) {
    this.partition = owner.partition
    this.sequence = sequence
    this.events = events
    this.isRepeated = isLeft || hasHeader(headers, REPEATED_HEADER)
    this.hasGivenIds = hasHeader(headers, GIVEN_IDS_HEADER)
    this.#owner = owner
    this.#reply = reply
  }

  /** The consumer has delivered it while it is open: the servers take the later reply. */
  renew(reply: string): void {
    this.#reply = reply
    this.extend()
  }

  done(): void {
    this.#owner.close(this, this.#reply, '+ACK')
  }

  extend(): void {
    if (this.#reply !== undefined) this.#owner.extend(this, this.#reply)
  }

  giveBack(): void {
    this.#owner.close(this, this.#reply, '-NAK')
  }
}
