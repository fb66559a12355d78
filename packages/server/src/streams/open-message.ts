import type { Msg } from '@nats-io/transport-node'
import type { StreamedEvent } from './event-message.ts'
import type { TakenMessage } from './message-reader.ts'
import { GIVEN_IDS_HEADER, REPEATED_HEADER } from './publishing.ts'
import { hasHeader } from './stored-message.ts'

/** Where an open message tells what becomes of it. */
interface Owner {
  readonly partition: number
  close(open: OpenMessage, reply: string, said: '+ACK' | '-NAK'): void
  extend(open: OpenMessage, reply: string): void
}

/** A message that was taken and is neither done nor given back. */
export class OpenMessage implements TakenMessage {
  readonly partition: number
  readonly sequence: number
  readonly events: readonly StreamedEvent[]
  readonly isRepeated: boolean
  readonly hasGivenIds: boolean
  readonly #owner: Owner
  #reply: string

  constructor(
    owner: Owner,
    {
      message,
      sequence,
      events,
      isLeft,
    }: { message: Msg; sequence: number; events: readonly StreamedEvent[]; isLeft: boolean },
  ) {
    this.partition = owner.partition
    this.sequence = sequence
    this.events = events
    this.isRepeated = isLeft || hasHeader(message.headers, REPEATED_HEADER)
    this.hasGivenIds = hasHeader(message.headers, GIVEN_IDS_HEADER)
    this.#owner = owner
    this.#reply = message.reply!
  }

  /** It was delivered again while it is open: the servers take the later reply. */
  renew(message: Msg): void {
    this.#reply = message.reply!
    this.extend()
  }

  done(): void {
    this.#owner.close(this, this.#reply, '+ACK')
  }

  extend(): void {
    this.#owner.extend(this, this.#reply)
  }

  giveBack(): void {
    this.#owner.close(this, this.#reply, '-NAK')
  }
}
