import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hmacKey, hmacSha256 } from './hmac.ts'

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

test('for any key and message it is what node:crypto makes of them', () => {
  fc.assert(
    fc.property(bytes(200), fc.array(fc.oneof(bytes(300), fc.string({ unit: 'binary' }))), (key, parts) => {
      const expected = createHmac('sha256', key)
      for (const part of parts) expected.update(part)
      assert.equal(hmacSha256(hmacKey(key), parts, 'hex'), expected.digest('hex'))
    }),
  )
})

test('a key at and just beyond the length of a block is right', () => {
  for (const length of [0, 63, 64, 65, 256]) {
    const key = Buffer.alloc(length, 7)
    const expected = createHmac('sha256', key).update('body').digest('base64')
    assert.equal(hmacSha256(hmacKey(key), ['body'], 'base64'), expected)
  }
})

test('a long message leaves nothing behind in the next, short one', () => {
  const key = hmacKey(Buffer.from('key'))
  hmacSha256(key, [Buffer.alloc(1_000_000, 1)], 'hex')
  assert.equal(hmacSha256(key, ['short'], 'hex'), createHmac('sha256', 'key').update('short').digest('hex'))
})
