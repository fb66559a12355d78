import { createInbox } from '@nats-io/transport-node'
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'

/**
 * How a pull ended: it was served or its time is up; the servers say that the consumer is gone (which a change of leaders can look
 * like); nothing came back.
 */
export type PullEnd = 'served' | 'gone' | 'silent'

export interface PullRequest {
  /** Messages at most. */
  batch: number
  maxBytes: number
  /** Milliseconds that it waits for messages. */
  expiresMs: number
}

interface Open {
  inbox: string
  left: number
  end: (end: PullEnd) => void
}

/** Milliseconds after the end of a request: no answer will come. */
const SILENCE_MS = 2_000

/** Pulls from one consumer, one request at a time. */
export class Pulls {
  readonly #connection: NatsConnection
  readonly #subject: string
  readonly #inbox = createInbox()
  readonly #subscription: Subscription
  #requests = 0
  #open: Open | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(
    connection: NatsConnection,
    stream: string,
    consumer: string,
    onMessage: (message: Msg) => void,
  ) {
    this.#connection = connection
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error !== null) this.#open?.end('silent')
        // What is no message of the stream comes to the inbox itself.
        else if (message.subject.startsWith(this.#inbox)) this.#onStatus(message)
        else {
          onMessage(message)
          this.#count()
        }
      },
    })
  }

  /** Resolves when the request has ended. */
  async pull(request: PullRequest): Promise<PullEnd> {
    const pulling = this.#turn.then(() => this.#pull(request))
    this.#turn = pulling
    return await pulling
  }

  async #pull({ batch, maxBytes, expiresMs }: PullRequest): Promise<PullEnd> {
    if (this.#isClosed || this.#connection.isClosed()) return 'silent'
    const inbox = `${this.#inbox}.${(this.#requests += 1)}`
    const request = JSON.stringify({ batch, max_bytes: maxBytes, expires: expiresMs * 1_000_000 })
    return await new Promise((resolve) => {
      const timer = setTimeout(() => this.#open?.end('silent'), expiresMs + SILENCE_MS)
      const end = (how: PullEnd): void => {
        clearTimeout(timer)
        this.#open = undefined
        resolve(how)
      }
      this.#open = { inbox, left: batch, end }
      this.#connection.publish(this.#subject, request, { reply: inbox })
    })
  }

  /** Ends the request under way, for instance because the connection is lost. Messages may still come. */
  interrupt(): void {
    this.#open?.end('silent')
  }

  close(): void {
    this.#isClosed = true
    this.interrupt()
    this.#subscription.unsubscribe()
  }

  #count(): void {
    if (this.#open === undefined) return
    this.#open.left -= 1
    if (this.#open.left === 0) this.#open.end('served')
  }

  #onStatus({ subject, headers }: Msg): void {
    if (subject !== this.#open?.inbox || headers === undefined) return
    const isGone = headers.code === 503 || /consumer deleted|stream deleted/i.test(headers.description)
    if (headers.code !== 100) this.#open.end(isGone ? 'gone' : 'served')
  }
}
