/** How far an attempt came before it failed: `heading`: a part of the response's head was read; `reading`: all of it. */
export type Phase = 'connecting' | 'waiting' | 'heading' | 'reading'

export type Answer = Response | Failure

interface Response {
  kind: 'response'
  statusCode: number
  headers: Record<string, string>
  /** The first 16 KiB, as text or, if they are none, as a data: URL. */
  body: string
  /** When the endpoint's certificate expires, in milliseconds; undefined when none was shown. */
  certificateEnds: number | undefined
  /** Such as `TLSv1.3`; null without TLS. */
  tlsVersion: string | null
  /** Whether the connection has carried a request before. */
  isReused: boolean
  durationMs: number
}

interface Failure {
  kind: 'failure'
  /** What the network, TLS or the guard said; `Timeout` for our own deadline. */
  error: Error
  phase: Phase
  /** What was read of the response before; undefined: nothing, or no status. */
  partial?: PartialResponse | undefined
  durationMs: number
}

export interface PartialResponse {
  statusCode: number
  /** Null, like the body: they were not read. */
  headers: Record<string, string> | null
  body: string | null
}
