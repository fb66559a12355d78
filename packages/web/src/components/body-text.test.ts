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

  it('is whole when it has just the length that its headers give', () => {
    assert.equal(readBody('x'.repeat(16 * 1024), { 'content-length': '16384' }).isCut, false)
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

  it('is downloaded with its own bytes and the extension of its type', () => {
    const bytes = Buffer.from([0xff, 0xd8, 0xff])
    const body = readBody(`data:image/jpeg;base64,${bytes.toString('base64')}`, {
      'content-type': 'image/jpeg',
    })
    assert.deepEqual([Buffer.from(body.bytes), body.extension], [bytes, 'jpg'])
  })

  it('is shown as text when its sender named its character set', () => {
    const bytes = Buffer.from('größer', 'latin1').toString('base64')
    const body = readBody(`data:text/plain;charset=iso-8859-1;base64,${bytes}`, {
      'content-type': 'text/plain',
    })
    assert.deepEqual([body.kind, body.shown, body.size], ['text', 'größer', 6])
  })

  it('is shown as sent when it is text that looks like a data: URL', () => {
    const text = 'data:image/png;base64,aGVsbG8='
    const body = readBody(`data:text/plain;charset=utf-8;base64,${Buffer.from(text).toString('base64')}`, {})
    assert.deepEqual([body.kind, body.shown], ['text', text])
  })
})
