import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../../domain/principal.ts'
import type { FollowedChanges, Follower } from './followers.ts'
import type { Frame, FrameSink } from './frames.ts'
import type { Subscription } from './subscriptions.ts'

/** A topic that a client has joined. */
export class Channel implements Follower {
  readonly topic: string
  readonly joinRef: string | null
  readonly subscriptions: readonly Subscription[]
  /** The credential, as the headers of a request have it. */
  credential: IncomingHttpHeaders
  principal: Principal
  followed: readonly FollowedChanges[] = []
  readonly #client: FrameSink
  readonly #onReset: (channel: Channel) => void

  constructor(
    client: FrameSink,
    join: Frame,
    subscriptions: readonly Subscription[],
    access: { credential: IncomingHttpHeaders; principal: Principal },
    onReset: (channel: Channel) => void,
  ) {
    this.#client = client
    this.topic = join.topic
    // Version 1.0.0 has no other name for a join than its `ref`.
    this.joinRef = join.joinRef ?? join.ref
    this.subscriptions = subscriptions
    this.credential = access.credential
    this.principal = access.principal
    this.#onReset = onReset
  }

  receive(data: string, ids: readonly number[]): void {
    this.#send('postgres_changes', `{"data":${data},"ids":[${ids.join(',')}]}`)
  }

  /** supabase-js joins again after an error. */
  reset(reason: string): void {
    this.#onReset(this)
    this.tell('error', `${reason}: join again, and read the table`)
    this.#send('phx_error', '{}', this.joinRef)
  }

  /** supabase-js does not join again by itself. */
  close(reason?: string): void {
    if (reason !== undefined) this.tell('error', reason)
    this.#send('phx_close', '{}', this.joinRef)
  }

  /** Sends a message of the server, which supabase-js passes to `.on('system', …)`. */
  tell(status: 'ok' | 'error', message: string): void {
    const channel = this.topic.replace(/^realtime:/, '')
    this.#send('system', JSON.stringify({ channel, extension: 'postgres_changes', message, status }))
  }

  #send(event: string, payload: string, ref: string | null = null): void {
    this.#client.send({ joinRef: this.joinRef, ref, topic: this.topic, event, payload })
  }
}
