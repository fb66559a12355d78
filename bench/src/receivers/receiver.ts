/** Answers every POST with a 200 at once. */
export interface Receiver {
  kind: 'nginx' | 'raw'
  url: string
  pid: number
  /** Requests answered so far. */
  count(): Promise<number>
  close(): Promise<void>
}

/** One that also knows when each event arrived, and never answers below /hang. */
export interface TimedReceiver extends Receiver {
  /** The first arrival of each `X-Webhook-Id` since the last call, in milliseconds of `sharedNow`. */
  takeArrivals(): Promise<Map<string, number>>
}
