import type { AddressInfo } from 'node:net'

const INBOX_PATH = /^\/receive\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/

/**
 * The inboxes of this very server, which the network guard would not let anybody reach: it is most often a private address,
 * without TLS. An address is one of them only if it is written exactly as we write it; what is sent there goes to where
 * this process listens and nowhere else.
 */
export interface OwnInboxes {
  urlOf(inboxId: string): string
  /** The inbox that a URL is the address of; undefined for any other URL. */
  idOf(url: string): string | undefined
  /** Where to connect to for them. */
  address(): { host: string; port: number }
}

/**
 * @param publicUrl the origin by which others know this server; undefined: the address that it listens on
 * @param listening where this process listens; undefined before it does
 */
export function createOwnInboxes(
  publicUrl: string | undefined,
  listening: () => AddressInfo | undefined,
): OwnInboxes {
  const origin = (): string => publicUrl ?? `http://localhost:${listening()?.port ?? 0}`
  return {
    urlOf: (inboxId) => `${origin()}/receive/${inboxId}`,
    idOf(url) {
      const start = origin()
      return url.startsWith(start) ? INBOX_PATH.exec(url.slice(start.length))?.[1] : undefined
    },
    address() {
      const known = listening()
      if (known === undefined) throw new Error('this process is not listening yet')
      const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[known.address] ?? known.address
      return { host, port: known.port }
    },
  }
}
