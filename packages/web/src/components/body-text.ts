import { indentJson } from './indent-json.ts'

/** The server keeps so much of a response. */
const MAX_KEPT_BYTES = 16 * 1024
const HEX_COLUMNS = 16

export interface ReadBody {
  kind: 'json' | 'text' | 'binary'
  /** The media type; empty if the headers give none. */
  type: string
  /** What to display. */
  shown: string
  bytes: Uint8Array<ArrayBuffer>
  /** Bytes that were kept. */
  size: number
  isCut: boolean
  /** The length that the message had; undefined: unknown. */
  wholeSize: number | undefined
  extension: string
}

/** Reads a body of the log: text, or bytes as a data URL. */
export function readBody(text: string, headers: Readonly<Record<string, string>>): ReadBody {
  const type = find(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  const encoded = /^data:[^,]*;base64,/.exec(text)
  const bytes =
    encoded === null
      ? new TextEncoder().encode(text)
      : Uint8Array.from(atob(text.slice(encoded[0].length)), (character) => character.charCodeAt(0))
  const length = Number(find(headers, 'content-length') ?? Number.NaN)
  const isCompressed = find(headers, 'content-encoding') !== undefined
  const wholeSize = isCompressed || Number.isNaN(length) || length <= bytes.length ? undefined : length
  const common = {
    type,
    bytes,
    size: bytes.length,
    isCut: wholeSize !== undefined || bytes.length >= MAX_KEPT_BYTES,
    wholeSize,
  }
  if (encoded !== null) return { ...common, kind: 'binary', shown: toHex(bytes), extension: 'bin' }
  const json = indentJson(text)
  return json === undefined
    ? { ...common, kind: 'text', shown: text, extension: type === 'text/html' ? 'html' : 'txt' }
    : { ...common, kind: 'json', shown: json.text, extension: 'json' }
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
