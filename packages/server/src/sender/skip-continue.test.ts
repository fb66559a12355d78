import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InvalidResponse } from './invalid-response.ts'
import { ContinueSkipper } from './skip-continue.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

function skip(pieces: readonly string[]): { rest: string; skipped: number } {
  let skipped = 0
  const skipper = new ContinueSkipper(() => (skipped += 1))
  const rest = pieces.map((piece) => skipper.skip(Buffer.from(piece, 'latin1')).toString('latin1')).join('')
  return { rest, skipped }
}

test('a 100 Continue before the response is skipped, however its bytes are split', () => {
  const announced = 'HTTP/1.1 100 Continue\r\nx: y\r\n\r\nHTTP/1.0 100\r\n\r\n'
  const given = announced + OK
  fc.assert(
    fc.property(fc.array(fc.nat(given.length), { maxLength: 8 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), given.length]
      const pieces = places.slice(1).map((end, index) => given.slice(places[index], end))
      assert.deepEqual(skip(pieces), { rest: OK, skipped: 2 })
    }),
  )
})

test('a 100 Continue in the body of a response is kept', () => {
  const body = 'HTTP/1.1 100 Continue\r\n\r\n'
  assert.deepEqual(skip([OK, body]), { rest: OK + body, skipped: 0 })
})

test('bytes that are not an HTTP response are passed on at once', () => {
  for (const text of ['S', 'SSH-2.0-OpenSSH_9.2\r\n', 'HTTP/2 200\r\n\r\n', '\0'.repeat(20)])
    assert.deepEqual(skip([text]), { rest: text, skipped: 0 })
})

test('a 100 Continue with headers that never end is refused', () => {
  assert.throws(
    () => skip(['HTTP/1.1 100 Continue\r\n', 'x'.repeat(20_000)]),
    (error) => error instanceof InvalidResponse && /larger than 16 KiB/.test(error.message),
  )
})
