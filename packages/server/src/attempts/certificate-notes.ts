import type { Logger } from 'pino'
import type { Database } from '../db/database.ts'
import { loadStatement } from '../db/statement.ts'
import type { AttemptRecord } from '../dispatch/make-attempt.ts'
import { messageOf } from '../errors.ts'

const noteCertificates = loadStatement(import.meta.url, 'note-certificates')

/** Webhooks whose certificate this process remembers to have noted, or to be about to. */
const MOST_KNOWN = 10_000

type Shown = Pick<AttemptRecord, 'webhook_id' | 'url' | 'certificate_ends'>

/**
 * Puts on a webhook when its endpoint's certificate expires, as often as that changes: once in some weeks. A note that is
 * lost is made again after the next request.
 */
export class CertificateNotes {
  readonly #database: Database
  readonly #log: Logger
  readonly #known = new Map<string, number>()
  #running: Promise<void> = Promise.resolve()

  constructor(database: Database, log: Logger) {
    this.#database = database
    this.#log = log
  }

  /** Takes results that have been recorded. */
  observe(records: readonly Shown[]): void {
    const news = new Map<string, Shown>()
    for (const record of records) {
      const { webhook_id: id, certificate_ends: ends } = record
      if (ends === null || this.#known.get(id) === ends) continue
      if (this.#known.size >= MOST_KNOWN) this.#known.clear()
      this.#known.set(id, ends)
      news.set(id, record)
    }
    if (news.size > 0) this.#running = this.#running.then(() => this.#write([...news.values()]))
  }

  async close(): Promise<void> {
    await this.#running
  }

  async #write(shown: readonly Shown[]): Promise<void> {
    try {
      await this.#database.query(noteCertificates, [
        shown.map((each) => each.webhook_id),
        shown.map((each) => each.url),
        shown.map((each) => new Date(each.certificate_ends!).toISOString()),
      ])
    } catch (error) {
      this.#log.warn({ error: messageOf(error) }, 'the end of certificates could not be noted yet')
      for (const each of shown) this.#known.delete(each.webhook_id)
    }
  }
}
