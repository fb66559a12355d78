import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordIdOf } from './record-id.ts'

const bodyOf = (data: string): string =>
  `{"event":"deal.created","timestamp":"2025-01-15T10:30:00.000Z","data":${data}}`

test('the id of the record, wherever it stands in it', () => {
  assert.equal(recordIdOf(bodyOf('{"id":"0190-a","name":"x"}')), '0190-a')
  assert.equal(recordIdOf(bodyOf('{ "id" : 4711 }')), '4711')
  assert.equal(recordIdOf(bodyOf('{"name":"x","id":"0190-a"}')), '0190-a')
  assert.equal(recordIdOf(bodyOf('{"id":"with \\"quotes\\""}')), 'with "quotes"')
  assert.equal(recordIdOf(bodyOf('{"id":1.5}')), '1.5')
})

test('none where there is none, or only one inside of something else', () => {
  for (const data of [
    '{}',
    '{"name":"id"}',
    '{"owner":{"id":"x"}}',
    '{"id":null}',
    '{"id":{"a":1}}',
    '{"id":true}',
  ]) {
    assert.equal(recordIdOf(bodyOf(data)), null, data)
  }
})

test('none that the database could not store or look up', () => {
  for (const id of ['', 'x'.repeat(201), '\0', '\u0000a']) {
    assert.equal(recordIdOf(bodyOf(JSON.stringify({ id }))), null)
    assert.equal(recordIdOf(bodyOf(JSON.stringify({ a: 1, id }))), null)
  }
})
