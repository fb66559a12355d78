import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from '@formatjs/icu-messageformat-parser'
import { LOCALES } from '../../domain/messages/locales.ts'
import { formatTime, say } from '../../domain/messages/say.ts'
import english from './messages/en.json' with { type: 'json' }

const read = (locale: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`messages/${locale}.json`, import.meta.url), 'utf8')) as Record<
    string,
    string
  >

test('mails have every text in every language, with the same parameters', () => {
  const parametersOf = (text: string): string[] =>
    [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name!).sort()
  for (const locale of LOCALES) {
    const texts = read(locale)
    assert.deepEqual(Object.keys(texts), Object.keys(english), locale)
    for (const [name, text] of Object.entries(texts)) {
      assert.doesNotThrow(() => parse(text))
      assert.deepEqual(
        parametersOf(text),
        parametersOf(english[name as keyof typeof english]),
        `${locale}: ${name}`,
      )
    }
  }
})

test('what the program says is said in another language as a whole', () => {
  const said = say(
    '1200 consecutive attempts have failed since 2026-01-15T10:00:00Z; last error: no response within 10000 ms. Deliveries are on hold and keep their attempts; one at a time is sent to check whether the endpoint has recovered. It first failed 3 minutes after the URL was changed, and has not succeeded since',
    'de',
  )
  assert.match(said, /^1\.200 Versuche in Folge/)
  assert.match(said, /15\. Januar 2026 um 10:00 UTC/)
  assert.match(said, /keine Antwort innerhalb von 10\.000 ms/)
  assert.match(said, /3 Minuten/)
  assert.equal(say('something that a receiver has said', 'de'), 'something that a receiver has said')
})

test('numbers and dates have the digits 0 to 9 in every language', () => {
  for (const locale of LOCALES) {
    assert.match(formatTime(new Date('2026-01-15T10:00:00Z'), locale), /2026/)
    assert.match(say('the endpoint returned 503', locale), /503/)
  }
})
