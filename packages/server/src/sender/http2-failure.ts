const LOGS = 'Check the logs of your server and of any proxy in front of it.'
const VERSIONS = 'Check the versions of your server and of any proxy in front of it.'

/** What a server says by an error code of HTTP/2 (RFC 9113, 7): our words for it, and what to do. By number. */
const CODES: readonly (readonly [name: string, message: string, advice: string])[] = [
  ['NO_ERROR', 'without an error', 'It may be restarting. The delivery is retried automatically.'],
  ['PROTOCOL_ERROR', 'for a breach of the protocol', LOGS],
  ['INTERNAL_ERROR', 'for an error of its own', 'Check its logs for a crash at that time.'],
  ['FLOW_CONTROL_ERROR', 'for a breach of flow control', VERSIONS],
  ['SETTINGS_TIMEOUT', 'for settings that came too late', 'Check its load, and the network between.'],
  ['STREAM_CLOSED', 'for a stream that it had closed', LOGS],
  ['FRAME_SIZE_ERROR', 'for the size of a frame', VERSIONS],
  [
    'REFUSED_STREAM',
    'before it had processed the request',
    'It is overloaded or restarting. The delivery is retried automatically.',
  ],
  [
    'CANCEL',
    'because it no longer needs it',
    'Check whether your program or a proxy gives up on slow requests.',
  ],
  ['COMPRESSION_ERROR', 'for the compression of headers', VERSIONS],
  ['CONNECT_ERROR', 'for a connection that it had lost', 'Check the proxy in front of your server.'],
  [
    'ENHANCE_YOUR_CALM',
    'because of too many requests',
    'Raise its limits, or set max_in_flight or rate_limit of the webhook.',
  ],
  ['INADEQUATE_SECURITY', 'because TLS is too weak', 'Check the ciphers that your server allows.'],
  [
    'HTTP_1_1_REQUIRED',
    'because it wants HTTP/1.1',
    'Let your server accept http/1.1 in TLS (ALPN) too; requests then use it.',
  ],
]

/** Of a server that has not processed the request and may do so on another connection. */
const UNPROCESSED = new Set(['NO_ERROR', 'REFUSED_STREAM'])

/** The server has ended a request or the connection in the terms of HTTP/2. */
export class Http2Failure extends Error {
  override readonly name = 'Http2Failure'
  /** The likely cause and the next step. */
  readonly diagnosis: string
  readonly isUnprocessed: boolean

  constructor(what: 'the request' | 'the connection', code: number) {
    const [name, why, advice] = CODES[code] ?? [`code ${code}`, 'without a known reason', LOGS]
    super(`the endpoint ended ${what} ${why} (${name})`)
    this.diagnosis = `Your endpoint, which speaks HTTP/2, ended ${what} ${why}. ${advice}`
    this.isUnprocessed = UNPROCESSED.has(name)
  }
}
