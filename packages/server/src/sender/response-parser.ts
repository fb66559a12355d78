/** What came back is not an HTTP/1.1 answer that can be relied on. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer'
}

export interface AnswerHead {
  statusCode: number
  /** By lower-case name; what was sent several times is joined with `, `. */
  headers: Record<string, string>
}

/** As large as Node's own limit. */
const LONGEST_HEAD = 16 * 1024
const LONGEST_CHUNK_LINE = 1024
const MOST_ANNOUNCEMENTS = 10

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const EMPTY = Buffer.alloc(0)
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const CHUNK_SIZE = /^([0-9a-fA-F]{1,8})[ \t]*(?:;|$)/

/**
 * Reads one answer to a POST from the bytes of a connection, however they are cut (RFC 9112).
 *
 *   head ─┬─► fixed ──────────────────────────┬─► done
 *    ▲ └1xx├─► chunkSize ⇄ chunkData, trailer ─┤
 *    └─────┼─► untilClose ─── end() ───────────┤
 *          └─► (nothing to come) ──────────────┘
 *
 * Strict where a sloppy answer could be read in two ways: such a connection must not be used again.
 */
export class ResponseParser {
  readonly #onBody: (chunk: Buffer) => void
  #state: 'head' | 'fixed' | 'chunkSize' | 'chunkData' | 'trailer' | 'untilClose' | 'done' = 'head'
  #head: AnswerHead | undefined
  /** Bytes that do not make a whole head or line yet. */
  #rest: Buffer = EMPTY
  /** Of the body, or of this chunk with the line end after it. */
  #left = 0
  #announcements = 0
  #keepsAlive = false

  /** @param onBody gets the decoded body piece by piece */
  constructor(onBody: (chunk: Buffer) => void) {
    this.#onBody = onBody
  }

  /** There once the final status and its headers are. */
  get head(): AnswerHead | undefined {
    return this.#head
  }

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Whether another request may follow on the same connection: the answer is over and nothing came after it. */
  get isReusable(): boolean {
    return this.isDone && this.#keepsAlive && this.#rest.length === 0
  }

  /** @throws InvalidAnswer */
  feed(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = EMPTY
    while (bytes.length > 0) {
      const taken = this.#take(bytes)
      if (taken === 0) break
      bytes = bytes.subarray(taken)
    }
    this.#rest = bytes
  }

  /** The connection was closed. @returns whether the answer is complete. */
  end(): boolean {
    if (this.#state === 'untilClose') this.#state = 'done'
    this.#keepsAlive = false
    return this.isDone
  }

  /** Reads what it can from the start; 0: more is needed, or it is over. */
  #take(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#takeHead(bytes)
      case 'fixed':
        return this.#takeFixed(bytes)
      case 'chunkSize':
        return this.#takeLine(bytes, (line) => this.#startChunk(line))
      case 'chunkData':
        return this.#takeChunk(bytes)
      case 'trailer':
        return this.#takeLine(bytes, (line) => this.#readTrailer(line))
      case 'untilClose':
        this.#onBody(bytes)
        return bytes.length
      case 'done':
        return 0
      default:
        return this.#state satisfies never
    }
  }

  #takeHead(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END)
    if ((end < 0 ? bytes.length : end) > LONGEST_HEAD) {
      throw new InvalidAnswer(`the response headers are larger than ${LONGEST_HEAD / 1024} KiB`)
    }
    if (end < 0) {
      if (!'HTTP/1.'.startsWith(bytes.toString('latin1', 0, Math.min(7, bytes.length)))) throw notHttp()
      return 0
    }
    const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
    const status = STATUS_LINE.exec(statusLine)
    if (status === null) throw notHttp()
    const statusCode = Number(status[2])
    const headers = readHeaders(lines)
    if (statusCode >= 200) this.#startBody({ statusCode, headers }, status[1] === '1')
    else this.#announce(statusCode)
    return end + HEAD_END.length
  }

  /** 1xx: not the answer yet. */
  #announce(statusCode: number): void {
    this.#announcements += 1
    if (statusCode === 101) throw new InvalidAnswer('the endpoint returned 101, which switches the protocol')
    if (this.#announcements > MOST_ANNOUNCEMENTS) {
      throw new InvalidAnswer(`the endpoint sent more than ${MOST_ANNOUNCEMENTS} interim (1xx) responses`)
    }
  }

  #startBody(head: AnswerHead, isHttp11: boolean): void {
    this.#head = head
    const { connection = '', 'transfer-encoding': encoding, 'content-length': length } = head.headers
    this.#keepsAlive = isHttp11 ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection)
    if (head.statusCode === 204 || head.statusCode === 304) this.#state = 'done'
    else if (encoding !== undefined) this.#startEncoded(encoding, length)
    else if (length !== undefined) this.#startFixed(length)
    else this.#state = 'untilClose'
  }

  #startEncoded(encoding: string, length: string | undefined): void {
    if (length !== undefined) throw new InvalidAnswer('the response states its length twice')
    this.#state = /(?:^|,)\s*chunked\s*$/i.test(encoding) ? 'chunkSize' : 'untilClose'
  }

  #startFixed(length: string): void {
    const lengths = new Set(length.split(',').map((part) => part.trim()))
    const [only = ''] = lengths
    if (lengths.size !== 1 || !/^\d{1,15}$/.test(only))
      throw new InvalidAnswer('the response has no valid length')
    this.#left = Number(only)
    this.#state = this.#left === 0 ? 'done' : 'fixed'
  }

  #takeFixed(bytes: Buffer): number {
    const taken = Math.min(this.#left, bytes.length)
    this.#onBody(bytes.subarray(0, taken))
    this.#left -= taken
    if (this.#left === 0) this.#state = 'done'
    return taken
  }

  #takeLine(bytes: Buffer, read: (line: string) => void): number {
    const end = bytes.indexOf(LINE_END)
    if ((end < 0 ? bytes.length : end) > LONGEST_CHUNK_LINE)
      throw new InvalidAnswer('a chunk header is too long')
    if (end < 0) return 0
    read(bytes.toString('latin1', 0, end))
    return end + LINE_END.length
  }

  #startChunk(line: string): void {
    const size = CHUNK_SIZE.exec(line)?.[1]
    if (size === undefined) throw new InvalidAnswer('a chunk does not begin with its size')
    const length = Number.parseInt(size, 16)
    this.#left = length + LINE_END.length
    this.#state = length === 0 ? 'trailer' : 'chunkData'
  }

  #readTrailer(line: string): void {
    if (line === '') this.#state = 'done'
  }

  #takeChunk(bytes: Buffer): number {
    const data = Math.min(this.#left - LINE_END.length, bytes.length)
    if (data > 0) {
      this.#onBody(bytes.subarray(0, data))
      this.#left -= data
      return data
    }
    if (bytes.length < LINE_END.length) return 0
    if (bytes[0] !== LINE_END[0] || bytes[1] !== LINE_END[1])
      throw new InvalidAnswer('a chunk is longer than its size')
    this.#state = 'chunkSize'
    return LINE_END.length
  }
}

function notHttp(): InvalidAnswer {
  return new InvalidAnswer('the response does not start with an HTTP/1.1 status line')
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  // Without a prototype: a header may be called __proto__.
  const headers = Object.create(null) as Record<string, string>
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    if (!HEADER_NAME.test(name)) throw new InvalidAnswer('a response header has no valid name')
    const key = name.toLowerCase()
    // PostgreSQL cannot store NUL.
    const value = line
      .slice(colon + 1)
      .trim()
      .replaceAll('\0', '\uFFFD')
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  return headers
}
