/*
 * The messages between the host's page and the settings page in its frame, sent with `postMessage`. Each side takes only
 * messages of the other's window and origin. docs/embedding.md describes them for hosts that write their own frame.
 */

/** Marks our messages among those of others, and the frame by its name. */
export const CHANNEL = 'connectgain-webhooks'
/** Increased only for changes that the other side could not ignore. */
export const VERSION = 1

/** Why the page needs a session: it has just been opened, its session ends soon, or it has ended. */
export type SessionReason = 'start' | 'expiring' | 'expired'

export interface PageMessages {
  /** The page is loaded and waits for `configure`. */
  hello: object
  /** A view is shown, with a session. */
  ready: { path: string }
  navigated: { path: string }
  /** How high the frame has to be to show everything, in CSS pixels. */
  size: { height: number }
  /** Answered with `session`. */
  'session-needed': { reason: SessionReason }
  /** Something that the host has set is not valid, and is ignored. */
  refused: { what: 'theme' | 'locale' | 'path'; text: string }
}

export interface HostMessages {
  /** The first message, and another one after each change. */
  configure: { theme?: Theme | undefined; locale?: string | undefined }
  /** A one-time token of `create_portal_session`; null: the host has none. */
  session: { token: string | null }
  navigate: { path: string }
  /** The part of the frame that can be seen, and the height of the window around it, in CSS pixels. */
  visible: { top: number; height: number; screen: number }
}

/** The look that a host may give to the page in its frame; colors are `#rgb` or `#rrggbb`. */
export interface Theme {
  scheme?: 'light' | 'dark' | 'system' | undefined
  /** Names of fonts, separated by commas. */
  font?: string | undefined
  /** Of controls, in pixels, from 0 to 16. */
  radius?: number | undefined
  colors?: { light?: Colors | undefined; dark?: Colors | undefined } | undefined
}

export interface Colors {
  accent?: string | undefined
  on_accent?: string | undefined
  canvas?: string | undefined
  surface?: string | undefined
  text?: string | undefined
  muted?: string | undefined
  line?: string | undefined
}

export type Message<Types> = {
  [Type in keyof Types]: { channel: typeof CHANNEL; version: typeof VERSION; type: Type } & Types[Type]
}[keyof Types]

/** The data of an event as a message of this protocol; undefined for anything else. Its fields are still to be checked. */
export function readMessage<Types>(data: unknown): Message<Types> | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { channel, version } = data as Partial<Message<Types>>
  return channel === CHANNEL && version === VERSION ? (data as Message<Types>) : undefined
}
