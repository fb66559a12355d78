import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ApiError } from '../../domain/errors.ts'
import { toErrorResponse } from './error-response.ts'
import { RestError } from '../../domain/errors.ts'

const fromDatabase = (code: string): Error => Object.assign(new Error('from the database'), { code })

describe('an error response', () => {
  it('has the four keys and names its code in a header', () => {
    const { status, headers, body } = toErrorResponse(new ApiError(400, 'PGRST100', 'no', { hint: 'so' }))
    assert.equal(status, 400)
    assert.equal(headers['proxy-status'], 'PostgREST; error=PGRST100')
    assert.deepEqual(JSON.parse(body), { code: 'PGRST100', details: null, hint: 'so', message: 'no' })
  })

  it('says that the database cannot be reached when no connection comes free, or one breaks off', () => {
    for (const message of [
      'timeout exceeded when trying to connect',
      'Connection terminated unexpectedly',
      'Query read timeout',
      'Client was closed and is not queryable',
      'The server does not support SSL connections',
    ]) {
      const { status, body } = toErrorResponse(new Error(message))
      assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [503, 'PGRST000'])
    }
  })

  it('has a status of 4xx only where the SQLSTATE says that the request is at fault', () => {
    const expected: [string, number][] = [
      ['23503', 409],
      ['23505', 409],
      ['23502', 400],
      ['42501', 403],
      ['42P01', 404],
      ['42883', 404],
      ['22P02', 400],
      ['P0001', 400],
      ['54000', 400],
      ['57014', 500],
      ['XX000', 500],
    ]
    for (const [code, status] of expected)
      assert.equal(toErrorResponse(fromDatabase(code)).status, status, code)
  })

  it('is 503 with Retry-After for whatever is not the fault of the request', () => {
    const ours = (
      '08000 08006 08P01 53100 53200 53300 57P01 57P02 57P03 57P05 25001 25006 25P02 25P03 26000 28P01 ' +
      '3D000 40001 40P01 55P03 58030 58P01 F0000 HV000 99999'
    ).split(' ')
    for (const code of ours) {
      const { status, headers } = toErrorResponse(fromDatabase(code))
      assert.deepEqual([status, headers['retry-after']], [503, '5'], code)
    }
  })

  it('is 503 for what poolers and standbys say under codes that do not tell', () => {
    for (const [code, message] of [
      ['XX000', 'Max client connections reached'],
      ['XX000', 'pgbouncer cannot connect to server'],
      ['08P01', 'query_wait_timeout'],
      ['08P01', 'no more connections allowed (max_client_conn)'],
      ['0A000', 'cannot set transaction read-write mode during recovery'],
      ['57P01', 'server conn crashed?'],
    ] as const) {
      const { status, headers } = toErrorResponse(Object.assign(new Error(message), { code }))
      assert.deepEqual([status, headers['retry-after']], [503, '5'], message)
    }
  })

  it('asks for credentials where an anonymous request is forbidden', () => {
    assert.equal(toErrorResponse(fromDatabase('42501'), null).status, 401)
  })

  it('leaks nothing of what went wrong inside', () => {
    for (const thrown of [new Error('secret'), fromDatabase('XX001'), 'secret', undefined]) {
      const { status, body } = toErrorResponse(thrown)
      assert.equal(status, 500)
      assert.equal((JSON.parse(body) as { message: string }).message, 'internal error')
    }
  })

  it('says that the database cannot be reached', () => {
    for (const code of ['ECONNREFUSED', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH']) {
      assert.equal(toErrorResponse(fromDatabase(code)).status, 503)
    }
    const both = new AggregateError([fromDatabase('ECONNREFUSED'), fromDatabase('ENETUNREACH')])
    assert.equal(toErrorResponse(both).status, 503)
  })

  it('carries the headers that an error brings', () => {
    const error = new RestError(416, 'PGRST103', 'no', { headers: { 'content-range': '*/5' } })
    assert.equal(toErrorResponse(error).headers['content-range'], '*/5')
  })
})
