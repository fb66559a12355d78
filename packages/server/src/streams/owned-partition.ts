import { setTimeout as pause } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Msg, NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import { within } from '../loops/loop.ts'
import { API_ERROR, codeOf } from './api-errors.ts'
import { decodeEvents } from './event-message.ts'
import type { MessageReader } from './message-reader.ts'
import { streamOf } from './names.ts'
import { Pulls } from './pulls.ts'
import type { RefusedMessages } from './refused-messages.ts'
import { readDelivery } from './stored-message.ts'
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

const GONE: ReadonlySet<number | undefined> = new Set([API_ERROR.consumerNotFound, API_ERROR.streamNotFound])

const BATCH = 64
const MIN_PULL_BYTES = 2_097_152
/** A pull waits this long for messages. Its end shows that the consumer is alive. */
const PULL_MS = 2_000
/** Without a sign of the cluster for this long, others may have taken over. */
const MAX_UNCONFIRMED_MS = 10_000
const VERIFY_INTERVAL_MS = 500
const KEEP_ALIVE_MS = 50
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
  #gaps: number
  #confirmedAt = performance.now()
  #verifying: Promise<void> | undefined
  #held: Msg[] = []
  #lastReply: string | undefined
  #onEmpty: (() => void) | undefined

  constructor(ownership: Ownership, setting: PartitionSetting, onEnded: () => void) {
    this.partition = ownership.partition
    this.consumer = ownership.consumer
    this.#takenUpTo = ownership.takenUpTo
    this.#setting = setting
    this.#onEnded = onEnded
    this.#gaps = setting.vigil.gaps
    const { connection } = setting
    this.#pulls = new Pulls(connection, streamOf(this.partition), this.consumer, (message) =>
      this.#receive(message),
    )
    void this.#run()
  }

  get isStopping(): boolean {
    return this.#state !== 'owned'
  }

  /** Messages that are taken and not done. */
  get openCount(): number {
    return this.#open.size
  }

  /** The servers remove a consumer from which nobody pulls. */
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
    if (end === 'served' && gaps === this.#setting.vigil.gaps) this.#confirmedAt = performance.now()
    else await this.#verify()
  }

  #receive(message: Msg): void {
    if (this.#state === 'ended') return
    if (this.#gaps === this.#setting.vigil.gaps) {
      this.#deliver(message)
      return
    }
    // This process stood still: another node may have taken the partition, and sends what is in the buffers.
    this.#held.push(message)
    void this.#verify()
  }

  /** Asks the servers whether this node still owns the partition. Resolves when that is known. */
  async #verify(): Promise<void> {
    this.#verifying ??= this.#verifyOnce().finally(() => (this.#verifying = undefined))
    await this.#verifying
  }

  async #verifyOnce(): Promise<void> {
    const { jsm, vigil, connection } = this.#setting
    while (this.#state !== 'ended') {
      const { gaps } = vigil
      try {
        await jsm.consumers.info(streamOf(this.partition), this.consumer)
        if (gaps === vigil.gaps) return this.#confirm(gaps)
      } catch (error) {
        if (GONE.has(codeOf(error))) return this.#lose('another node took it, or its consumer was deleted')
        const isLong = performance.now() - this.#confirmedAt > MAX_UNCONFIRMED_MS
        if (isLong || connection.isClosed()) return this.#lose(`NATS does not answer: ${messageOf(error)}`)
        await pause(VERIFY_INTERVAL_MS)
      }
    }
  }

  #confirm(gaps: number): void {
    this.#gaps = gaps
    this.#confirmedAt = performance.now()
    for (const message of this.#held.splice(0)) this.#receive(message)
  }

  #deliver(message: Msg): void {
    const { sequence, deliveries } = readDelivery(message)
    const known = this.#open.get(sequence)
    if (known !== undefined) {
      // It took longer than the servers wait for an acknowledgement. It is still being worked on here.
      known.renew(message)
      return
    }
    try {
      const events = decodeEvents(message.data)
      const isLeft = sequence <= this.#takenUpTo || deliveries > 1
      const open = new OpenMessage(this, { message, sequence, events, isLeft })
      this.#open.set(sequence, open)
      this.#hand(open)
    } catch (error) {
      void this.#refuse(message, sequence, messageOf(error))
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
  close(open: OpenMessage, reply: string, said: '+ACK' | '-NAK'): void {
    if (this.#state === 'ended' || this.#open.get(open.sequence) !== open) return
    this.#open.delete(open.sequence)
    this.#setting.connection.publish(reply, said)
    this.#lastReply = said === '+ACK' ? reply : this.#lastReply
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
    this.#pulls.close()
    this.#open.clear()
    this.#held = []
    this.#onEmpty?.()
    this.#onEnded()
  }
}
