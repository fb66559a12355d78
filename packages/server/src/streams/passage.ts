import type { JetStreamManager } from '@nats-io/jetstream'
import { createLru } from '../domain/lru.ts'
import { partitionOf, streamOf } from './names.ts'

/** What waits for a passage is asked about again and again; what is asked about no more is forgotten. */
const MAX_KEPT = 10_000

/** Tells when the events that were in a partition at some time have left it. */
export class Passage {
  readonly #jsm: JetStreamManager
  readonly #partitions: number
  /** The stream's last sequence when a key was first asked about. */
  readonly #upTo = createLru<string, number>(MAX_KEPT)

  constructor(jsm: JetStreamManager, partitions: number) {
    this.#jsm = jsm
    this.#partitions = partitions
  }

  /**
   * Returns whether all events of the organization that were in the streams when `key` was first asked about are processed.
   * @throws Error when the cluster does not answer
   */
  async hasPassed(key: string, organizationId: string): Promise<boolean> {
    const stream = streamOf(partitionOf(organizationId, this.#partitions))
    const { state } = await this.#jsm.streams.info(stream)
    if (state.messages === 0) return true
    const upTo = this.#upTo.get(key)
    if (upTo === undefined) this.#upTo.set(key, state.last_seq)
    return upTo !== undefined && state.first_seq > upTo
  }
}
