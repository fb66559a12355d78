import type { IncomingHttpHeaders } from 'node:http'
import type { WebSocket } from 'ws'
import type { Channel } from './channel.ts'
import { parseFrame, writeFrame } from './frames.ts'
import type { Frame, FrameSink, OutgoingFrame, ProtocolVersion } from './frames.ts'

/** Bytes that may wait for a client that reads slowly. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
const MAX_MESSAGES_PER_SECOND = 100
/** Joins and tokens of one client that are being checked. */
const MAX_PENDING = 50
/** Milliseconds until a socket that does not answer the close is destroyed. */
const CLOSE_TIMEOUT_MS = 1_000
/** The same for a client that is slow: it may still read what waits, and then why it was closed. */
const SLOW_CLOSE_TIMEOUT_MS = 5_000

/** Why the server ends a connection: for the metrics. */
export type DisconnectCause = 'malformed' | 'rate' | 'slow' | 'silent' | 'unused' | 'stopped'

/** Close codes of RFC 6455 and its registry. */
const CODES: Readonly<Record<DisconnectCause, number>> = {
  malformed: 1007,
  rate: 1008,
  slow: 1013,
  silent: 1008,
  unused: 1008,
  stopped: 1001,
}

export interface ConnectionInfo {
  version: ProtocolVersion
  /** The client's address, as of a request. */
  address: string
  /** The credential of the connection, as headers of a request. */
  credential: IncomingHttpHeaders
}

export interface ClientEvents {
  /** A message other than a heartbeat. Those of one client come one after the other. */
  onFrame(client: RealtimeClient, frame: Frame): Promise<void>
  onDisconnect(client: RealtimeClient, cause: DisconnectCause): void
  onClose(client: RealtimeClient): void
  onMessageSent(): void
  now(): number
}

/** One connection: reads and writes messages within limits. */
export class RealtimeClient implements FrameSink {
  readonly info: ConnectionInfo
  readonly channels = new Map<string, Channel>()
  readonly connectedAt: number
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
  heardAt: number
  /** When it last had a channel; undefined: never. */
  joinedAt: number | undefined
  readonly #socket: WebSocket
  readonly #events: ClientEvents
  #window = { endsAt: 0, count: 0 }
  #pending = 0
  #handled = Promise.resolve()
  #isEnding = false

  constructor(socket: WebSocket, info: ConnectionInfo, events: ClientEvents) {
    this.#socket = socket
    this.info = info
    this.#events = events
    this.connectedAt = this.heardAt = events.now()
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary))
    socket.on('ping', (data) => this.#pong(data))
    // A close follows.
    socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isEnding = true
        events.onClose(this)
        resolve()
      })
    })
  }

  get isEnding(): boolean {
    return this.#isEnding
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  send(frame: OutgoingFrame): void {
    if (this.#isEnding) return
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.disconnect('slow', 'the client reads too slowly')
      return
    }
    this.#socket.send(writeFrame(this.info.version, frame))
    this.#events.onMessageSent()
  }

  reply({ joinRef, ref, topic }: Frame, status: 'ok' | 'error', response: object): void {
    const payload = JSON.stringify({ status, response })
    this.send({ joinRef, ref, topic, event: 'phx_reply', payload })
  }

  /** @param reason at most 123 bytes */
  disconnect(cause: DisconnectCause, reason: string): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#events.onDisconnect(this, cause)
    this.#socket.close(CODES[cause], reason)
    const timeout = cause === 'slow' ? SLOW_CLOSE_TIMEOUT_MS : CLOSE_TIMEOUT_MS
    const timer = setTimeout(() => this.#socket.terminate(), timeout).unref()
    this.#socket.once('close', () => clearTimeout(timer))
  }

  /** A ping counts as a message: what is sent for it waits as well. */
  #pong(data: Buffer): void {
    if (this.#isEnding || !this.#isInTime()) return
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES)
      this.disconnect('slow', 'the client reads too slowly')
    else this.#socket.pong(data)
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#isEnding || !this.#isInTime()) return
    const frame = parseFrame(this.info.version, data, isBinary)
    if (frame === undefined) this.disconnect('malformed', `not a message of protocol ${this.info.version}`)
    else if (frame.topic === 'phoenix' && frame.event === 'heartbeat') this.reply(frame, 'ok', {})
    else this.#handle(frame)
  }

  #handle(frame: Frame): void {
    this.#pending += 1
    if (this.#pending > MAX_PENDING) {
      this.disconnect('rate', `more than ${MAX_PENDING} messages wait for a reply`)
      return
    }
    this.#handled = this.#handled.then(async () => {
      if (!this.#isEnding) await this.#events.onFrame(this, frame)
      this.#pending -= 1
    })
  }

  /** Counts a message, and ends the connection if there are too many. */
  #isInTime(): boolean {
    this.heardAt = this.#events.now()
    if (this.heardAt >= this.#window.endsAt) this.#window = { endsAt: this.heardAt + 1_000, count: 0 }
    this.#window.count += 1
    if (this.#window.count <= MAX_MESSAGES_PER_SECOND) return true
    this.disconnect('rate', `more than ${MAX_MESSAGES_PER_SECOND} messages in a second`)
    return false
  }
}
