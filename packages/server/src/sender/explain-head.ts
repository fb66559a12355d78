import type { Said } from '../domain/messages/phrase.ts'
import { phrase } from '../domain/messages/phrase.ts'

export interface ExplainedHead {
  message: Said
  diagnosis: Said
}

const MAX_QUOTED_LENGTH = 40

/** Types of the frames with which a server begins HTTP/2: SETTINGS, GOAWAY. */
const HTTP_2_FRAMES = new Set([4, 7])
const TLS_RECORDS = new Set([0x15, 0x16])

const HTTP_2: ExplainedHead = {
  message: phrase('tls.http2'),
  diagnosis: phrase('tls.http2Advice'),
}
const LINE_ENDS: ExplainedHead = {
  message: phrase('invalid.lineEnds'),
  diagnosis: phrase('invalid.lineEndsAdvice'),
}

/** Explains why a response cannot be read, from its first bytes; undefined: they do not tell. */
export function explainHead(bytes: Buffer): ExplainedHead | undefined {
  if (isHttp2(bytes)) return HTTP_2
  if (TLS_RECORDS.has(bytes[0]!) && bytes[1] === 3) {
    return {
      message: phrase('invalid.httpsPort'),
      diagnosis: phrase('invalid.httpsPortAdvice'),
    }
  }
  const text = bytes.toString('latin1')
  if (/^HTTP\/[23]/.test(text)) return HTTP_2
  if (!/^HTTP\/1\.[01] \d{3}[ \r\n]/.test(text)) return explainOther(text)
  const head = /^[^]*?(?:\r\n\r\n|\n\n|\n\r\n)/.exec(text)?.[0] ?? text
  if (/(?<!\r)\n/.test(head)) return LINE_ENDS
  if (!/\r\n[ \t]/.test(head)) return undefined
  return {
    message: phrase('invalid.folded'),
    diagnosis: phrase('invalid.foldedAdvice'),
  }
}

/** The status that the first bytes of a response state; undefined: none of a final response. */
export function readStatus(bytes: Buffer): number | undefined {
  const stated = Number(/^HTTP\/1\.[01] (\d{3})(?=[ \r\n])/.exec(bytes.toString('latin1', 0, 16))?.[1])
  return stated >= 200 ? stated : undefined
}

function isHttp2(bytes: Buffer): boolean {
  return bytes.length >= 9 && HTTP_2_FRAMES.has(bytes[3]!) && bytes.readUInt32BE(5) === 0
}

function explainOther(text: string): ExplainedHead | undefined {
  if (text.startsWith('HTTP/')) return undefined
  const line = /^[\x20-\x7e]+/.exec(text)?.[0].slice(0, MAX_QUOTED_LENGTH).trim()
  return {
    message: phrase('invalid.statusLine'),
    diagnosis:
      line === undefined ? phrase('invalid.notHttp') : phrase('invalid.notHttpQuoted', { text: line }),
  }
}
