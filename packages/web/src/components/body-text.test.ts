import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readBody } from './body-text.ts'

describe('body of the log', () => {
  it('is shown with its type and size', () => {
    const body = readBody('{"a":1}', { 'Content-Type': 'application/json; charset=utf-8' })
    assert.deepEqual([body.kind, body.type, body.size, body.isCut], ['json', 'application/json', 7, false])
  })

  it('says how much of it was kept when it was longer', () => {
    const body = readBody('[1,', { 'content-length': '1000000' })
    assert.deepEqual([body.kind, body.isCut, body.wholeSize], ['json', true, 1_000_000])
  })

  it('is cut when it fills the space that is kept of a body', () => {
    assert.equal(readBody('x'.repeat(16 * 1024), {}).isCut, true)
  })

  it('has no known length when it was sent compressed', () => {
    const body = readBody('ok', { 'content-length': '30', 'content-encoding': 'gzip' })
    assert.deepEqual([body.isCut, body.wholeSize], [false, undefined])
  })

  it('is shown in hexadecimal when it is no text', () => {
    const body = readBody(
      `data:image/png;base64,${Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]).toString('base64')}`,
      {},
    )
    assert.deepEqual([body.kind, body.size], ['binary', 5])
    assert.match(body.shown, /^00000000 {2}89 50 4e 47 00 +\.PNG\.$/)
  })
})
