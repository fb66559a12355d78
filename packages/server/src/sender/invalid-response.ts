import { errors } from 'undici'
import type { Phase } from './answer.ts'

/** What came back is not an HTTP/1.1 response that can be relied on. */
export class InvalidResponse extends Error {
  override readonly name = 'InvalidResponse'
}

/** The connection ended before the response had. */
class BrokenOff extends Error {
  readonly code = 'ECONNRESET'
}

const TWO_LENGTHS = 'the response states its length twice'
const LARGE_HEADERS = 'the response headers are larger than 16 KiB'

/** What undici's parser complains about, and our words for it. The first that matches counts. */
const COMPLAINTS: readonly (readonly [RegExp, string])[] = [
  [/Content-Length.*Transfer-Encoding|Transfer-Encoding.*Content-Length/, TWO_LENGTHS],
  [/Content-Length/, 'the response has no valid length'],
  [/chunk data/, 'a chunk is longer than its size'],
  [/chunk size/i, 'a chunk does not start with its size'],
  [/status|version|Expected (?:HTTP|dot|space)/i, 'the response does not start with an HTTP/1.1 status line'],
  [/header/i, 'a response header is malformed'],
]

/** Turns an error of undici into one of ours. Those of the network, TLS and the network guard stay as they are. */
export function toTransportError(error: Error, phase: Phase): Error {
  if (error instanceof errors.HTTPParserError) return describeParserError(error.message)
  if (error instanceof errors.HeadersOverflowError) return new InvalidResponse(LARGE_HEADERS)
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    // The parser stops at the second header; later, a body that is too short ended with the connection.
    return phase === 'reading' ? brokenOff() : new InvalidResponse(TWO_LENGTHS)
  }
  if (!(error instanceof errors.SocketError)) return error
  return error.message === 'bad upgrade' ? switchesProtocol() : brokenOff()
}

function describeParserError(message: string): Error {
  if (message.includes('Invalid EOF state')) return brokenOff()
  const known = COMPLAINTS.find(([complaint]) => complaint.test(message))
  return new InvalidResponse(known?.[1] ?? 'the response is malformed')
}

export function headersTooLarge(): InvalidResponse {
  return new InvalidResponse(LARGE_HEADERS)
}

export function switchesProtocol(): InvalidResponse {
  return new InvalidResponse('the endpoint returned 101, which switches the protocol')
}

function brokenOff(): BrokenOff {
  return new BrokenOff('the connection was closed before the response was complete')
}
