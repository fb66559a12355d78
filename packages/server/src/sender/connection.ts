import type { Dispatcher } from 'undici'

/** Shorter than the 5 s and more that servers usually keep an idle connection. */
export const KEEP_ALIVE_MS = 4_000

export interface Abortable {
  abort(reason: Error): void
}

export type ParsedHeaders = Record<string, string | string[] | undefined>

/** Handles one request. */
export interface ConnectionUser {
  onRequestStart(request: Abortable): void
  /** Gets what was read from a socket with HTTP/1.1; returns what shall be parsed. */
  onBytes(chunk: Buffer): Buffer
  onResponseStart(request: Abortable, statusCode: number, headers: ParsedHeaders): void
  onResponseData(request: Abortable, chunk: Buffer): void
  onResponseEnd(): void
  onResponseError(request: Abortable | undefined, error: Error): void
}

/** Carries one request at a time. */
export interface Connection {
  readonly origin: string
  readonly isHttp2: boolean
  /** Whether the socket has carried a request. */
  isUsed: boolean
  /** The first error of the socket after it connected: TLS says there why the server ends the connection. */
  failure: Error | undefined
  /** When the certificate expires, in milliseconds; undefined without TLS and in a resumed session, which shows none. */
  certificateEnds: number | undefined
  /** Such as `TLSv1.3`; null without TLS. */
  tlsVersion: string | null
  send(options: Dispatcher.DispatchOptions, user: ConnectionUser): void
  /** Lets go of the request that was sent last. */
  release(): void
  /** Closes the socket at once, connected or not. */
  drop(reason: Error): void
}
