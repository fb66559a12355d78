export interface ExplainedHead {
  message: string
  diagnosis: string
}

const MAX_QUOTED_LENGTH = 40

/** Types of the frames with which a server begins HTTP/2: SETTINGS, GOAWAY. */
const HTTP_2_FRAMES = new Set([4, 7])
const TLS_RECORDS = new Set([0x15, 0x16])

const HTTP_2: ExplainedHead = {
  message: 'the endpoint does not speak HTTP/1.1',
  diagnosis:
    'Your endpoint speaks HTTP/2 without having agreed on it in TLS (ALPN, h2). Enable ALPN on your server, or HTTP/1.1, or put a proxy in front of it.',
}
const LINE_ENDS: ExplainedHead = {
  message: 'the lines of the response end with LF instead of CR LF',
  diagnosis:
    'HTTP requires CR LF (\\r\\n) at the end of the status line and of each header. Correct the program that writes the response, or use an HTTP library.',
}

/** Explains why a response cannot be read, from its first bytes; undefined: they do not tell. */
export function explainHead(bytes: Buffer): ExplainedHead | undefined {
  if (isHttp2(bytes)) return HTTP_2
  if (TLS_RECORDS.has(bytes[0]!) && bytes[1] === 3) {
    return {
      message: 'the port serves HTTPS, but the URL begins with http://',
      diagnosis: 'Change the URL to https://.',
    }
  }
  const text = bytes.toString('latin1')
  if (/^HTTP\/[23]/.test(text)) return HTTP_2
  if (!/^HTTP\/1\.[01] \d{3}[ \r\n]/.test(text)) return explainOther(text)
  const head = /^[^]*?(?:\r\n\r\n|\n\n|\n\r\n)/.exec(text)?.[0] ?? text
  if (/(?<!\r)\n/.test(head)) return LINE_ENDS
  if (!/\r\n[ \t]/.test(head)) return undefined
  return {
    message: 'a response header continues on the next line',
    diagnosis:
      'Headers that continue on the next line (line folding) were removed from HTTP/1.1. Write each header in one line.',
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
  const quoted = line === undefined ? '' : `: it begins with "${line}"`
  return {
    message: 'the response does not start with an HTTP/1.1 status line',
    diagnosis: `What answers at this port does not speak HTTP${quoted}. Check the host and the port in the URL, and that your program writes a status line and headers before the body.`,
  }
}
