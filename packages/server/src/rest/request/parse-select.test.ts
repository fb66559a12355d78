import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ApiError } from '../../domain/errors.ts'
import { parseSelect } from './parse-select.ts'

describe('a select parameter', () => {
  it('tells an alias from a cast', () => {
    assert.deepEqual(parseSelect('a:b::text'), [
      { kind: 'column', field: { name: 'b', path: [] }, alias: 'a', cast: 'text' },
    ])
  })

  it('calls a value from inside of JSON by its last key', () => {
    const path = [
      { arrow: '->', key: 'b' },
      { arrow: '->>', key: -1 },
    ]
    assert.deepEqual(parseSelect('a->b->>-1'), [
      { kind: 'column', field: { name: 'a', path }, alias: 'b', cast: null },
    ])
  })

  it('reads embedded resources, their hints, joins and what is selected of them', () => {
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

  it('refuses names that cannot be part of SQL text', () => {
    assert.throws(() => parseSelect('"a\0b":id'), ApiError)
  })
})
