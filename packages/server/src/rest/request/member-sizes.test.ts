import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memberSizes } from './member-sizes.ts'

const sizes = (text: string): number[] => memberSizes(text, new Set(['data', 'previous']))

describe('the sizes of members of rows', () => {
  it('are those of their values as they were sent, in bytes', () => {
    assert.deepEqual(sizes('[{"data": {"a": "é"}, "b": 1}]'), [11])
    assert.deepEqual(sizes('[{"data":{"a":"\\u00e9"}}]'), [14])
    assert.deepEqual(sizes('[ { "data" : [1,  2] } ]'), [7])
  })

  it('count a member each time that it is there, whatever its key looks like', () => {
    assert.deepEqual(sizes('[{"data": {"k": "xxxxx"}, "data": {}, "previous": 12}]'), [18])
    assert.deepEqual(sizes('[{"d\\u0061ta": "xx"}]'), [4])
  })

  it('count members of the rows alone, and those of each row by themselves', () => {
    assert.deepEqual(
      sizes('[{"other": {"data": 12345}, "data": 1}, {}, {"data": "}]{\\"data\\":1"}]'),
      [1, 0, 15],
    )
  })

  it('count what is hidden behind a repeated key within the value', () => {
    assert.deepEqual(sizes(`[{"data":{"k":"${'x'.repeat(1000)}","k":1}}]`), [1014])
  })
})
