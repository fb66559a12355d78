import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ApiError } from '../../domain/errors.ts'
import { parseSelect } from './parse-select.ts'

describe('select parameters', () => {
  it('a select parameter distinguishes an alias from a cast', () => {
    assert.deepEqual(parseSelect('a:b::text'), [
      { kind: 'column', field: { name: 'b', path: [] }, alias: 'a', cast: 'text' },
    ])
  })

  it('a value in JSON gets its last key as its alias', () => {
    const path = [
      { arrow: '->', key: 'b' },
      { arrow: '->>', key: -1 },
    ]
    assert.deepEqual(parseSelect('a->b->>-1'), [
      { kind: 'column', field: { name: 'a', path }, alias: 'b', cast: null },
    ])
  })

  it('a select parameter can embed resources with hints, joins and their own selects', () => {
    const id = { kind: 'column', field: { name: 'id', path: [] }, alias: null, cast: null }
    const inner = {
      kind: 'embed',
      relation: 's',
      alias: null,
      hint: null,
      join: 'left',
      spread: true,
      select: [id],
    }
    assert.deepEqual(parseSelect('x:r!r_fkey!inner(*,...s(id)),t()'), [
      {
        ...inner,
        relation: 'r',
        alias: 'x',
        hint: 'r_fkey',
        join: 'inner',
        spread: false,
        select: [{ kind: 'star' }, inner],
      },
      { ...inner, relation: 't', spread: false, select: [] },
    ])
  })

  it('a name that cannot be part of SQL text is refused', () => {
    assert.throws(() => parseSelect('"a\0b":id'), ApiError)
  })
})
