import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileCuts, cutFields, findCuts } from './cut-fields.ts'

const cut = (text: string, paths: readonly string[]): string => cutFields(text, compileCuts(paths))
const cutData = (data: string, paths: readonly string[]): string =>
  cut(`{"event":"a.b","data":${data}}`, paths).slice('{"event":"a.b","data":'.length, -1)

const CASES: readonly [data: string, paths: string[], left: string][] = [
  ['{"a":1.50,"b":1e2,"c":"\\u00e9"}', ['data.a'], '{"b":1e2,"c":"\\u00e9"}'],
  ['{"n":12345678901234567890,"f":-0.0,"a":1}', ['data.a'], '{"n":12345678901234567890,"f":-0.0}'],
  ['{"a":1}', ['data.a'], '{}'],
  ['{"a":1}', ['data.b', 'data.a.c', 'previous.a'], '{"a":1}'],
  ['{"l":[{"p":1,"q":2},{"p":3}],"n":null}', ['data.l.p'], '{"l":[{"q":2},{}],"n":null}'],
  ['{"l":[[{"p":1}],[]]}', ['data.l.p'], '{"l":[[{}],[]]}'],
  ['[{"p":1,"q":2},7,"p"]', ['data.p'], '[{"q":2},7,"p"]'],
  ['{"p":1,"p":2,"q":{"p":3}}', ['data.p'], '{"q":{"p":3}}'],
  ['{"q":1,"q":2,"p":3,"q":4}', ['data.p'], '{"q":1,"q":2,"q":4}'],
  ['{"\\u0070hone":"x","id":1}', ['data.phone'], '{"id":1}'],
  ['{"a":{"b":{"c":1,"d":2}}}', ['data.a.b.c'], '{"a":{"b":{"d":2}}}'],
  ['{"a":{"b":1},"c":2}', ['data.a.b', 'data.a'], '{"c":2}'],
  ['{"a":{"b":1},"c":2}', ['data.a', 'data.a.b'], '{"c":2}'],
  ['{"\\u0000":"x","phone":1}', ['data.phone'], '{"\\u0000":"x"}'],
  ['{"x":"\\ud83d","phone":1,"y":"a\\u0000b"}', ['data.phone'], '{"x":"\\ud83d","y":"a\\u0000b"}'],
  ['{"x":"\\"phone\\":1,}\\\\","phone":1}', ['data.phone'], '{"x":"\\"phone\\":1,}\\\\"}'],
  ['{ "a" : 1 ,\n "b" : 2 ,\t"c" : 3 }', ['data.a'], '{ "b" : 2 ,\t"c" : 3 }'],
  ['{ "a" : 1 ,\n "b" : 2 ,\t"c" : 3 }', ['data.b'], '{ "a" : 1  ,\t"c" : 3 }'],
  ['{ "a" : 1 ,\n "b" : 2 ,\t"c" : 3 }', ['data.a', 'data.b', 'data.c'], '{  }'],
  ['{"__proto__":1,"constructor":2,"a":3}', ['data.__proto__', 'data.constructor'], '{"a":3}'],
  ['null', ['data.a'], 'null'],
  ['"a"', ['data.a'], '"a"'],
]

for (const [data, paths, left] of CASES) {
  test(`redacting ${paths.join(', ')} in ${data} leaves ${left}`, () =>
    assert.equal(cutData(data, paths), left))
}

test('redaction removes fields of data also from previous, but not fields of previous from data', () => {
  assert.equal(
    cut('{"data":{"a":1,"b":2},"previous":{"a":0,"b":1,"c":2}}', ['data.a', 'previous.b']),
    '{"data":{"b":2},"previous":{"c":2}}',
  )
})

test('redaction removes a field inside deeply nested lists and keeps the others', () => {
  const deep = (inside: string): string => `${'['.repeat(50_000)}{${inside}}${']'.repeat(50_000)}`
  assert.equal(cutData(deep('"phone":1,"id":2'), ['data.phone']), deep('"id":2'))
})

test('redaction refuses a text that is nested too deeply', () => {
  assert.throws(() => cutData('['.repeat(200_000), ['data.phone']), /nested deeper than 100000 levels/)
})

for (const text of [
  '',
  '{',
  '{"data":',
  '{"data":{"a" 1}}',
  '{"data":{"a":1 "b":2}}',
  '{"data":{}}x',
  '{"data":{"a',
]) {
  test(`redaction refuses ${text || 'an empty text'} because it is not valid JSON`, () => {
    assert.throws(() => cut(text, ['data.a']), /not valid JSON at character \d+/)
  })
}

const NAMES = ['a', 'b', 'c', 'é', '"', 'x\u0000', '\ud83d']
const leaf = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 4 }),
  ),
}))
const paths = fc.array(
  fc
    .tuple(
      fc.constantFrom('data', 'previous'),
      fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }),
    )
    .map(([root, names]) => [root, ...names].join('.')),
  { maxLength: 5 },
)

/** Deletes a field from a parsed value. */
function remove(value: unknown, [name, ...rest]: readonly string[]): void {
  if (Array.isArray(value)) for (const each of value) remove(each, [name!, ...rest])
  else if (typeof value === 'object' && value !== null && Object.hasOwn(value, name!)) {
    const object = value as Record<string, unknown>
    if (rest.length === 0) delete object[name!]
    else remove(object[name!], rest)
  }
}

test('redaction leaves the same JSON as deleting the fields from the parsed value', () => {
  fc.assert(
    fc.property(json, json, paths, fc.constantFrom(undefined, 1, '\t'), (data, previous, fields, indent) => {
      const body = { event: 'a.b', data, previous }
      const expected = structuredClone(body)
      for (const field of fields) {
        const [root, ...names] = field.split('.')
        if (root === 'data') remove(expected.data, names)
        remove(expected.previous, names)
      }
      const left = cut(JSON.stringify(body, null, indent), fields)
      assert.deepEqual(JSON.parse(left), JSON.parse(JSON.stringify(expected)))
      if (indent === undefined) assert.equal(left, JSON.stringify(expected))
    }),
    { numRuns: 500 },
  )
})

test('redaction leaves a text without any of the fields unchanged, byte for byte', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 3), (data, indent) => {
      const text = JSON.stringify({ data }, null, indent)
      assert.equal(cut(text, ['data.nowhere', 'data.a.nowhere', 'previous.a']), text)
    }),
  )
})

test('the work of redaction grows with the length of the text, not with the number of fields', () => {
  const list = (length: number): string =>
    JSON.stringify({ data: { l: Array.from({ length }, (_, n) => ({ n, p1: 'x', p49: 'y' })) } })
  const fifty = Array.from({ length: 50 }, (_, n) => `data.l.p${n}`)
  const stepsFor = (text: string, fields: readonly string[]): number =>
    findCuts(text, compileCuts(fields)).steps
  const [small, large] = [list(900), list(9_000)]
  assert.ok(stepsFor(large, fifty) < 3 * large.length)
  assert.equal(stepsFor(large, fifty), stepsFor(large, fifty.slice(0, 1)))
  assert.ok(stepsFor(large, fifty) < 11 * stepsFor(small, fifty) * (large.length / small.length / 10))
})
