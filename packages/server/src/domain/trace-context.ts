/** W3C Trace Context, version 00: accepted from a caller, stored with the event, and sent to the receiver. */
export const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/** Returns the trace id: `4bf9…` of `00-4bf9…-00f0…-01`. */
export const parseTraceId = (traceparent: string | null): string | undefined => traceparent?.slice(3, 35)
