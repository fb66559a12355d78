/** Ids and codes; never a URL, a payload or a header. Undefined values are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>

/** A piece of an event's way. */
export interface Span {
  /** What the next piece has as its parent; null: nothing is traced. */
  traceparent: string | null
  /** @param failure why it did not do what it was for */
  end(attributes?: Attributes, failure?: string | null): void
}

export interface Tracing {
  isOn: boolean
  /**
   * @param parent the traceparent of what led here; null begins a trace
   * @param startedAt milliseconds since the epoch; default: now
   */
  start(name: string, parent: string | null, attributes: Attributes, startedAt?: number): Span
  /** Sends what is left. */
  close(): Promise<void>
}

/** Without tracing of our own the caller's context is handed on as it came. */
export const NO_TRACING: Tracing = {
  isOn: false,
  start: (_name, parent) => ({ traceparent: parent, end: () => {} }),
  close: async () => {},
}
