import { setTimeout as pause } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import { eachAtOnce } from '../loops/each-at-once.ts'
import type { StoredMessage } from './direct-get.ts'
import { getDirectly } from './direct-get.ts'
import { streamOf, subjectsOf } from './names.ts'

export interface LookAheadOptions {
  partition: number
  jsm: JetStreamManager
  connection: NatsConnection
  log: Logger
  /** Resolves when there is room for more. */
  room(): Promise<void>
  /** Whether this node owns the partition for certain. */
  isOwner(): boolean
  /** Hands a message over. @returns false: it was not taken, and neither are those behind it now */
  take(message: StoredMessage): boolean
}

/** A shorter backlog passes soon, and needs no one to look ahead. */
const MIN_BACKLOG = 200
/** Messages of one organization that are taken ahead of their turn and not done. */
const MAX_OF_ONE = 16
/** The same of all. */
const MAX_OPEN = 256
const FETCHED_AT_ONCE = 8
const FETCH_BYTES = 2_097_152
/** The least time between two looks, and the time for each thousand organizations that the servers have to count. */
const LOOK_MS = 250
const LOOK_MS_PER_THOUSAND = 250
/** Messages that are done and that the consumer has not reached yet. Beyond it, no more are taken. */
const MAX_DONE = 50_000

/**
 * Takes messages ahead of their turn while a partition has a long backlog, some of each organization: one that floods the partition
 * does not delay the others.
 *
 * Each organization's messages keep their order: they are taken ahead from the first one behind the consumer's place, and the
 * consumer, when it comes to them, finds them taken. What is done leaves the stream, as an acknowledgement would make it do.
 */
export class LookAhead {
  readonly #options: LookAheadOptions
  readonly #stream: string
  /** The sequence up to which the consumer has delivered. */
  #place = 0
  #backlog = 0
  /** Messages that were taken ahead and are not done, and their subjects. */
  readonly #open = new Map<number, string>()
  /** Those that are done. The consumer may still deliver them. */
  readonly #done = new Set<number>()
  /** Those that came back undone. */
  readonly #returned = new Set<number>()
  /** The last sequence that was taken ahead of each subject. */
  readonly #reached = new Map<string, number>()
  readonly #deleting = new Set<Promise<void>>()
  #isLooking = false
  #isStopped = false

  constructor(options: LookAheadOptions) {
    this.#options = options
    this.#stream = streamOf(options.partition)
  }

  /** The consumer has delivered a message. @returns whether it was done already, ahead of its turn */
  pass(sequence: number, pending: number): boolean {
    this.#place = Math.max(this.#place, sequence)
    this.#backlog = pending
    if (pending > MIN_BACKLOG && !this.#isStopped && !this.#isLooking) void this.#look()
    return this.#done.has(sequence)
  }

  /** Whether a message was taken before: ahead of its turn, or because the consumer has passed it. */
  wasTaken(sequence: number): boolean {
    return sequence <= this.#place || this.#returned.has(sequence)
  }

  /** A message that was taken ahead is done, and the consumer has not come to it. */
  finish(sequence: number): void {
    this.#open.delete(sequence)
    this.#done.add(sequence)
    const deleting = this.#options.jsm.streams
      .deleteMessage(this.#stream, sequence, false)
      // The consumer will come to it, and acknowledge it then.
      .then(
        () => {},
        () => {},
      )
      .finally(() => this.#deleting.delete(deleting))
    this.#deleting.add(deleting)
  }

  /** The consumer has come to a message that was taken ahead: it is an ordinary one now. */
  join(sequence: number): void {
    this.#open.delete(sequence)
  }

  /** A message that was taken ahead is to be taken again. */
  putBack(sequence: number): void {
    const subject = this.#open.get(sequence)
    this.#open.delete(sequence)
    this.#returned.add(sequence)
    if (subject !== undefined)
      this.#reached.set(subject, Math.min(this.#reached.get(subject) ?? 0, sequence - 1))
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Resolves when what is done has left the stream. */
  async settled(): Promise<void> {
    await Promise.all(this.#deleting)
  }

  /** Looks again and again, until the backlog has become short. */
  async #look(): Promise<void> {
    const { log, partition } = this.#options
    this.#isLooking = true
    while (!this.#isStopped && this.#backlog > MIN_BACKLOG) {
      let subjects = 0
      try {
        this.#forgetPassed()
        if (this.#done.size < MAX_DONE) subjects = await this.#takeSome()
      } catch (error) {
        log.warn({ partition, error: messageOf(error) }, 'could not look ahead, retrying automatically')
      }
      await pause(LOOK_MS + (subjects / 1_000) * LOOK_MS_PER_THOUSAND)
    }
    this.#isLooking = false
  }

  /** @returns the number of organizations that have messages */
  async #takeSome(): Promise<number> {
    const { jsm, partition } = this.#options
    const { state } = await jsm.streams.info(this.#stream, { subjects_filter: subjectsOf(partition) })
    const counts = Object.entries(state.subjects ?? {}).toSorted(([, a], [, b]) => a - b)
    // Those with the most messages are the ones that the consumer meets.
    const subjects = counts.slice(0, -1).map(([subject]) => subject)
    const waiting = subjects.filter((subject) => this.#openOf(subject) < MAX_OF_ONE)
    await eachAtOnce(waiting, FETCHED_AT_ONCE, async (subject) => {
      if (this.#mayTake()) await this.#takeOf(subject)
    })
    return counts.length
  }

  #mayTake(): boolean {
    return !this.#isStopped && this.#open.size < MAX_OPEN && this.#options.isOwner()
  }

  async #takeOf(subject: string): Promise<void> {
    const { connection, room, take } = this.#options
    await room()
    if (!this.#mayTake()) return
    const found = await getDirectly(connection, {
      stream: this.#stream,
      subject,
      from: Math.max(this.#place, this.#reached.get(subject) ?? 0) + 1,
      batch: MAX_OF_ONE - this.#openOf(subject),
      maxBytes: FETCH_BYTES,
    })
    for (const message of found) {
      const { sequence } = message
      if (!this.#mayTake()) break
      // Meanwhile the consumer may have come to it, or it is one that was put back behind others that were not.
      if (sequence <= this.#place || this.#open.has(sequence) || this.#done.has(sequence)) continue
      this.#open.set(sequence, subject)
      this.#reached.set(subject, sequence)
      if (take(message)) continue
      this.putBack(sequence)
      break
    }
  }

  #openOf(subject: string): number {
    let count = 0
    for (const open of this.#open.values()) if (open === subject) count += 1
    return count
  }

  /** The consumer delivers in order: what it has passed does not come any more. */
  #forgetPassed(): void {
    for (const passed of [this.#done, this.#returned])
      for (const sequence of passed) if (sequence <= this.#place) passed.delete(sequence)
    for (const [subject, sequence] of this.#reached)
      if (sequence <= this.#place) this.#reached.delete(subject)
  }
}
