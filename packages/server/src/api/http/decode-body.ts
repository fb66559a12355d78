import { phrase } from '../../domain/messages/phrase.ts'
import { isUtf8 } from 'node:buffer'
import { ApiError } from '../../domain/errors.ts'

/**
 * Decodes a body by the charset of its content type; UTF-8 by default.
 * @throws ApiError instead of replacing bytes that the charset does not have
 */
export function decodeBody(body: Buffer, contentType: string): string {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8'
  if (charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') {
    if (isUtf8(body)) return body.toString('utf8')
    throw new ApiError(400, 'PGRST102', phrase('request.notUtf8'), {
      details: `Byte ${findInvalid(body)} does not begin or continue a character.`,
      hint: phrase('hint.charset'),
    })
  }
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body)
  } catch {
    throw new ApiError(415, 'PGRST102', phrase('request.charset', { charset }), {
      hint: phrase('hint.utf8'),
    })
  }
}

/** The offset of the first byte that is not part of a character. */
function findInvalid(body: Buffer): number {
  let [valid, invalid] = [0, body.length]
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2)
    // A character that is cut off at the end of the part is not invalid yet.
    if (isUtf8(body.subarray(0, endOfCharacter(body, middle)))) valid = middle
    else invalid = middle
  }
  return valid
}

/** Moves an offset to the end of the character that it cuts through. */
function endOfCharacter(body: Buffer, offset: number): number {
  let end = offset
  while (end < body.length && end < offset + 3 && (body[end]! & 0xc0) === 0x80) end += 1
  return end
}
