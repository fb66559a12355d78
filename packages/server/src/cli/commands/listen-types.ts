import type { IncomingMessage } from 'node:http'

export interface ListenerOptions {
  /** 0 picks a free port. */
  port: number
  /** Default: 127.0.0.1. */
  host?: string
  /** Any may match. Without secrets, nothing is verified. */
  secrets?: readonly string[]
  /** Status of the response to valid requests, 200 to 599; default: 200. */
  status?: number
  /** Delay of the response in milliseconds. */
  delay?: number
  /** Number of valid requests that get 500 before `status` applies. */
  failFirst?: number
  /** Verified requests are forwarded to this URL unchanged, and its response is returned. */
  forward?: string
  /** Timeout of the forward in milliseconds; default: 30 seconds. */
  forwardTimeout?: number
  /** Prints one line of JSON per request instead of readable text. */
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
  /** Null: no secret to verify with, or no complete body to verify. */
  verified: boolean | null
  error: string | null
  /** Parsed JSON, otherwise text; null for an empty body. */
  body: unknown
}
