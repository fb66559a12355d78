import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memberText } from './member-text.ts'

describe('text of a member', () => {
  it('is the value as sent', () => {
    const text = String.raw`{"a": "x:,{", "data" : {"n": 12345678901234567890, "f": 1.0, "e": "\u00e9"} , "b": [1, {"data": 2}]}`
    assert.equal(memberText(text, 'data'), String.raw`{"n": 12345678901234567890, "f": 1.0, "e": "\u00e9"}`)
    assert.equal(memberText(text, 'a'), '"x:,{"')
    assert.equal(memberText(text, 'b'), '[1, {"data": 2}]')
  })

  it('is that of the last member of the name, with an escaped name as well', () => {
    assert.equal(memberText(String.raw`{"data":1,"d\u0061ta":2}`, 'data'), '2')
  })

  it('is undefined if there is no such member', () => {
    for (const text of ['{}', '{"a":{"data":1}}', '{"a":"data"}'])
      assert.equal(memberText(text, 'data'), undefined)
  })
})
