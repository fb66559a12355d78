import { CHANNEL, VERSION, readMessage } from '../../../elements/src/protocol.ts'
import type { HostMessages, Message, PageMessages, SessionReason } from '../../../elements/src/protocol.ts'
import { isAllowed } from './origins.ts'
import { portal } from './portal.ts'

/** How long the host has to answer. Its own server makes a session in that time. */
const CONFIGURE_TIMEOUT_MS = 5_000
const SESSION_TIMEOUT_MS = 30_000
const LINK_TOKEN = /^cgw_link_[\w-]{43}$/

type Listener<Type extends keyof HostMessages> = (message: HostMessages[Type]) => void

/** The page that shows this one with the element of packages/elements. docs/embedding.md has the messages. */
export class Host {
  /** Unknown until its first message: what is sent before that is no secret. */
  #origin = '*'
  readonly #listeners = new Map<keyof HostMessages, (message: never) => void>()

  constructor() {
    addEventListener('message', (event) => this.#receive(event))
  }

  send<Type extends keyof PageMessages>(type: Type, fields: PageMessages[Type]): void {
    parent.postMessage({ ...fields, channel: CHANNEL, version: VERSION, type }, this.#origin)
  }

  /** Calls one listener for each message of a type, in place of the previous one. */
  on<Type extends keyof HostMessages>(type: Type, listener: Listener<Type>): void {
    this.#listeners.set(type, listener)
  }

  /** Greets the host. Resolves to false if it does not answer: it shows the page in a frame of its own making. */
  async greet(configure: Listener<'configure'>): Promise<boolean> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), CONFIGURE_TIMEOUT_MS)
      this.on('configure', (message) => {
        clearTimeout(timer)
        configure(message)
        resolve(true)
      })
      this.send('hello', {})
    })
  }

  /** Asks for the token of a new session; undefined if the host has none. */
  async requestToken(reason: SessionReason): Promise<string | undefined> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), SESSION_TIMEOUT_MS)
      this.on('session', ({ token }) => {
        clearTimeout(timer)
        resolve(typeof token === 'string' && LINK_TOKEN.test(token) ? token : undefined)
      })
      this.send('session-needed', { reason })
    })
  }

  #receive({ data, origin, source }: MessageEvent<unknown>): void {
    if (source !== parent || !this.#isHost(origin)) return
    const message = readMessage<HostMessages>(data)
    if (message === undefined) return
    this.#origin = origin
    const listener = this.#listeners.get(message.type) as ((each: Message<HostMessages>) => void) | undefined
    listener?.(message)
  }

  #isHost(origin: string): boolean {
    if (this.#origin !== '*') return origin === this.#origin
    return isAllowed(origin, portal.frame_ancestors, location.origin)
  }
}

/** Undefined in a tab, and in a frame that is not the element's. It may still not answer. */
export const findHost = (): Host | undefined =>
  parent !== window && window.name === CHANNEL ? new Host() : undefined

let connected: Host | undefined

export function setHost(host: Host): void {
  connected = host
}

/** Tests if a host shows the page: it has its own logo, way out, and choice of the theme, and signs people in. */
export const isEmbedded = (): boolean => connected !== undefined
