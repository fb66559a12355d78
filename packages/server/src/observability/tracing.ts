/** Ids and codes; never a URL, a payload or a header. Undefined values are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>

/** One step in the processing of an event. */
export interface Span {
  /** The parent of the next span; null if nothing is traced. */
  traceparent: string | null
  /** @param failure the cause, if the step failed */
  end(attributes?: Attributes, failure?: string | null): void
}

export interface Tracing {
  isOn: boolean
  /**
   * @param parent traceparent of the preceding span; null starts a trace
   * @param startedAt milliseconds since the epoch; default: now
   */
  start(name: string, parent: string | null, attributes: Attributes, startedAt?: number): Span
  /** Exports the remaining spans. */
  close(): Promise<void>
}

/** Without tracing, the caller's context is passed on unchanged. */
export const NO_TRACING: Tracing = {
  isOn: false,
  start: (_name, parent) => ({ traceparent: parent, end: () => {} }),
  close: async () => {},
}
