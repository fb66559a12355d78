/** W3C Trace Context, version 00: what is taken from a caller, kept with the event and sent to the receiver. */
export const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

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

/** `4bf9…` of `00-4bf9…-00f0…-01`. */
export const traceIdOf = (traceparent: string | null): string | undefined => traceparent?.slice(3, 35)
