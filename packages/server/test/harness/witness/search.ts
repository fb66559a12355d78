/** Finds any of many secrets in any amount of bytes, in one pass. */
export interface SecretSearch {
  /** @returns the secrets that stand in it */
  find(bytes: Buffer): string[]
  /** So many bytes of one piece have to be read again with the next one. */
  overlap: number
}

const PREFIX_BYTES = 4

export function searchFor(secrets: Iterable<string>): SecretSearch {
  const byPrefix = new Map<number, Buffer[]>()
  let longest = 0
  for (const secret of secrets) {
    const bytes = Buffer.from(secret)
    const prefix = bytes.readUInt32BE(0)
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), bytes])
    longest = Math.max(longest, bytes.length)
  }
  // Most places are passed by on one look into a table.
  const begins = new Uint8Array(2 ** 16)
  for (const prefix of byPrefix.keys()) begins[prefix >>> 16] = 1

  return {
    overlap: longest,
    find(bytes) {
      const found = new Set<string>()
      for (let at = 0; at + PREFIX_BYTES <= bytes.length; at += 1) {
        if (begins[(bytes[at]! << 8) | bytes[at + 1]!] === 0) continue
        for (const secret of byPrefix.get(bytes.readUInt32BE(at)) ?? []) {
          if (bytes.compare(secret, 0, secret.length, at, Math.min(at + secret.length, bytes.length)) === 0)
            found.add(secret.toString())
        }
      }
      return [...found]
    },
  }
}
