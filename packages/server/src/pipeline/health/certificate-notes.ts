import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { runInHalves } from '../../database/input-fault.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import type { Messages, Stage } from '../messages.ts'
import { messageOf } from '../../domain/errors.ts'
import { createLru } from '../../domain/lru.ts'
import { noteCertificates } from './sql/statements.generated.ts'

/** Webhooks for which this process remembers the certificate that it has recorded or is about to record. */
const MAX_KNOWN = 10_000

export interface CertificateNotesOptions {
  database: Database
  log: Logger
  messages: Messages
}

type Shown = Pick<AttemptRecord, 'webhook_id' | 'url' | 'certificate_ends'>

/**
 * Records on a webhook when its endpoint's certificate expires, whenever that changes: every few weeks. If a record is lost, the
 * next request writes it again.
 */
export class CertificateNotes implements Stage {
  readonly #database: Database
  readonly #log: Logger
  readonly #messages: Messages
  readonly #known = createLru<string, number>(MAX_KNOWN)
  #running: Promise<void> = Promise.resolve()

  constructor({ database, log, messages }: CertificateNotesOptions) {
    this.#database = database
    this.#log = log
    this.#messages = messages
  }

  start(): void {
    this.#messages.on('recorded', (attempts) => this.#observe(attempts))
  }

  #observe(records: readonly Shown[]): void {
    const news = new Map<string, Shown>()
    for (const record of records) {
      const { webhook_id: id, certificate_ends: ends } = record
      if (ends === null || this.#known.get(id) === ends) continue
      this.#known.set(id, ends)
      news.set(id, record)
    }
    if (news.size > 0) this.#running = this.#running.then(() => this.#write([...news.values()]))
  }

  async stop(): Promise<void> {
    await this.#running
  }

  async #write(shown: readonly Shown[]): Promise<void> {
    const note = async (some: readonly Shown[]): Promise<void> => {
      await this.#database.query(
        ...noteCertificates({
          webhooks: some.map((each) => each.webhook_id),
          urls: some.map((each) => each.url),
          expiresAt: some.map((each) => new Date(each.certificate_ends!).toISOString()),
        }),
      )
    }
    // Stays in `#known`: the same certificate would be refused again.
    const giveUp = async ({ webhook_id }: Shown, error: unknown): Promise<void> =>
      this.#log.warn({ webhook_id, error: messageOf(error) }, 'cannot record when a certificate expires')
    try {
      await runInHalves(shown, note, giveUp)
    } catch (error) {
      this.#log.warn(
        { error: messageOf(error) },
        'cannot record when certificates expire, retrying automatically',
      )
      for (const each of shown) this.#known.delete(each.webhook_id)
    }
  }
}
