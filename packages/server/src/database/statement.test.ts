import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileStatement } from './statement.ts'

test('a named parameter gets the position of its first use, and a name in camel case', () => {
  const { text, parameters } = compileStatement('select :b_c::uuid, :a where x = :b_c')
  assert.equal(text, 'select $1::uuid, $2 where x = $1')
  assert.deepEqual(parameters, [
    { name: 'bC', isNullable: false },
    { name: 'a', isNullable: false },
  ])
})

test('a parameter may be null when one of its uses ends in a question mark', () => {
  const { text, parameters } = compileStatement(
    'select :only::bigint[] is null or id = any (:only?::bigint[])',
  )
  assert.equal(text, 'select $1::bigint[] is null or id = any ($1::bigint[])')
  assert.deepEqual(parameters, [{ name: 'only', isNullable: true }])
})

test('an alias that ends in an exclamation mark names a column that is never null', () => {
  const { text, notNull } = compileStatement('select count(*) as "total!", 1 as "other"')
  assert.equal(text, 'select count(*) as total, 1 as "other"')
  assert.deepEqual([...notNull], ['total'])
})

test('strings, comments, quoted names and dollar-quoted strings contain no parameters', () => {
  const source = `select ':a', 'it''s :b', ":c", $$ :d $$, $x$ :e $x$ -- :f\n/* :g\n :h */`
  assert.deepEqual(compileStatement(source), { text: source, parameters: [], notNull: new Set() })
})
