import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseMedia } from './content-negotiation.ts'

describe('content negotiation', () => {
  it('the media type is chosen by the qualities of the Accept header, and then by its order', () => {
    assert.equal(chooseMedia('text/csv;q=0.5, application/json').format, 'array')
    assert.equal(chooseMedia('text/html, text/csv, application/json').format, 'csv')
    assert.equal(chooseMedia('text/csv;q=0, */*;q=0.1').format, 'array')
  })

  it('the media type is JSON without an Accept header', () => {
    assert.equal(chooseMedia('').contentType, 'application/json; charset=utf-8')
  })

  it('an Accept header can ask for an object without nulls', () => {
    assert.deepEqual(chooseMedia('application/vnd.pgrst.object+json;nulls=stripped'), {
      format: 'object',
      stripsNulls: true,
      contentType: 'application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8',
    })
  })
})
