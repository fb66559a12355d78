import { EventEmitter } from 'node:events'
import { parse, serialize } from 'pg-protocol'
import type { PGliteThread } from './pglite-thread.ts'

type Message = Uint8Array
type Args<F extends keyof typeof serialize> = Parameters<(typeof serialize)[F]>

/**
 * Replaces the socket of `pg.Client` with a PGlite that runs in a thread of this process. Both databases then use one
 * driver with its prepared statements; PGlite's own `query` parses and plans every statement again.
 *
 * Each call into the thread costs more than handling most messages, so messages are buffered until one requests a
 * reply: a prepared statement is one call instead of four.
 */
export class PGliteConnection extends EventEmitter {
  readonly #thread: PGliteThread
  #messages: Message[] = []
  #owed = 0
  #isEnding = false

  // Read and written by pg.Client.
  readonly parsedStatements: Record<string, string> = {}
  readonly submittedNamedStatements: Record<string, string> = {}
  readonly _connecting = true
  readonly stream = { cork: (): void => {}, uncork: (): void => {}, destroy: (): void => this.end() }

  constructor(thread: PGliteThread) {
    super()
    this.#thread = thread
    const replies = new EventEmitter()
    void parse(replies as unknown as NodeJS.ReadableStream, (message) =>
      this.emit(message.name === 'error' ? 'errorMessage' : message.name, message),
    )
    thread.onReply((reply) => {
      replies.emit('data', Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength))
      this.#owed -= 1
      this.#endWhenDone()
    })
    thread.onFault((error) => this.emit('error', error))
  }

  connect(): void {
    process.nextTick(() => this.emit('readyForQuery'))
  }

  query(...args: Args<'query'>): void {
    this.#send(serialize.query(...args))
  }

  parse(...args: Args<'parse'>): void {
    this.#messages.push(serialize.parse(...args))
  }

  bind(...args: Args<'bind'>): void {
    this.#messages.push(serialize.bind(...args))
  }

  describe(...args: Args<'describe'>): void {
    this.#messages.push(serialize.describe(...args))
  }

  execute(...args: Args<'execute'>): void {
    this.#messages.push(serialize.execute(...args))
  }

  close(...args: Args<'close'>): void {
    this.#messages.push(serialize.close(...args))
  }

  sync(): void {
    this.#send(serialize.sync())
  }

  /** Requests replies that `sync`, which follows, requests as well. */
  flush(): void {}
  ref(): void {}
  unref(): void {}

  end(): void {
    this.#isEnding = true
    process.nextTick(() => this.#endWhenDone())
  }

  #endWhenDone(): void {
    if (this.#isEnding && this.#owed === 0) this.emit('end')
  }

  #send(last: Message): void {
    this.#owed += 1
    this.#thread.send(join([...this.#messages, last]))
    this.#messages = []
  }
}

/** The result has memory of its own, so it can be transferred to another thread. */
function join(messages: readonly Message[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(messages.reduce((length, message) => length + message.length, 0))
  let offset = 0
  for (const message of messages) {
    joined.set(message, offset)
    offset += message.length
  }
  return joined
}
