import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memberTexts } from './member-texts.ts'

const dataOf = (text: string): (string | undefined)[] =>
  memberTexts(text, new Set(['data'])).map((members) => members.get('data'))

describe('texts of members', () => {
  it('the text of a member is its value as sent, with the blanks, numbers, and repeated keys inside of it', () => {
    const value = '{ "a" : 1e400,\n "a": 9007199254740993, "b":[1.10 , "}\\"]\\u00e9"] }'
    assert.deepEqual(dataOf(`[{"event":"x", "data" :\t${value} }]`), [value])
  })

  it('the last of a repeated member counts, as for JSON.parse', () => {
    assert.deepEqual(dataOf('[{"data":{"n":1},"d\\u0061ta":{"n":2}}]'), ['{"n":2}'])
  })

  it('each row has its own members, and members of members are not found', () => {
    assert.deepEqual(dataOf('[{"data":{"data":1}},{"previous":{"data":2}}, {"data":null}]'), [
      '{"data":1}',
      undefined,
      'null',
    ])
  })
})
