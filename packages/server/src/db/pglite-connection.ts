import { EventEmitter } from 'node:events'
import type { PGlite } from '@electric-sql/pglite'
import { serialize } from 'pg-protocol'

type Message = Uint8Array
type Args<F extends keyof typeof serialize> = Parameters<(typeof serialize)[F]>

/**
 * What `pg.Client` takes for its connection, leading to a PGlite in this process. So one driver serves both databases,
 * with its prepared statements: PGlite's own `query` parses and plans each statement anew.
 *
 * Each call into the database costs more than most messages do, so they are kept until one asks for an answer: a prepared
 * statement is one call instead of four.
 */
export class PGliteConnection extends EventEmitter {
  readonly #pglite: PGlite
  #messages: Message[] = []
  #sent: Promise<void> = Promise.resolve()

  // Read and written by pg.Client.
  readonly parsedStatements: Record<string, string> = {}
  readonly submittedNamedStatements: Record<string, string> = {}
  readonly _connecting = true
  readonly stream = { cork: (): void => {}, uncork: (): void => {}, destroy: (): void => this.end() }

  constructor(pglite: PGlite) {
    super()
    this.#pglite = pglite
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

  /** Only asks for what was not asked for yet; `sync` follows. */
  flush(): void {}
  ref(): void {}
  unref(): void {}

  end(): void {
    void this.#sent.then(() => this.emit('end'))
  }

  #send(last: Message): void {
    const messages = Buffer.concat([...this.#messages, last])
    this.#messages = []
    this.#sent = this.#sent.then(() => this.#exchange(messages))
  }

  async #exchange(messages: Message): Promise<void> {
    try {
      const answers = await this.#pglite.execProtocolStream(messages, { throwOnError: false })
      for (const answer of answers) this.emit(answer.name === 'error' ? 'errorMessage' : answer.name, answer)
    } catch (error) {
      this.emit('error', error)
    }
  }
}
