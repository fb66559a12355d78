import { indentJson } from './indent-json.ts'

/** The server keeps so much of a response; a character that would be cut in two is left out. */
const MAX_KEPT_BYTES = 16 * 1024
const MAX_CHARACTER_BYTES = 4
const HEX_COLUMNS = 16

const DATA_URL = /^data:[^,]*;base64,/
const CHARSET = /;charset=([^;]+)/

/** Of the file that a body is downloaded as. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'text/csv': 'csv',
  'text/xml': 'xml',
  'application/xml': 'xml',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
}

export interface ReadBody {
  kind: 'json' | 'text' | 'binary'
  /** The media type; empty if the headers give none. */
  type: string
  /** What to display. */
  shown: string
  /** What to copy: text as it was sent, bytes in hexadecimal. */
  copied: string
  bytes: Uint8Array<ArrayBuffer>
  /** Bytes that were kept. */
  size: number
  isCut: boolean
  /** The length that the message had; undefined: unknown. */
  wholeSize: number | undefined
  extension: string
}

/** Reads a body of the log: text, or bytes as a data URL. */
export function readBody(kept: string, headers: Readonly<Record<string, string>>): ReadBody {
  const type = find(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  const { bytes, text } = decode(kept)
  const length = Number(find(headers, 'content-length') ?? Number.NaN)
  const isCompressed = find(headers, 'content-encoding') !== undefined
  const isLengthKnown = !isCompressed && !Number.isNaN(length)
  const wholeSize = isLengthKnown && length > bytes.length ? length : undefined
  const isFull = bytes.length > MAX_KEPT_BYTES - MAX_CHARACTER_BYTES
  const common = {
    type,
    bytes,
    size: bytes.length,
    isCut: wholeSize !== undefined || (isFull && !isLengthKnown),
    wholeSize,
  }
  const extension = EXTENSIONS[type]
  if (text === undefined) {
    const shown = toHex(bytes)
    return { ...common, kind: 'binary', shown, copied: shown, extension: extension ?? 'bin' }
  }
  const json = indentJson(text)
  return json === undefined
    ? { ...common, kind: 'text', shown: text, copied: text, extension: extension ?? 'txt' }
    : { ...common, kind: 'json', shown: json.text, copied: text, extension: 'json' }
}

interface Decoded {
  bytes: Uint8Array<ArrayBuffer>
  /** Undefined: the bytes are no text. */
  text: string | undefined
}

function decode(kept: string): Decoded {
  const [start] = DATA_URL.exec(kept) ?? []
  if (start === undefined) return { bytes: new TextEncoder().encode(kept), text: kept }
  const bytes = Uint8Array.from(atob(kept.slice(start.length)), (character) => character.charCodeAt(0))
  return { bytes, text: decodeText(bytes, CHARSET.exec(start)?.[1]) }
}

/** Text in another character set than UTF-8, if its sender named one. */
function decodeText(bytes: Uint8Array, charset: string | undefined): string | undefined {
  if (charset === undefined) return undefined
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

function find(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
}

/** Rows of offset, bytes and readable characters, as `xxd` prints them. */
function toHex(bytes: Uint8Array): string {
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += HEX_COLUMNS) {
    const row = [...bytes.subarray(at, at + HEX_COLUMNS)]
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    rows.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(HEX_COLUMNS * 3 - 1)}  ${text}`)
  }
  return rows.join('\n')
}
