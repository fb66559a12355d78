import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { writeLine } from './csv.ts'

describe('line of CSV', () => {
  it('quotes texts and leaves numbers and missing values bare', () => {
    assert.equal(writeLine(['a', 1, null, 'b "c", d\ne']), '"a",1,,"b ""c"", d\ne"\r\n')
  })

  it('has an apostrophe before each text that a spreadsheet would run', () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u200B=1', '＝1', '＠a']
    for (const formula of formulas) assert.equal(writeLine([formula]), `"'${formula}"\r\n`)
  })

  it('leaves other texts as they are, and negative numbers', () => {
    assert.equal(
      writeLine(['a=b', 'https://example.com/?a=-1', -1]),
      '"a=b","https://example.com/?a=-1",-1\r\n',
    )
  })
})
