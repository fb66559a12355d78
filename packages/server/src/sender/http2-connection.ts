import { phrase } from '../domain/messages/phrase.ts'
import { connect, constants } from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { errors } from 'undici'
import type { Dispatcher } from 'undici'
import { KEEP_ALIVE_MS } from './connection.ts'
import type { Connection, ConnectionUser } from './connection.ts'
import { readCertificateEnd } from './dial.ts'
import type { Dial } from './dial.ts'
import { Http2Failure } from './http2-failure.ts'
import { InvalidResponse } from './invalid-response.ts'

/**
 * A connection with HTTP/2 by Node's own client. undici's throws outside of a request where a header or a session is not
 * valid, which ends the process.
 */
export class Http2Connection implements Connection {
  readonly origin: string
  readonly isHttp2 = true
  readonly #dial: Dial
  readonly #onClosed: (connection: Connection) => void
  #socket: TLSSocket | undefined
  #session: ClientHttp2Session | undefined
  #idleTimer: NodeJS.Timeout | undefined
  /** The code of the frame by which the server has announced the end of the connection. */
  #goaway: number | undefined
  isUsed = false
  failure: Error | undefined
  certificateEnds: number | undefined
  tlsVersion: string | null = null

  /** @param onClosed is called when the connection can carry no further request */
  constructor(origin: string, dial: Dial, onClosed: (connection: Connection) => void) {
    this.origin = origin
    this.#dial = dial
    this.#onClosed = onClosed
  }

  send(options: Dispatcher.DispatchOptions, user: ConnectionUser): void {
    clearTimeout(this.#idleTimer)
    if (this.#session !== undefined) return this.#request(this.#session, options, user)
    const socket = this.#dial(new URL(this.origin), 'h2') as TLSSocket
    this.#socket = socket
    const fail = (error: Error): void => user.onResponseError(undefined, error)
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      socket.on('error', (error) => (this.failure ??= error))
      // Without ALPN, what follows would be HTTP/1.1.
      if (socket.alpnProtocol !== 'h2') {
        fail(
          Object.assign(new Error('no protocol was agreed on'), { code: 'ERR_TLS_NO_APPLICATION_PROTOCOL' }),
        )
        socket.destroy()
        return
      }
      this.certificateEnds = readCertificateEnd(socket)
      this.tlsVersion = socket.getProtocol()
      this.#request(this.#open(socket), options, user)
    })
  }

  release(): void {
    this.#idleTimer = setTimeout(() => this.#close(), KEEP_ALIVE_MS).unref()
  }

  drop(reason: Error): void {
    this.#session?.destroy()
    this.#socket?.destroy(reason)
  }

  #close(): void {
    this.#onClosed(this)
    this.#session?.close()
  }

  #open(socket: TLSSocket): ClientHttp2Session {
    const session = connect(this.origin, { createConnection: () => socket, settings: { enablePush: false } })
    this.#session = session
    session.on('error', (error: Error) => (this.failure ??= error))
    session.on('goaway', (code: number) => {
      this.#goaway = code
      this.#onClosed(this)
    })
    session.on('close', () => this.#onClosed(this))
    return session
  }

  #request(session: ClientHttp2Session, options: Dispatcher.DispatchOptions, user: ConnectionUser): void {
    const request = { abort: (reason: Error) => this.drop(reason) }
    user.onRequestStart(request)
    let stream: ClientHttp2Stream
    try {
      stream = session.request({
        ':method': options.method,
        ':path': options.path,
        ...toHeaders(options.headers),
      })
    } catch (error) {
      // The session has ended, unnoticed so far, or does not accept a header.
      const isOver = session.closed || session.destroyed
      user.onResponseError(request, isOver ? this.#explain(0) : (error as Error))
      return
    }
    let isComplete = false
    stream.on(
      'response',
      ({ ':status': status = 0, ...headers }: IncomingHttpHeaders & { ':status'?: number }) =>
        user.onResponseStart(request, status, headers),
    )
    stream.on('data', (chunk: Buffer) => user.onResponseData(request, chunk))
    stream.on('error', (error) => (this.failure ??= error))
    stream.on('end', () => {
      isComplete = stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted && !stream.destroyed
      if (!isComplete) return
      // The endpoint may have answered without waiting for all of the body.
      stream.close()
      user.onResponseEnd()
    })
    stream.on('close', () => {
      if (!isComplete) user.onResponseError(request, this.#explain(stream.rstCode ?? 0))
    })
    stream.end(options.body)
  }

  /** Why a request has failed, by the most telling of what was seen. */
  #explain(streamCode: number): Error {
    const { failure } = this
    const { code = '' } = (failure ?? {}) as NodeJS.ErrnoException
    if (failure !== undefined && !code.startsWith('ERR_HTTP2')) return failure
    if (this.#goaway !== undefined) return new Http2Failure('connection', this.#goaway)
    if (code === 'ERR_HTTP2_ERROR') return breaksProtocol(failure!.message)
    if (streamCode !== constants.NGHTTP2_NO_ERROR) return new Http2Failure('request', streamCode)
    return new errors.SocketError('other side closed')
  }
}

function breaksProtocol(message: string): InvalidResponse {
  return new InvalidResponse(phrase('http2.breach', { problem: message }), phrase('http2.advice.versions'))
}

/** undici takes names and values in turn. */
function toHeaders(list: Dispatcher.DispatchOptions['headers']): Record<string, string> {
  const headers: Record<string, string> = {}
  const entries = list as readonly string[]
  for (let at = 0; at < entries.length; at += 2) {
    const name = entries[at]!.toLowerCase()
    if (!OF_HTTP_1.has(name)) headers[name] = entries[at + 1]!
  }
  return headers
}

/** Belongs to a connection with HTTP/1.1; HTTP/2 forbids it. The others like it are reserved. */
const OF_HTTP_1 = new Set(['http2-settings', 'proxy-connection'])
