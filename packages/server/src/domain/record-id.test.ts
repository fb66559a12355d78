import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRecordId } from './record-id.ts'

const bodyOf = (data: string): string =>
  `{"event":"deal.created","timestamp":"2025-01-15T10:30:00.000Z","data":${data}}`

test('the id of a record is read from any position in its data', () => {
  assert.equal(readRecordId(bodyOf('{"id":"0190-a","name":"x"}')), '0190-a')
  assert.equal(readRecordId(bodyOf('{ "id" : 4711 }')), '4711')
  assert.equal(readRecordId(bodyOf('{"name":"x","id":"0190-a"}')), '0190-a')
  assert.equal(readRecordId(bodyOf('{"id":"with \\"quotes\\""}')), 'with "quotes"')
  assert.equal(readRecordId(bodyOf('{"id":1.5}')), '1.5')
})

test('data without a text or a number as its own id has no record id', () => {
  for (const data of [
    '{}',
    '{"name":"id"}',
    '{"owner":{"id":"x"}}',
    '{"id":null}',
    '{"id":{"a":1}}',
    '{"id":true}',
  ]) {
    assert.equal(readRecordId(bodyOf(data)), null, data)
  }
})

test('an id that the database cannot store or look up is not a record id', () => {
  for (const id of ['', 'x'.repeat(201), '\0', '\u0000a']) {
    assert.equal(readRecordId(bodyOf(JSON.stringify({ id }))), null)
    assert.equal(readRecordId(bodyOf(JSON.stringify({ a: 1, id }))), null)
  }
})
