import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { toErrorResponse } from '../../rest/response/error-response.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Admission } from '../limits/admission.ts'
import { Channel } from './channel.ts'
import type { RealtimeClient } from './client.ts'
import type { FollowedChanges, Followers } from './followers.ts'
import type { Frame } from './frames.ts'
import { notOffered, parseJoin, parseToken } from './join-payload.ts'
import type { Sources } from './sources.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'

const MAX_CHANNELS = 20
/** Tables that one client follows; each subscription counts its tables. */
const MAX_FOLLOWED = 100

export interface ChannelsOptions {
  admission: Pick<Admission, 'admit'>
  authenticate: Authenticate
  followers: Followers
  sources: Sources
  subscriptions: Subscriptions
  /** @throws ApiError when the organization has as many clients as it may */
  requireRoom(client: RealtimeClient, organizationId: string | null): void
  /** Called for defects, which the client does not see. */
  onFailure(error: unknown): void
  now(): number
}

/** Opens and closes channels, and ends those whose credential has ended. */
export class Channels {
  readonly #options: ChannelsOptions
  #lastId = 0

  constructor(options: ChannelsOptions) {
    this.#options = options
  }

  /** Serves a message of a client; never rejects. */
  async serve(client: RealtimeClient, frame: Frame): Promise<void> {
    try {
      await this.#serve(client, frame)
    } catch (error) {
      client.reply(frame, 'error', this.#toRefusal(error))
    }
  }

  /** Ends all channels of a client that is gone. */
  leaveAll(client: RealtimeClient): void {
    for (const channel of client.channels.values()) this.#unfollow(channel)
    client.channels.clear()
    this.#options.sources.release()
  }

  /** Asks again whether credentials are still valid, once for each. Undecided: the database or the key server is away. */
  async recheck(clients: Iterable<RealtimeClient>): Promise<void> {
    const principals = new Map<string, Promise<Principal | ApiError | undefined>>()
    const checks: Promise<void>[] = []
    for (const client of clients) {
      for (const channel of client.channels.values()) {
        const key = JSON.stringify(channel.credential)
        const principal = principals.get(key) ?? this.#ask(channel.credential)
        principals.set(key, principal)
        checks.push(principal.then((found) => this.#apply(client, channel, found)))
      }
    }
    await Promise.all(checks)
  }

  async #serve(client: RealtimeClient, frame: Frame): Promise<void> {
    switch (frame.event) {
      case 'phx_join':
        return await this.#join(client, frame)
      case 'phx_leave':
        return this.#leave(client, frame)
      case 'access_token':
        return await this.#renew(client, frame)
      case 'broadcast':
      case 'presence':
        throw notOffered(frame.event === 'presence' ? 'Presence' : 'Broadcast')
      default:
        throw new ApiError(400, 'PGRST100', phrase('realtime.event', { name: frame.event.slice(0, 50) }))
    }
  }

  async #join(client: RealtimeClient, frame: Frame): Promise<void> {
    if (!frame.topic.startsWith('realtime:')) {
      throw new ApiError(400, 'PGRST100', phrase('realtime.topic'))
    }
    const { changes, accessToken } = parseJoin(frame.payload)
    // Joining a topic again replaces its channel.
    this.#remove(client, frame.topic)
    if (client.channels.size >= MAX_CHANNELS)
      throw tooMany(phrase('realtime.channels', { count: MAX_CHANNELS }))
    const credential = credentialOf(client, accessToken)
    const { caller } = await this.#options.admission.admit(credential, client.info.address)
    const { principal } = caller
    this.#options.requireRoom(client, principal.organizationId)
    const subscriptions = changes.map((request) => ({ ...request, id: this.#nextId() }))
    const channel = new Channel(client, frame, subscriptions, { credential, principal }, (reset) => {
      this.#remove(client, reset.topic)
    })
    await this.#follow(client, channel, principal)
    if (client.channels.get(frame.topic) !== channel) return
    client.joinedAt = this.#options.now()
    client.reply(frame, 'ok', { postgres_changes: subscriptions.map(toReply) })
    channel.tell('ok', 'Subscribed to PostgreSQL')
  }

  /** Ids that no other channel of this process has. */
  #nextId(): number {
    this.#lastId = (this.#lastId % 2 ** 31) + 1
    return this.#lastId
  }

  async #follow(client: RealtimeClient, channel: Channel, principal: Principal): Promise<void> {
    const { followers, requireRoom, sources, subscriptions } = this.#options
    const present = client.channels.get(channel.topic)
    const followed = subscriptions.resolve(channel.subscriptions, principal, channel)
    requireFew(client, channel, followed)
    const tables = new Set(followed.map(({ view }) => view.table))
    await sources.open(tables, principal.organizationId, () => {
      // The client may have gone, or left the channel, meanwhile.
      if (client.isEnding || client.channels.get(channel.topic) !== present) return
      // Checked again, because others may have joined meanwhile.
      requireRoom(client, principal.organizationId)
      this.#unfollow(channel)
      client.channels.set(channel.topic, channel)
      channel.followed = followed
      channel.principal = principal
      for (const one of followed) followers.add(one)
    })
  }

  #unfollow(channel: Channel): void {
    for (const followed of channel.followed) this.#options.followers.remove(followed)
    channel.followed = []
  }

  #remove(client: RealtimeClient, topic: string): Channel | undefined {
    const channel = client.channels.get(topic)
    if (channel === undefined) return undefined
    client.channels.delete(topic)
    client.joinedAt = this.#options.now()
    this.#unfollow(channel)
    this.#options.sources.release()
    return channel
  }

  #leave(client: RealtimeClient, frame: Frame): void {
    const channel = this.#remove(client, frame.topic)
    client.reply(frame, 'ok', {})
    channel?.close()
  }

  async #renew(client: RealtimeClient, frame: Frame): Promise<void> {
    const channel = client.channels.get(frame.topic)
    if (channel === undefined) throw new ApiError(404, 'P0002', phrase('realtime.notJoined'))
    const credential = credentialOf(client, parseToken(frame.payload))
    const { admission } = this.#options
    const principal = await admission.admit(credential, client.info.address).then(
      ({ caller }) => caller.principal,
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 401) return error
        throw error
      },
    )
    channel.credential = credential
    await this.#apply(client, channel, principal)
    client.reply(frame, 'ok', {})
  }

  async #ask(credential: IncomingHttpHeaders): Promise<Principal | ApiError | undefined> {
    try {
      return (await this.#options.authenticate(credential)).principal
    } catch (error) {
      return error instanceof ApiError && error.status === 401 ? error : undefined
    }
  }

  /** Ends a channel whose credential is not valid, and follows what the credential now allows. */
  async #apply(
    client: RealtimeClient,
    channel: Channel,
    found: Principal | ApiError | undefined,
  ): Promise<void> {
    if (found === undefined || client.channels.get(channel.topic) !== channel) return
    if (found instanceof ApiError) return this.#end(client, channel, found)
    const { role, organizationId } = channel.principal
    if (found.role === role && found.organizationId === organizationId) return
    try {
      await this.#follow(client, channel, found)
    } catch (error) {
      this.#end(client, channel, error)
    }
  }

  #end(client: RealtimeClient, channel: Channel, error: unknown): void {
    if (client.channels.get(channel.topic) !== channel) return
    this.#remove(client, channel.topic)
    channel.close(this.#toRefusal(error).reason)
  }

  /** Words an error as a response; supabase-js shows its values, separated by commas. */
  #toRefusal(error: unknown): { reason: string; code: string } {
    const { status, body } = toErrorResponse(error)
    if (status === 500) this.#options.onFailure(error)
    const { code, message, hint } = JSON.parse(body) as ApiError
    return { reason: hint === null ? message : `${message}. ${hint}`, code }
  }
}

const credentialOf = (client: RealtimeClient, token: string | undefined): IncomingHttpHeaders =>
  token === undefined ? client.info.credential : { authorization: `Bearer ${token}` }

/** Each entry as the client sent it, which supabase-js compares. */
function toReply({ id, event, schema, table, filter }: Subscription): object {
  return { id, event, schema, table: table ?? undefined, filter: filter ?? undefined }
}

function requireFew(client: RealtimeClient, channel: Channel, followed: readonly FollowedChanges[]): void {
  const others = [...client.channels.values()].filter((other) => other !== channel)
  const count = others.reduce((sum, other) => sum + other.followed.length, followed.length)
  if (count > MAX_FOLLOWED) throw tooMany(phrase('realtime.subscriptions', { count: MAX_FOLLOWED }))
}

const tooMany = (message: Said): ApiError => new ApiError(429, 'PT429', message)
