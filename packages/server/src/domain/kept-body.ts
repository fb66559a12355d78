import { isUtf8 } from 'node:buffer'

/** A body of this form is bytes, not text. */
const DATA_URL = /^data:([^,;]*)[^,]*;base64,/
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,60}\/[\w!#$&^.+-]{1,60}$/
const CHARSET = /;\s*charset="?([\w.:-]{1,40})"?/i
const UNKNOWN = 'application/octet-stream'

/**
 * Writes a body so that it can be stored as text and read back byte for byte: text in UTF-8 as it is, everything else as a
 * data: URL. Text that looks like such a URL becomes one, too.
 *
 * @param isWhole false: its end is missing, perhaps from the middle of a character, which is left out then
 */
export function writeBody(bytes: Buffer, contentType: string | undefined, isWhole: boolean): string {
  const kept = isWhole ? bytes : withoutHalfCharacter(bytes)
  if (!isUtf8(kept)) return writeDataUrl(bytes, describeType(contentType))
  if (kept.includes(0)) return writeDataUrl(kept, describeType(contentType))
  const text = kept.toString('utf8')
  return DATA_URL.test(text) ? writeDataUrl(kept, `${mediaTypeOf(contentType)};charset=utf-8`) : text
}

/** The media type and length of a body that was written as a data: URL; undefined for text. */
export function describeBytes(body: string): { type: string; size: number } | undefined {
  const [start, type] = DATA_URL.exec(body) ?? []
  if (start === undefined) return undefined
  return { type: type || UNKNOWN, size: Buffer.byteLength(body.slice(start.length), 'base64') }
}

const writeDataUrl = (bytes: Buffer, type: string): string =>
  `data:${type};base64,${bytes.toString('base64')}`

function describeType(contentType: string | undefined): string {
  const charset = CHARSET.exec(contentType ?? '')?.[1]
  const type = mediaTypeOf(contentType)
  return charset === undefined ? type : `${type};charset=${charset.toLowerCase()}`
}

function mediaTypeOf(contentType: string | undefined): string {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return MEDIA_TYPE.test(type) ? type : UNKNOWN
}

const MAX_CHARACTER_BYTES = 4

function withoutHalfCharacter(bytes: Buffer): Buffer {
  for (let left = 0; left < MAX_CHARACTER_BYTES && left < bytes.length; left += 1) {
    const byte = bytes[bytes.length - 1 - left]!
    const isContinuation = (byte & 0b1100_0000) === 0b1000_0000
    if (isContinuation) continue
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > left + 1 ? bytes.subarray(0, bytes.length - 1 - left) : bytes
  }
  return bytes
}
