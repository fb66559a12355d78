import { setTimeout as pause } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { messageOf } from '../domain/errors.ts'
import { API_ERROR, codeOf } from './api-errors.ts'
import type { Vigil } from './vigil.ts'

export interface LeaseOptions {
  stream: string
  /** The lease itself: it is gone when another node has the stream. */
  consumer: string
  jsm: JetStreamManager
  connection: NatsConnection
  vigil: Vigil
  onLost(reason: string): void
}

const GONE: ReadonlySet<number | undefined> = new Set([API_ERROR.consumerNotFound, API_ERROR.streamNotFound])
/** Without a sign of the cluster for this long, others may have taken over. */
const MAX_UNCONFIRMED_MS = 10_000
/** More than the time between two signs, where all is well. */
const FRESH_MS = 6_000
const VERIFY_INTERVAL_MS = 500

/** What this node knows of its ownership. */
export class Lease {
  readonly #options: LeaseOptions
  #gaps: number
  #confirmedAt = performance.now()
  #verifying: Promise<void> | undefined
  #isEnded = false
  #delivered = 0

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#gaps = options.vigil.gaps
  }

  /** False after this process stood still: what is in its buffers may belong to another node. */
  get isCertain(): boolean {
    return this.#gaps === this.#options.vigil.gaps
  }

  /** The servers said so a moment ago. */
  get isFresh(): boolean {
    return this.isCertain && performance.now() - this.#confirmedAt < FRESH_MS
  }

  /** Deliveries of the consumer so far, when the servers were last asked. */
  get delivered(): number {
    return this.#delivered
  }

  /** The consumer has served a request that was made when the process had stood still this often. */
  confirm(gaps: number): void {
    if (gaps !== this.#options.vigil.gaps) return
    this.#gaps = gaps
    this.#confirmedAt = performance.now()
  }

  end(): void {
    this.#isEnded = true
  }

  /** Asks the servers. Resolves when it is certain, or lost. */
  async verify(): Promise<void> {
    this.#verifying ??= this.#verify().finally(() => (this.#verifying = undefined))
    await this.#verifying
  }

  async #verify(): Promise<void> {
    const { jsm, stream, consumer, vigil } = this.#options
    while (!this.#isEnded) {
      const { gaps } = vigil
      try {
        this.#delivered = (await jsm.consumers.info(stream, consumer)).delivered.consumer_seq
        this.confirm(gaps)
        if (this.isCertain) return
      } catch (error) {
        const reason = this.#reasonToEnd(error)
        if (reason !== undefined) return this.#options.onLost(reason)
        await pause(VERIFY_INTERVAL_MS)
      }
    }
  }

  #reasonToEnd(error: unknown): string | undefined {
    if (GONE.has(codeOf(error))) return 'another node took it, or its consumer was deleted'
    const isLong = performance.now() - this.#confirmedAt > MAX_UNCONFIRMED_MS
    return isLong || this.#options.connection.isClosed()
      ? `NATS does not answer: ${messageOf(error)}`
      : undefined
  }
}
