import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeBytes, writeBody } from './kept-body.ts'

const bytesOf = (body: string): Buffer => Buffer.from(body.slice(body.indexOf(',') + 1), 'base64')

describe('body of a response', () => {
  it('is kept as it is when it is text in UTF-8', () => {
    const text = 'übernommen ✓ 受信 \u{1F600}\r\n\uFEFF'
    assert.equal(writeBody(Buffer.from(text), 'text/plain', true), text)
  })

  it('is kept byte for byte as a data: URL of its type when it is not text', () => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff, 0xfe, 0xc3])
    const kept = writeBody(bytes, 'image/PNG; name="x,y;base64,"', true)
    assert.match(kept, /^data:image\/png;base64,/)
    assert.deepEqual(bytesOf(kept), bytes)
  })

  it('keeps its character set in the data: URL', () => {
    const kept = writeBody(Buffer.from('größer', 'latin1'), 'text/html; charset="ISO-8859-1"', true)
    assert.match(kept, /^data:text\/html;charset=iso-8859-1;base64,/)
    assert.equal(bytesOf(kept).toString('latin1'), 'größer')
  })

  it('has the type application/octet-stream when the header names none that is valid', () => {
    for (const type of [undefined, '', 'png', 'a/b,c', `a/${'b'.repeat(100)}`])
      assert.match(writeBody(Buffer.from([0]), type, true), /^data:application\/octet-stream;base64,AA==$/)
  })

  it('becomes a data: URL when it is text that looks like one', () => {
    const text = 'data:image/png;base64,aGVsbG8='
    const kept = writeBody(Buffer.from(text), 'text/plain', true)
    assert.match(kept, /^data:text\/plain;charset=utf-8;base64,/)
    assert.equal(bytesOf(kept).toString(), text)
  })

  it('loses no more than half a character when its end is missing', () => {
    for (const character of ['é', '受', '\u{1F600}']) {
      const bytes = Buffer.from(`abc${character}`)
      for (let at = 4; at < bytes.length; at += 1)
        assert.equal(writeBody(bytes.subarray(0, at), 'text/plain', false), 'abc')
      assert.equal(writeBody(bytes, 'text/plain', false), `abc${character}`)
    }
  })

  it('says its type and length when it is no text', () => {
    const kept = writeBody(Buffer.alloc(1_000, 0xff), 'application/pdf', true)
    assert.deepEqual(describeBytes(kept), { type: 'application/pdf', size: 1_000 })
    assert.equal(describeBytes('plain'), undefined)
  })
})
