import type { Connection, Database, Transaction } from '../../src/database/database.ts'

/** A database that a test can take away and bring back. */
export class SwitchedDatabase implements Database {
  readonly #database: Database
  /** `silent`: statements get no answer. */
  state: 'up' | 'down' | 'silent' = 'up'

  constructor(database: Database) {
    this.#database = database
  }

  get engine(): Database['engine'] {
    return this.#database.engine
  }

  query: Connection['query'] = (...query) => this.#run(() => this.#database.query(...query))

  async execute(script: string): Promise<void> {
    await this.#run(() => this.#database.execute(script))
  }

  async transaction<T>(work: (connection: Transaction) => Promise<T>): Promise<T> {
    return await this.#run(() => this.#database.transaction(work))
  }

  async listen(...args: Parameters<Database['listen']>): ReturnType<Database['listen']> {
    return await this.#run(() => this.#database.listen(...args))
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.state === 'down') throw new Error('Connection terminated unexpectedly')
    if (this.state === 'silent') return await new Promise<never>(() => {})
    return await work()
  }
}
