import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { preferredLanguage } from './preferred-language.ts'

suite('language of the page', () => {
  for (const [accepted, expected] of [
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr, es;q=0.4, ar;q=0.5', 'ar'],
    ['pt', 'pt-BR'],
    ['de;q=0, en-GB', 'en'],
    ['fr', 'en'],
    ['', 'en'],
    [';q=x,,=', 'en'],
    [undefined, 'en'],
  ] as const) {
    test(`a browser that accepts ${accepted ?? 'anything'} gets ${expected}`, () => {
      const headers = accepted === undefined ? {} : { 'accept-language': accepted }
      assert.equal(preferredLanguage(headers, undefined), expected)
    })
  }

  test('the language of the link goes before that of the browser, and that of the menu before both', () => {
    const accepted = { 'accept-language': 'de' }
    assert.equal(preferredLanguage(accepted, 'es'), 'es')
    assert.equal(preferredLanguage({ ...accepted, cookie: 'a=b; webhooks_language=ar' }, 'es'), 'ar')
    assert.equal(preferredLanguage({ ...accepted, cookie: 'webhooks_language=../x' }, ['es']), 'de')
  })
})
