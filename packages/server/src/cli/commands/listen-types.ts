import type { IncomingMessage } from 'node:http'

export interface ListenerOptions {
  /** 0 picks a free one. */
  port: number
  /** 127.0.0.1 when not given. */
  host?: string
  /** Any may match. Without one nothing is verified. */
  secrets?: readonly string[]
  /** The status of an answer that nothing speaks against, 200 to 599; 200 when not given. */
  status?: number
  /** Milliseconds between a request and its answer. */
  delay?: number
  /** How many requests, counted without the refused ones, are answered 500 before `status` is. */
  failFirst?: number
  /** Requests that verify are passed on there as they came, and its answer is passed back. */
  forward?: string
  /** Milliseconds that it has to answer; 30 seconds when not given. */
  forwardTimeout?: number
  /** One line of JSON a request instead of readable text. */
  json?: boolean
  colours?: boolean
  write?: (text: string) => void
}

/** A line of `--json`. */
export interface ReceivedRequest {
  received_at: string
  method: string
  path: string
  headers: IncomingMessage['headers']
  event: string | null
  id: string | null
  delivery: string | null
  attempt: number | null
  /** null: there was no secret to verify with, or no whole body to verify. */
  verified: boolean | null
  error: string | null
  /** As parsed JSON, else as text; null when there was none. */
  body: unknown
}
