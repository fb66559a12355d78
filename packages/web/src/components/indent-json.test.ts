import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { indentJson } from './indent-json.ts'

describe('indented JSON', () => {
  it('keeps numbers, escapes and duplicate keys as they are', () => {
    const text = String.raw`{"n":12345678901234567890,"f":1.0,"e":"\u00e9","n":[]}`
    const expected = String.raw`{
  "n": 12345678901234567890,
  "f": 1.0,
  "e": "\u00e9",
  "n": []
}`
    assert.deepEqual(indentJson(text), { text: expected, isComplete: true })
  })

  it('indents JSON that was cut off in a text, a word or a number', () => {
    for (const end of ['"ab', 'tr', '-', '12', '[{"b":']) {
      const indented = indentJson(`{"a":${end}`)
      assert.equal(indented?.isComplete, false, end)
      assert.match(indented.text, /^\{\n {2}"a": /)
    }
  })

  it('leaves text alone that is not JSON', () => {
    for (const text of ['<html>', '{not json}', 'plain', '{"a":1} and more', '[1}', '"text"', ''])
      assert.equal(indentJson(text), undefined, text)
  })

  it('keeps braces, colons and quotes inside of texts', () => {
    assert.deepEqual(indentJson(String.raw`["{a:\"b\"}"]`), {
      text: '[\n  ' + String.raw`"{a:\"b\"}"` + '\n]',
      isComplete: true,
    })
  })
})
