import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRetryAfter } from './retry-after.ts'

const NOW = Date.parse('2025-01-15T10:30:00Z')
const read = (header: string): number | undefined => parseRetryAfter(header, NOW)

test('Retry-After is read as seconds, rounded up to milliseconds', () => {
  assert.deepEqual([read('120'), read(' 0 '), read('1.5'), read('0.0001')], [120_000, 0, 1_500, 1])
})

test('of several numbers in Retry-After the longest wait counts', () => {
  assert.deepEqual([read('60, 120'), read('120,60'), read('1, 2,3')], [120_000, 120_000, 3_000])
})

test('a number in Retry-After that is too large for a wait is a time since 1970, in seconds or milliseconds', () => {
  assert.equal(read(String(NOW / 1_000 + 60)), 60_000)
  assert.equal(read(String(NOW + 60_000)), 60_000)
  assert.equal(read(String(NOW - 60_000)), 0)
  assert.equal(read('999999999'), 999_999_999_000)
})

test('Retry-After is read as a date in each format of HTTP, in the zone of Greenwich', () => {
  for (const date of [
    'Wed, 15 Jan 2025 10:31:00 GMT',
    'Wed, 15 Jan 2025 11:31:00 +0100',
    'Wednesday, 15-Jan-25 10:31:00 GMT',
    'Wed Jan 15 10:31:00 2025',
    '2025-01-15T10:31:00Z',
    '2025-01-15T11:31:00.000+01:00',
  ]) {
    assert.equal(read(date), 60_000, date)
  }
  assert.equal(read('Sat Feb  1 10:30:00 2025'), 17 * 86_400_000)
  assert.equal(read('Wed, 15 Jan 2025 10:29:00 GMT'), 0)
})

test('a year of two digits that is more than fifty years ahead is one of the last century', () => {
  assert.equal(read('Sunday, 06-Nov-94 08:49:37 GMT'), 0)
})

test('a Retry-After that cannot be read is ignored', () => {
  for (const garbage of [
    'soon',
    '-5',
    '',
    '60s',
    '1e3',
    '60 120',
    '99999999999999',
    '2025-01-15',
    '2025-01-15T10:31:00',
    'Wed, 15 Jan 2025 10:31 GMT',
    'Wed, 45 Jan 2025 10:31:00 GMT',
    'Wed, 15 Foo 2025 10:31:00 GMT',
    'Wed, 15 Jan 2025 10:31:00 GMT, Wed, 15 Jan 2025 10:32:00 GMT',
  ]) {
    assert.equal(read(garbage), undefined, garbage)
  }
})
