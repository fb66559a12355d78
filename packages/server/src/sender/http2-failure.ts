import type { Said } from '../domain/messages/phrase.ts'
import { phrase } from '../domain/messages/phrase.ts'

const LOGS = phrase('http2.advice.logs')
const VERSIONS = phrase('http2.advice.versions')

/** What a server says by an error code of HTTP/2 (RFC 9113, 7): our words for it, and what to do. By number. */
const CODES: readonly (readonly [name: string, why: Said, advice: Said])[] = [
  ['NO_ERROR', phrase('http2.why.none'), phrase('http2.advice.restart')],
  ['PROTOCOL_ERROR', phrase('http2.why.protocol'), LOGS],
  ['INTERNAL_ERROR', phrase('http2.why.internal'), phrase('http2.advice.crash')],
  ['FLOW_CONTROL_ERROR', phrase('http2.why.flow'), VERSIONS],
  ['SETTINGS_TIMEOUT', phrase('http2.why.settings'), phrase('http2.advice.load')],
  ['STREAM_CLOSED', phrase('http2.why.closed'), LOGS],
  ['FRAME_SIZE_ERROR', phrase('http2.why.frame'), VERSIONS],
  ['REFUSED_STREAM', phrase('http2.why.refused'), phrase('http2.advice.overloaded')],
  ['CANCEL', phrase('http2.why.cancel'), phrase('http2.advice.slow')],
  ['COMPRESSION_ERROR', phrase('http2.why.compression'), VERSIONS],
  ['CONNECT_ERROR', phrase('http2.why.connect'), phrase('http2.advice.proxy')],
  ['ENHANCE_YOUR_CALM', phrase('http2.why.calm'), phrase('http2.advice.limits')],
  ['INADEQUATE_SECURITY', phrase('http2.why.security'), phrase('http2.advice.ciphers')],
  ['HTTP_1_1_REQUIRED', phrase('http2.why.http1'), phrase('http2.advice.http1')],
]

/** Of a server that has not processed the request and may do so on another connection. */
const UNPROCESSED = new Set(['NO_ERROR', 'REFUSED_STREAM'])

/** The server has ended a request or the connection in the terms of HTTP/2. */
export class Http2Failure extends Error {
  override readonly name = 'Http2Failure'
  /** The likely cause and the next step. */
  readonly diagnosis: Said
  readonly isUnprocessed: boolean

  constructor(what: 'request' | 'connection', code: number) {
    const [name, why, advice] = CODES[code] ?? [`code ${code}`, phrase('http2.why.unknown'), LOGS]
    super(phrase(`http2.${what}`, { why, name }))
    this.diagnosis = phrase(`http2.${what}Advice`, { why, advice })
    this.isUnprocessed = UNPROCESSED.has(name)
  }
}
