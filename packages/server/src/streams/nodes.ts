import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { z } from 'zod'
import { NODES_SUBJECT } from './names.ts'
import type { Vigil } from './vigil.ts'

const ANNOUNCE_MS = 1_000
const TICK_MS = 250
/** A node that is silent for this long is dead, or cannot be told from a dead one. */
const SILENCE_MS = 3_000
/** How long a node listens before it knows the others: each answers a node that is new to it at once. */
const FIRST_ROUND_MS = 300

const announcement = z.object({
  id: z.string().min(1).max(100),
  /** The partitions that it owns, and the consumer of each. */
  owned: z.array(z.tuple([z.int(), z.string().max(200)])).max(256),
  isLeaving: z.boolean().optional(),
})
type Announcement = z.output<typeof announcement>

interface Heard {
  at: number
  owned: Announcement['owned']
}

/** The nodes that read: they announce themselves each second, and hear each other. */
export class Nodes {
  readonly #connection: NatsConnection
  readonly #vigil: Vigil
  readonly #id: string
  readonly #owned: () => Announcement['owned']
  readonly #onChange: () => void
  readonly #heard = new Map<string, Heard>()
  readonly #timer: NodeJS.Timeout
  readonly #subscription: Subscription
  #listeningSince = performance.now()
  #announcedAt = -Infinity
  #gaps: number

  constructor(options: {
    connection: NatsConnection
    vigil: Vigil
    id: string
    owned: () => Announcement['owned']
    onChange: () => void
  }) {
    this.#connection = options.connection
    this.#vigil = options.vigil
    this.#id = options.id
    this.#owned = options.owned
    this.#onChange = options.onChange
    this.#gaps = options.vigil.gaps
    this.#subscription = options.connection.subscribe(NODES_SUBJECT, {
      callback: (error, message) => {
        const heard = error === null ? announcement.safeParse(parse(message.data)) : undefined
        if (heard?.success === true && heard.data.id !== this.#id) this.#hear(heard.data)
      },
    })
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.announce()
  }

  /** The nodes that are alive, this one included. */
  get alive(): string[] {
    return [this.#id, ...this.#heard.keys()]
  }

  /** Whether the others that are alive have been heard. */
  get isKnown(): boolean {
    return performance.now() - this.#listeningSince > FIRST_ROUND_MS
  }

  /** Whether a node that has not been heard is dead. */
  get isSilenceKnown(): boolean {
    return this.#vigil.gaps === this.#gaps && performance.now() - this.#listeningSince > SILENCE_MS
  }

  /** The consumer with which another node says that it reads this partition. */
  claimOf(partition: number): string | undefined {
    const owned = [...this.#heard.values()].flatMap((heard) => heard.owned)
    return owned.find(([of]) => of === partition)?.[1]
  }

  announce(isLeaving = false): void {
    if (this.#connection.isClosed()) return
    this.#announcedAt = performance.now()
    const said: Announcement = {
      id: this.#id,
      owned: this.#owned(),
      ...(isLeaving ? { isLeaving } : {}),
    }
    this.#connection.publish(NODES_SUBJECT, JSON.stringify(said))
  }

  /** After a time in which this node could hear no one: silence in it does not mean that a node is dead. */
  listenAgain(): void {
    this.#listeningSince = performance.now()
    this.#gaps = this.#vigil.gaps
    const now = performance.now()
    for (const heard of this.#heard.values()) heard.at = now
    this.announce()
  }

  leave(): void {
    clearInterval(this.#timer)
    this.#subscription.unsubscribe()
    this.announce(true)
  }

  #tick(): void {
    if (this.#vigil.gaps !== this.#gaps) this.listenAgain()
    if (performance.now() - this.#announcedAt >= ANNOUNCE_MS) this.announce()
    const oldest = performance.now() - SILENCE_MS
    const silent = [...this.#heard].filter(([, { at }]) => at < oldest)
    for (const [id] of silent) this.#heard.delete(id)
    if (silent.length > 0) this.#onChange()
  }

  #hear({ id, owned, isLeaving }: Announcement): void {
    const isNew = !this.#heard.has(id)
    if (isLeaving === true) this.#heard.delete(id)
    else this.#heard.set(id, { at: performance.now(), owned })
    if (isNew && isLeaving !== true) this.announce()
    if (isNew || isLeaving === true) this.#onChange()
  }
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'))
  } catch {
    return undefined
  }
}
