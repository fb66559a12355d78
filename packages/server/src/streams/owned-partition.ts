import { setTimeout as pause } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Msg, NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import { within } from '../loops/loop.ts'
import type { StoredMessage } from './direct-get.ts'
import { decodeEvents } from './event-message.ts'
import { Lease } from './lease.ts'
import { LookAhead } from './look-ahead.ts'
import type { MessageReader } from './message-reader.ts'
import { streamOf } from './names.ts'
import { Pulls } from './pulls.ts'
import type { RefusedMessages } from './refused-messages.ts'
import { readDelivery } from './stored-message.ts'
import type { Taken } from './open-message.ts'
import { OpenMessage } from './open-message.ts'
import type { Vigil } from './vigil.ts'

/** What all partitions of a node share. */
export interface PartitionSetting {
  connection: NatsConnection
  jsm: JetStreamManager
  vigil: Vigil
  reader: MessageReader
  refused: RefusedMessages
  log: Logger
}

export interface Ownership {
  partition: number
  /** The lease: it is gone when another node has the partition. */
  consumer: string
  /** The stream's last sequence when this node took the partition: messages up to it may have been processed before. */
  takenUpTo: number
}

const BATCH = 64
const MIN_PULL_BYTES = 2_097_152
/** A pull waits this long for messages. Its end shows that the consumer is alive. */
const PULL_MS = 2_000
const KEEP_ALIVE_MS = 50
/** Of messages that were delivered before the servers answered another question. */
const MAX_ON_THEIR_WAY_MS = 1_000
const LOST_ON_THEIR_WAY = 'messages were lost on their way'
const LAST_ACKNOWLEDGEMENT_MS = 2_000

/**
 * A partition that this node reads.
 *
 *     owned → stopping (nothing more is taken) → ended (the consumer is deleted)
 *       └───────────┴→ lost: the consumer is gone; what this node still does for the partition does not count
 */
export class OwnedPartition {
  readonly partition: number
  readonly consumer: string
  readonly #takenUpTo: number
  readonly #setting: PartitionSetting
  readonly #onEnded: () => void
  readonly #pulls: Pulls
  readonly #open = new Map<number, OpenMessage>()
  #state: 'owned' | 'stopping' | 'ended' = 'owned'
  readonly #lease: Lease
  readonly #lookAhead: LookAhead
  #held: Msg[] = []
  #lastReply: string | undefined
  #onEmpty: (() => void) | undefined
  /** The number of the consumer's last delivery. */
  #place = 0

  constructor(ownership: Ownership, setting: PartitionSetting, onEnded: () => void) {
    this.partition = ownership.partition
    this.consumer = ownership.consumer
    this.#takenUpTo = ownership.takenUpTo
    this.#setting = setting
    this.#onEnded = onEnded
    const stream = streamOf(this.partition)
    const { connection, reader } = setting
    this.#pulls = new Pulls(connection, stream, this.consumer, (message) => this.#receive(message))
    this.#lease = new Lease({
      ...setting,
      stream,
      consumer: this.consumer,
      onLost: (reason) => this.#lose(reason),
    })
    this.#lookAhead = new LookAhead({
      ...setting,
      partition: this.partition,
      room: async () => await reader.room(),
      isOwner: () => this.#state === 'owned' && this.#lease.isFresh,
      take: (message) => this.#takeAhead(message),
    })
    void this.#run()
  }

  get isStopping(): boolean {
    return this.#state !== 'owned'
  }

  /** Messages that are taken and not done. */
  get openCount(): number {
    return this.#open.size
  }

  /** The servers remove a consumer from which no node pulls. */
  async keepAlive(): Promise<void> {
    if (this.#state === 'ended') return
    // No message is as small: this asks for none.
    await this.#pull({ batch: 1, maxBytes: 1, expiresMs: KEEP_ALIVE_MS })
  }

  /** After a lost connection, the answer to a pull will not come. */
  interrupt(): void {
    this.#pulls.interrupt()
  }

  stopTaking(): void {
    if (this.#state === 'owned') this.#state = 'stopping'
    this.#lookAhead.stop()
    this.#pulls.interrupt()
  }

  /** Ends the ownership when what was taken is done, or after `maxMs`: then the next owner has the rest. */
  async handOver(maxMs: number): Promise<void> {
    this.stopTaking()
    if (this.#open.size > 0) await within(maxMs, new Promise<void>((resolve) => (this.#onEmpty = resolve)))
    if (this.#state === 'ended') return
    if (this.#open.size === 0) await this.#awaitAcknowledgements()
    const isUndone = this.#open.size > 0
    this.#end()
    if (isUndone) this.#setting.reader.onLost(this.partition)
    await this.#setting.jsm.consumers.delete(streamOf(this.partition), this.consumer).catch(() => {})
  }

  /** The servers handle acknowledgements in order: when the last one is answered, all have been handled. */
  async #awaitAcknowledgements(): Promise<void> {
    await within(LAST_ACKNOWLEDGEMENT_MS, this.#lookAhead.settled())
    if (this.#lastReply === undefined) return
    const { connection } = this.#setting
    await connection.request(this.#lastReply, '+ACK', { timeout: LAST_ACKNOWLEDGEMENT_MS }).catch(() => {})
  }

  async #run(): Promise<void> {
    const { reader, connection } = this.#setting
    while (this.#state === 'owned') {
      await reader.room()
      if (this.#state !== 'owned') return
      const maxBytes = Math.max(MIN_PULL_BYTES, 2 * (connection.info?.max_payload ?? 0))
      await this.#pull({ batch: BATCH, maxBytes, expiresMs: PULL_MS })
    }
  }

  async #pull(request: { batch: number; maxBytes: number; expiresMs: number }): Promise<void> {
    const { gaps } = this.#setting.vigil
    const end = await this.#pulls.pull(request)
    if (end === 'served') this.#lease.confirm(gaps)
    if (end === 'served' && this.#lease.isCertain) return
    await this.#verify()
    void this.#watchForLost(this.#lease.delivered)
  }

  /**
   * A connection that breaks, or a leader that dies, may take messages with it. They would come when the servers have waited for their
   * acknowledgement, behind later ones of the same organization.
   */
  async #watchForLost(delivered: number): Promise<void> {
    if (this.#place >= delivered) return
    await pause(MAX_ON_THEIR_WAY_MS)
    if (this.#place < delivered) this.#lose(LOST_ON_THEIR_WAY)
  }

  #receive(message: Msg): void {
    if (this.#state === 'ended') return
    if (this.#lease.isCertain) {
      this.#deliver(message)
      return
    }
    // This process stood still: another node may have taken the partition, and sends what is in the buffers.
    this.#held.push(message)
    void this.#verify()
  }

  /** Resolves when it is known whether this node still owns the partition. */
  async #verify(): Promise<void> {
    await this.#lease.verify()
    for (const message of this.#held.splice(0)) this.#receive(message)
  }

  #deliver(message: Msg): void {
    const { sequence, deliveries, pending, place } = readDelivery(message)
    if (place > this.#place + 1) return this.#lose(LOST_ON_THEIR_WAY)
    this.#place = place
    const isLeft = deliveries > 1 || this.#lookAhead.wasTaken(sequence)
    if (this.#lookAhead.pass(sequence, pending)) {
      this.#setting.connection.publish(message.reply!, '+ACK')
      return
    }
    const known = this.#open.get(sequence)
    if (known !== undefined) {
      // It was taken ahead, or takes longer than the servers wait for an acknowledgement. It is still being worked on here.
      this.#lookAhead.join(sequence)
      known.renew(message.reply!)
      return
    }
    const { reply, headers, data } = message
    const unreadable = this.#take({ sequence, headers, reply, isLeft }, data)
    if (unreadable !== undefined) void this.#refuse(message, sequence, unreadable)
  }

  #takeAhead({ sequence, headers, data }: StoredMessage): boolean {
    const isLeft = this.#lookAhead.wasTaken(sequence)
    // The consumer will come to what cannot be read.
    return this.#take({ sequence, headers, reply: undefined, isLeft }, data) === undefined
  }

  /** @returns why it cannot be read; undefined: it was taken */
  #take(taken: Taken, data: Uint8Array): string | undefined {
    try {
      const events = decodeEvents(data)
      const isLeft = taken.isLeft || taken.sequence <= this.#takenUpTo
      const open = new OpenMessage(this, { ...taken, isLeft }, events)
      this.#open.set(taken.sequence, open)
      this.#hand(open)
      return undefined
    } catch (error) {
      return messageOf(error)
    }
  }

  #hand(open: OpenMessage): void {
    try {
      this.#setting.reader.onMessage(open)
    } catch (error) {
      this.#setting.log.error(
        { partition: this.partition, error: messageOf(error) },
        'a message was not taken',
      )
      open.giveBack()
    }
  }

  async #refuse(message: Msg, sequence: number, reason: string): Promise<void> {
    const { refused, connection, log } = this.#setting
    const stream = streamOf(this.partition)
    try {
      await refused.refuseMessage({
        stream,
        sequence,
        subject: message.subject,
        payload: message.data,
        reason,
      })
      connection.publish(message.reply!, '+ACK')
    } catch (error) {
      // It is delivered again when the servers have waited for its acknowledgement.
      log.warn(
        { stream, sequence, error: messageOf(error) },
        'a message that cannot be read was not set aside',
      )
    }
  }

  /** Of a message that has ended: tells the servers, unless the partition is no longer this node's. */
  close(open: OpenMessage, reply: string | undefined, said: '+ACK' | '-NAK'): void {
    const { sequence } = open
    if (this.#state === 'ended' || this.#open.get(sequence) !== open) return
    this.#open.delete(sequence)
    if (reply !== undefined) {
      this.#setting.connection.publish(reply, said)
      if (said === '+ACK') this.#lastReply = reply
    } else if (said === '+ACK') this.#lookAhead.finish(sequence)
    else this.#lookAhead.putBack(sequence)
    if (this.#open.size === 0) this.#onEmpty?.()
  }

  extend(open: OpenMessage, reply: string): void {
    if (this.#state !== 'ended' && this.#open.get(open.sequence) === open)
      this.#setting.connection.publish(reply, '+WPI')
  }

  #lose(reason: string): void {
    if (this.#state === 'ended') return
    this.#setting.log.warn({ partition: this.partition, reason }, 'lost a partition')
    this.#end()
    this.#setting.reader.onLost(this.partition)
  }

  #end(): void {
    this.#state = 'ended'
    this.#lease.end()
    this.#lookAhead.stop()
    this.#pulls.close()
    this.#open.clear()
    this.#held = []
    this.#onEmpty?.()
    this.#onEnded()
  }
}
