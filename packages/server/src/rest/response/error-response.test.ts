import { verbatim } from '../../domain/messages/phrase.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ApiError } from '../../domain/errors.ts'
import { toErrorResponse } from './error-response.ts'
import { RestError } from '../../domain/errors.ts'

const fromDatabase = (code: string): Error => Object.assign(new Error('from the database'), { code })

describe('error responses', () => {
  it('an error response has four keys and a header with its code', () => {
    const { status, headers, body } = toErrorResponse(
      new ApiError(400, 'PGRST100', verbatim('no'), { hint: verbatim('so') }),
    )
    assert.equal(status, 400)
    assert.equal(headers['proxy-status'], 'PostgREST; error=PGRST100')
    assert.deepEqual(JSON.parse(body), { code: 'PGRST100', details: null, hint: 'so', message: 'no' })
  })

  it('an error of the connection pool or of a broken connection becomes 503 PGRST000', () => {
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

  it('an SQLSTATE becomes a 4xx status only if the request is at fault', () => {
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

  it('an SQLSTATE that is not the fault of the request becomes 503 with Retry-After', () => {
    const ours = (
      '08000 08006 08P01 53100 53200 53300 57P01 57P02 57P03 57P05 25001 25006 25P02 25P03 26000 28P01 ' +
      '3D000 40001 40P01 55P03 58030 58P01 F0000 HV000 99999'
    ).split(' ')
    for (const code of ours) {
      const { status, headers } = toErrorResponse(fromDatabase(code))
      assert.deepEqual([status, headers['retry-after']], [503, '5'], code)
    }
  })

  it('the messages of connection poolers and standbys become 503 with Retry-After', () => {
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

  it('a forbidden anonymous request becomes 401', () => {
    assert.equal(toErrorResponse(fromDatabase('42501'), null).status, 401)
  })

  it('an internal error does not reveal its message', () => {
    for (const thrown of [new Error('secret'), fromDatabase('XX001'), 'secret', undefined]) {
      const { status, body } = toErrorResponse(thrown)
      assert.equal(status, 500)
      assert.equal((JSON.parse(body) as { message: string }).message, 'internal error')
    }
  })

  it('a network error of the database connection becomes 503', () => {
    for (const code of ['ECONNREFUSED', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH']) {
      assert.equal(toErrorResponse(fromDatabase(code)).status, 503)
    }
    const both = new AggregateError([fromDatabase('ECONNREFUSED'), fromDatabase('ENETUNREACH')])
    assert.equal(toErrorResponse(both).status, 503)
  })

  it('an error response contains the headers of its error', () => {
    const error = new RestError(416, 'PGRST103', verbatim('no'), { headers: { 'content-range': '*/5' } })
    assert.equal(toErrorResponse(error).headers['content-range'], '*/5')
  })
})
