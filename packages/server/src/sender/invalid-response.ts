import { errors } from 'undici'
import { explainHead } from './explain-head.ts'
import type { Phase } from './answer.ts'

const NOT_HTTP =
  'The response is not valid HTTP. Check that the port in the URL serves HTTP, or HTTPS for an https:// URL.'
const LENGTHS =
  'State the length of a response once: with Content-Length in bytes, or with Transfer-Encoding: chunked. Check your server and any proxy that adds headers.'
const CHUNKS =
  'The body is not encoded in chunks as its headers say. Check the program or proxy that writes it.'
const HEADERS =
  'Check the headers that your server or a proxy adds: a name without blanks, a colon, and a value without control characters.'

/** What came back is not an HTTP response that can be relied on. */
export class InvalidResponse extends Error {
  override readonly name = 'InvalidResponse'
  /** The likely cause and the next step. */
  readonly diagnosis: string

  constructor(message: string, diagnosis = NOT_HTTP) {
    super(message)
    this.diagnosis = diagnosis
  }
}

/** The connection ended before the response had. */
export class BrokenOff extends Error {
  readonly code = 'ECONNRESET'
}

/** What undici's parser complains about, our words for it, and what to do. The first that matches counts. */
const COMPLAINTS: readonly (readonly [RegExp, string, string?])[] = [
  [
    /Content-Length.*Transfer-Encoding|Transfer-Encoding.*Content-Length/,
    'the response states its length twice',
    LENGTHS,
  ],
  [/Content-Length/, 'the response has no valid length', LENGTHS],
  [/chunk data/, 'a chunk is longer than its size', CHUNKS],
  [/chunk size/i, 'a chunk does not start with its size', CHUNKS],
  [/status|version|Expected (?:HTTP|dot|space)/i, 'the response does not start with an HTTP/1.1 status line'],
  [/header/i, 'a response header is malformed', HEADERS],
]

/** What was read of the response before an error. */
export interface Progress {
  phase: Phase
  /** The first bytes of the response; undefined: none came. */
  head: Buffer | undefined
  /** As the response states it; undefined: it does not. */
  contentLength: number | undefined
  bodyBytes: number
}

/** Turns an error of undici into one of ours. Those of the network, TLS and the network guard stay as they are. */
export function toTransportError(error: Error, progress: Progress): Error {
  const { phase, head } = progress
  if (error instanceof errors.HeadersOverflowError) return headersTooLarge()
  const isParserError = error instanceof errors.HTTPParserError
  const isLengthError = error instanceof errors.ResponseContentLengthMismatchError
  if (phase !== 'reading' && head !== undefined && (isParserError || isLengthError)) {
    const explained = explainHead(head)
    if (explained !== undefined) return new InvalidResponse(explained.message, explained.diagnosis)
  }
  if (isParserError) return describeParserError(error.message, progress)
  if (isLengthError) {
    // The parser stops at the second header; later, a body that is too short ended with the connection.
    return phase === 'reading'
      ? brokenOff(progress)
      : new InvalidResponse('the response states its length twice', LENGTHS)
  }
  if (!(error instanceof errors.SocketError)) return error
  return error.message === 'bad upgrade' ? switchesProtocol() : brokenOff(progress)
}

function describeParserError(message: string, progress: Progress): Error {
  if (message.includes('Invalid EOF state')) return brokenOff(progress)
  const known = COMPLAINTS.find(([complaint]) => complaint.test(message))
  return known === undefined
    ? new InvalidResponse('the response is malformed')
    : new InvalidResponse(known[1], known[2])
}

export function headersTooLarge(): InvalidResponse {
  return new InvalidResponse(
    'the response headers are larger than 16 KiB',
    'Send fewer or shorter headers, such as cookies: at most 16 KiB together.',
  )
}

export function switchesProtocol(): InvalidResponse {
  return new InvalidResponse(
    'the endpoint returned 101, which switches the protocol',
    'Return 200 instead: a webhook is one request with one response. Check that the URL is not that of a WebSocket.',
  )
}

function brokenOff({ phase, contentLength, bodyBytes }: Progress): BrokenOff {
  if (phase === 'heading')
    return new BrokenOff('the connection was closed within the headers of the response')
  if (phase !== 'reading') return new BrokenOff('the connection was closed before a response arrived')
  return new BrokenOff(
    contentLength === undefined
      ? 'the connection was closed before the body had ended'
      : `the connection was closed after ${bodyBytes} of ${contentLength} bytes of the body`,
  )
}
