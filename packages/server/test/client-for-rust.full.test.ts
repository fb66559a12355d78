import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { CLIENT_CASES } from './harness/client-cases.ts'
import { callWith, installClient, storeRows } from './harness/foreign-clients.ts'
import { onEachEngine } from './harness/on-each-engine.ts'

const program = await installClient('rust')

onEachEngine('the client for Rust', (stage) => {
  before(() => storeRows(stage))

  test('every call of the PostgREST client for Rust gives what it gives with PostgREST', async (context) => {
    if (typeof program === 'string') return context.skip(program)
    const results = await callWith(program, stage)
    const expected = Object.keys(results).map((name) => [name, CLIENT_CASES[name]])
    assert.deepEqual(results, Object.fromEntries(expected))
    assert.ok(expected.length > 50)
  })
})
