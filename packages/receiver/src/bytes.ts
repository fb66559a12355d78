export type Bytes = Uint8Array<ArrayBuffer>

export function encode(text: string): Bytes {
  return new TextEncoder().encode(text)
}

/** @throws if it is no base64 */
export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}

export function join(chunks: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.length
  }
  return joined
}
