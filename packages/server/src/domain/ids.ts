import { randomFillSync, randomUUID } from 'node:crypto'

const pool = Buffer.alloc(10 * 256)
let next = pool.length

/**
 * Returns a UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then randomness. Time order keeps index inserts at the right
 * edge; ids made in one millisecond are in no particular order.
 */
export function newId(now = Date.now()): string {
  if (next >= pool.length) {
    randomFillSync(pool)
    next = 0
  }
  pool[next] = (pool[next]! & 0x0f) | 0x70
  pool[next + 2] = (pool[next + 2]! & 0x3f) | 0x80
  const random = pool.toString('hex', next, next + 10)
  next += 10
  const time = now.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8)}`
}

/** Returns the creation time of a UUIDv7 in Unix milliseconds; undefined for other ids, which callers may choose. */
export function readTimeOfId(id: string): number | undefined {
  return id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined
}

/** Returns a random UUIDv4, for ids that must not reveal their creation time: lease tokens, node ids. */
export const newToken = randomUUID
