/** Answers every POST with 200 immediately. */
export interface Receiver {
  kind: 'nginx' | 'raw'
  url: string
  pid: number
  /** Requests answered so far. */
  count(): Promise<number>
  close(): Promise<void>
}

/** Also records when each event arrived; never answers below /hang. */
export interface TimedReceiver extends Receiver {
  /** Returns the first arrival of each `X-Webhook-Id` since the last call, in milliseconds of `sharedNow`. */
  takeArrivals(): Promise<Map<string, number>>
}
