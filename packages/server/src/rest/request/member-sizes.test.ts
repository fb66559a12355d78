import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memberSizes } from './member-sizes.ts'

const sizes = (text: string): number[] => memberSizes(text, new Set(['data', 'previous']))

describe('sizes of members', () => {
  it('the size of a member is the number of bytes of its value as sent', () => {
    assert.deepEqual(sizes('[{"data": {"a": "é"}, "b": 1}]'), [11])
    assert.deepEqual(sizes('[{"data":{"a":"\\u00e9"}}]'), [14])
    assert.deepEqual(sizes('[ { "data" : [1,  2] } ]'), [7])
  })

  it('a repeated or escaped key counts towards the size of its member', () => {
    assert.deepEqual(sizes('[{"data": {"k": "xxxxx"}, "data": {}, "previous": 12}]'), [18])
    assert.deepEqual(sizes('[{"d\\u0061ta": "xx"}]'), [4])
  })

  it('members are counted separately for each row, and nested members are not counted', () => {
    assert.deepEqual(
      sizes('[{"other": {"data": 12345}, "data": 1}, {}, {"data": "}]{\\"data\\":1"}]'),
      [1, 0, 15],
    )
  })

  it('the size of a member includes values that a repeated key replaces', () => {
    assert.deepEqual(sizes(`[{"data":{"k":"${'x'.repeat(1000)}","k":1}}]`), [1014])
  })
})
