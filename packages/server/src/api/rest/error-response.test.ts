import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ApiError } from '../../errors.ts'
import { RestError, toErrorResponse } from './error-response.ts'

const fromDatabase = (code: string): Error => Object.assign(new Error('from the database'), { code })

describe('an error response', () => {
  it('has the four keys and names its code in a header', () => {
    const { status, headers, body } = toErrorResponse(new ApiError(400, 'PGRST100', 'no', { hint: 'so' }))
    assert.equal(status, 400)
    assert.equal(headers['proxy-status'], 'PostgREST; error=PGRST100')
    assert.deepEqual(JSON.parse(body), { code: 'PGRST100', details: null, hint: 'so', message: 'no' })
  })

  it('says that the database cannot be reached when no connection comes free, or one breaks off', () => {
    for (const message of ['timeout exceeded when trying to connect', 'Connection terminated unexpectedly']) {
      const { status, body } = toErrorResponse(new Error(message))
      assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [503, 'PGRST000'])
    }
  })

  it('has the status that the SQLSTATE stands for', () => {
    const expected: [string, number][] = [
      ['23503', 409],
      ['23505', 409],
      ['23502', 400],
      ['42501', 403],
      ['42P01', 404],
      ['42883', 404],
      ['08006', 503],
      ['53300', 503],
      ['40001', 500],
      ['57014', 500],
      ['XX000', 500],
      ['22P02', 400],
      ['P0001', 400],
    ]
    for (const [code, status] of expected)
      assert.equal(toErrorResponse(fromDatabase(code)).status, status, code)
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
    for (const code of ['ECONNREFUSED', 'EPIPE']) {
      assert.equal(toErrorResponse(fromDatabase(code)).status, 503)
    }
  })

  it('carries the headers that an error brings', () => {
    const error = new RestError(416, 'PGRST103', 'no', { headers: { 'content-range': '*/5' } })
    assert.equal(toErrorResponse(error).headers['content-range'], '*/5')
  })
})
