/** How far an attempt came before it failed. */
export type Phase = 'connecting' | 'waiting' | 'reading'

export type Answer = Response | Failure

interface Response {
  kind: 'response'
  statusCode: number
  headers: Record<string, string>
  /** At most 16 KiB, as text that PostgreSQL can store. */
  body: string
  /** When the endpoint's certificate expires, in milliseconds; undefined when none was shown. */
  certificateEnds: number | undefined
  durationMs: number
}

interface Failure {
  kind: 'failure'
  /** What the network, TLS or the guard said; `Timeout` for our own deadline. */
  error: Error
  phase: Phase
  durationMs: number
}
