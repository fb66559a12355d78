import type { ConsumerInfo } from '@nats-io/jetstream'
import { messageOf } from '../domain/errors.ts'
import { newToken } from '../domain/ids.ts'
import { API_ERROR, codeOf } from './api-errors.ts'
import type { Interruptions } from './interruptions.ts'
import type { Reading } from './message-reader.ts'
import { consumerOf, nodeOf, streamOf } from './names.ts'
import { Nodes } from './nodes.ts'
import type { PartitionSetting } from './owned-partition.ts'
import { OwnedPartition } from './owned-partition.ts'
import { preferredOrder, shareOf } from './share-partitions.ts'

export interface ReadingOptions extends PartitionSetting {
  nodeId: string
  partitions: number
  interruptions: Interruptions
}

const SECOND = 1_000_000_000
const BALANCE_MS = 500
const KEEP_ALIVE_MS = 4_000
/** For what was taken from a partition that another node is to have. */
const HAND_OVER_MS = 10_000
/** A consumer of a living node that does not say so: it has lost track of it. */
const MAX_UNCLAIMED_MS = 5_000
const MAX_ACK_PENDING = 1_024
const NOT_UNIQUE: ReadonlySet<number | undefined> = new Set([
  API_ERROR.secondConsumer,
  API_ERROR.secondFilteredConsumer,
])

/** Takes this node's share of the partitions, and gives back what is more. */
export class PartitionReading implements Reading {
  readonly #options: ReadingOptions
  readonly #owned = new Map<number, OwnedPartition>()
  /** Consumers that are being created. */
  readonly #creating = new Set<string>()
  readonly #nodes: Nodes
  #balancing: Promise<void> | undefined
  #isWoken = false
  #isStopped = false
  #timer: NodeJS.Timeout | undefined
  readonly #keepAlive: NodeJS.Timeout

  constructor(options: ReadingOptions) {
    this.#options = options
    this.#nodes = new Nodes({
      connection: options.connection,
      vigil: options.vigil,
      id: options.nodeId,
      owned: () => [...this.#owned.values()].map(({ partition, consumer }) => [partition, consumer]),
      onChange: () => this.#wake(),
    })
    options.interruptions.onReconnect(() => {
      this.#nodes.listenAgain()
      for (const partition of this.#owned.values()) partition.interrupt()
    })
    this.#keepAlive = setInterval(() => {
      for (const partition of this.#owned.values()) void partition.keepAlive()
    }, KEEP_ALIVE_MS)
    this.#schedule()
  }

  /** The partitions that this node owns. */
  get owned(): readonly OwnedPartition[] {
    return [...this.#owned.values()]
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    for (const partition of this.#owned.values()) partition.stopTaking()
    await this.#balancing
    for (const partition of this.#owned.values()) partition.stopTaking()
  }

  async release(): Promise<void> {
    await this.stop()
    clearInterval(this.#keepAlive)
    await Promise.all(this.owned.map((partition) => partition.handOver(0)))
    this.#nodes.leave()
  }

  #wake(): void {
    this.#isWoken = true
    if (this.#balancing === undefined) void this.#run()
  }

  #schedule(): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#run(), this.#isWoken ? 0 : BALANCE_MS)
  }

  async #run(): Promise<void> {
    if (this.#isStopped || this.#balancing !== undefined) return
    this.#isWoken = false
    this.#balancing = this.#balance().catch((error: unknown) =>
      this.#options.log.warn(
        { error: messageOf(error) },
        'partitions could not be taken, retrying automatically',
      ),
    )
    await this.#balancing
    this.#balancing = undefined
    this.#schedule()
  }

  async #balance(): Promise<void> {
    if (!this.#nodes.isKnown || !this.#options.interruptions.isConnected) return
    const { nodeId, partitions } = this.#options
    const { alive } = this.#nodes
    const kept = this.owned.filter(({ isStopping }) => !isStopping)
    const missing = shareOf(nodeId, alive, partitions) - kept.length
    for (const partition of kept.slice(kept.length + Math.min(0, missing)))
      void partition.handOver(HAND_OVER_MS)
    if (missing <= 0) return
    const isFree = (partition: number): boolean =>
      !this.#owned.has(partition) && this.#nodes.claimOf(partition) === undefined
    const free = preferredOrder(nodeId, alive, partitions).filter(isFree)
    const taken = await Promise.all(free.slice(0, missing).map((partition) => this.#take(partition)))
    if (taken.includes(true)) this.#nodes.announce()
  }

  /** @returns whether this node has it now */
  async #take(partition: number): Promise<boolean> {
    const consumer = consumerOf(this.#options.nodeId, newToken().replaceAll('-', '').slice(0, 16))
    this.#creating.add(consumer)
    try {
      const takenUpTo = await this.#createConsumer(partition, consumer)
      if (takenUpTo === undefined) return false
      const onEnded = (): void => {
        this.#owned.delete(partition)
        this.#nodes.announce()
        this.#wake()
      }
      const owned = new OwnedPartition({ partition, consumer, takenUpTo }, this.#options, onEnded)
      this.#owned.set(partition, owned)
      if (this.#isStopped) owned.stopTaking()
      return true
    } finally {
      this.#creating.delete(consumer)
    }
  }

  /** @returns the stream's last sequence; undefined: another consumer has the partition */
  async #createConsumer(partition: number, consumer: string): Promise<number | undefined> {
    const { jsm } = this.#options
    const stream = streamOf(partition)
    try {
      await jsm.consumers.add(stream, {
        name: consumer,
        ack_policy: 'explicit',
        deliver_policy: 'all',
        ack_wait: 60 * SECOND,
        max_ack_pending: MAX_ACK_PENDING,
        inactive_threshold: 15 * SECOND,
        mem_storage: true,
      })
      return (await jsm.streams.info(stream)).state.last_seq
    } catch (error) {
      if (NOT_UNIQUE.has(codeOf(error))) {
        await this.#revokeLeft(partition)
        return undefined
      }
      // It may have been created all the same.
      await jsm.consumers.delete(stream, consumer).catch(() => {})
      throw error
    }
  }

  /** Deletes the consumer of a node that is dead: with it goes its ownership, whatever it still does. */
  async #revokeLeft(partition: number): Promise<void> {
    const { jsm, log } = this.#options
    const stream = streamOf(partition)
    const consumers = await jsm.consumers.list(stream).next()
    for (const consumer of consumers.filter((one) => this.#isLeft(partition, one))) {
      await jsm.consumers.delete(stream, consumer.name).catch(() => {})
      log.info({ partition, node: nodeOf(consumer.name) }, 'taking over a partition of a node that is gone')
      this.#isWoken = true
    }
  }

  #isLeft(partition: number, { name, created, ts }: ConsumerInfo): boolean {
    const node = nodeOf(name)
    if (node === undefined || this.#nodes.claimOf(partition) === name) return false
    if (node === this.#options.nodeId)
      return this.#owned.get(partition)?.consumer !== name && !this.#creating.has(name)
    if (!this.#nodes.alive.includes(node)) return this.#nodes.isSilenceKnown
    return ts !== undefined && Date.parse(ts) - Date.parse(created) > MAX_UNCLAIMED_MS
  }
}
