import type { Said } from '../domain/messages/phrase.ts'
import { phrase } from '../domain/messages/phrase.ts'
import { errors } from 'undici'
import { explainHead } from './explain-head.ts'
import type { Phase } from './answer.ts'

const NOT_HTTP = phrase('invalid.advice')
const LENGTHS = phrase('invalid.lengthAdvice')
const CHUNKS = phrase('invalid.chunkAdvice')
const HEADERS = phrase('invalid.headerAdvice')

/** What came back is not an HTTP response that can be relied on. */
export class InvalidResponse extends Error {
  override readonly name = 'InvalidResponse'
  /** The likely cause and the next step. */
  readonly diagnosis: Said

  constructor(message: Said, diagnosis: Said = NOT_HTTP) {
    super(message)
    this.diagnosis = diagnosis
  }
}

/** The connection ended before the response had. */
export class BrokenOff extends Error {
  readonly code = 'ECONNRESET'
}

/** What undici's parser complains about, our words for it, and what to do. The first that matches counts. */
const COMPLAINTS: readonly (readonly [RegExp, Said, Said?])[] = [
  [
    /Content-Length.*Transfer-Encoding|Transfer-Encoding.*Content-Length/,
    phrase('invalid.lengthTwice'),
    LENGTHS,
  ],
  [/Content-Length/, phrase('invalid.length'), LENGTHS],
  [/chunk data/, phrase('invalid.chunkLong'), CHUNKS],
  [/chunk size/i, phrase('invalid.chunkSize'), CHUNKS],
  [/status|version|Expected (?:HTTP|dot|space)/i, phrase('invalid.statusLine')],
  [/header/i, phrase('invalid.header'), HEADERS],
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
      : new InvalidResponse(phrase('invalid.lengthTwice'), LENGTHS)
  }
  if (!(error instanceof errors.SocketError)) return error
  return error.message === 'bad upgrade' ? switchesProtocol() : brokenOff(progress)
}

function describeParserError(message: string, progress: Progress): Error {
  if (message.includes('Invalid EOF state')) return brokenOff(progress)
  const known = COMPLAINTS.find(([complaint]) => complaint.test(message))
  return known === undefined
    ? new InvalidResponse(phrase('invalid.malformed'))
    : new InvalidResponse(known[1], known[2])
}

export function headersTooLarge(): InvalidResponse {
  return new InvalidResponse(phrase('invalid.headersLarge'), phrase('invalid.headersLargeAdvice'))
}

export function switchesProtocol(): InvalidResponse {
  return new InvalidResponse(phrase('invalid.upgrade'), phrase('invalid.upgradeAdvice'))
}

function brokenOff({ phase, contentLength, bodyBytes }: Progress): BrokenOff {
  if (phase === 'heading') return new BrokenOff(phrase('reset.heading'))
  if (phase !== 'reading') return new BrokenOff(phrase('reset.waiting'))
  return new BrokenOff(
    contentLength === undefined
      ? phrase('reset.body')
      : phrase('reset.bodyBytes', { bytes: bodyBytes, length: contentLength }),
  )
}
