import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { messageOf } from '../domain/errors.ts'
import { within } from '../loops/loop.ts'

/**
 * Lost connections. What was asked on one is never answered, and the client would tell only when the request's time is up.
 */
export class Interruptions {
  readonly #waiting = new Set<() => void>()
  readonly #connecting = new Set<() => void>()
  readonly #onReconnect = new Set<() => void>()
  isConnected = true

  constructor(connection: NatsConnection, log: Logger) {
    void this.#follow(connection, log)
  }

  /** @returns undefined when the connection is lost before there is a result */
  async race<T>(work: Promise<T>): Promise<T | undefined> {
    let interrupt: (() => void) | undefined
    const lost = new Promise<undefined>((resolve) => {
      interrupt = () => resolve(undefined)
      this.#waiting.add(interrupt)
    })
    work.catch(() => {})
    return await Promise.race([work, lost]).finally(() => this.#waiting.delete(interrupt!))
  }

  /** Resolves when there is a connection, or after `maxMs`: what is sent without one is lost. */
  async untilConnected(maxMs: number): Promise<void> {
    if (this.isConnected) return
    await within(maxMs, new Promise<void>((resolve) => this.#connecting.add(resolve)))
  }

  onReconnect(act: () => void): void {
    this.#onReconnect.add(act)
  }

  async #follow(connection: NatsConnection, log: Logger): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' && this.isConnected) {
        this.isConnected = false
        log.warn({ nats: status.server }, 'lost the connection to NATS, reconnecting')
        for (const interrupt of this.#waiting) interrupt()
      }
      if (status.type === 'reconnect') {
        this.isConnected = true
        log.info({ nats: status.server }, 'connected to NATS again')
        for (const resolve of this.#connecting) resolve()
        this.#connecting.clear()
        for (const act of this.#onReconnect) act()
      }
      if (status.type === 'error') log.warn({ error: messageOf(status.error) }, 'NATS refused a request')
    }
  }
}
