import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { TYPE, parse } from '@formatjs/icu-messageformat-parser'
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import { readCatalog } from '../build/catalogs.ts'
import type { Catalog } from '../build/catalogs.ts'
import { readParameters } from '../build/write-message-types.ts'
import { LANGUAGES, findLanguage, formatLocale } from '../src/messages/languages.ts'
import { readSources } from './harness/sources.ts'

const languages = Object.keys(LANGUAGES)

const flatten = (catalog: Catalog, at = ''): [key: string, message: string][] =>
  Object.entries(catalog).flatMap(([name, each]) =>
    typeof each === 'string' ? [[at + name, each] as [string, string]] : flatten(each, `${at}${name}.`),
  )

const english = new Map(flatten(readCatalog('en')))

test('each folder of messages is a language of the page, and each language has one', () => {
  const folders = readdirSync(new URL('../src/messages/', import.meta.url), { withFileTypes: true })
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  assert.deepEqual(names.sort(), languages.toSorted())
})

for (const language of languages) {
  const messages = new Map(flatten(readCatalog(language)))

  test(`${language} has every message of English, and no other`, () => {
    assert.deepEqual([...messages.keys()].sort(), [...english.keys()].sort())
  })

  test(`each message of ${language} has the parameters of the English one, of the same types`, () => {
    for (const [key, message] of english) {
      const here = Object.fromEntries(readParameters(messages.get(key) ?? ''))
      assert.deepEqual(here, Object.fromEntries(readParameters(message)), `${language}: ${key}`)
    }
  })

  test(`each plural of ${language} has the forms that the language has for whole numbers`, () => {
    const needed = formsOf(language)
    for (const [key, message] of messages) {
      for (const forms of readPlurals(parse(message, { ignoreTag: true }))) {
        const missing = needed.filter((form) => !forms.includes(form))
        assert.deepEqual(missing, [], `${language}: ${key}`)
      }
    }
  })
}

/** Without the forms of fractions, and of millions in compact notation. */
function formsOf(language: string): string[] {
  const rules = new Intl.PluralRules(language)
  return [...new Set(Array.from({ length: 201 }, (_, number) => rules.select(number)))]
}

function readPlurals(elements: readonly MessageFormatElement[]): string[][] {
  return elements.flatMap((element) => {
    if (element.type !== TYPE.plural && element.type !== TYPE.select) return []
    const inner = Object.values(element.options).flatMap(({ value }) => readPlurals(value))
    if (element.type === TYPE.select) return inner
    // A form that needs no other word than the number may be left to "other".
    const forms = Object.keys(element.options)
    return forms.length === 2 && isSame(element.options) ? inner : [forms, ...inner]
  })
}

/** Tests for a plural that is there only because the parameter is one in English. */
function isSame(options: Record<string, { value: readonly MessageFormatElement[] }>): boolean {
  const texts = Object.values(options).map(({ value }) => JSON.stringify(value, withoutPlaces))
  return new Set(texts).size === 1
}

const withoutPlaces = (key: string, value: unknown): unknown => (key === 'location' ? undefined : value)

test('every message is used by the page', () => {
  const chains = new Set<string>()
  for (const { text } of readSources()) {
    for (const [, chain = ''] of text.matchAll(/\bt((?:\??\.\w+)+)/g)) chains.add(chain.slice(1))
  }
  const unused = [...english.keys()].filter((key) => !prefixesOf(key).some((prefix) => chains.has(prefix)))
  assert.deepEqual(unused, [])
})

/** `t.status[name]` and `textFor(t.reasons, code)` use a whole section. */
function prefixesOf(key: string): string[] {
  const names = key.split('.')
  return names.map((_, index) => names.slice(0, index + 1).join('.'))
}

test('no message has straight quotes or three dots, which typography has characters for', () => {
  for (const language of languages) {
    for (const [key, message] of flatten(readCatalog(language)))
      assert.doesNotMatch(message, /"|\.\.\.|\w'\w/, `${language}: ${key}`)
  }
})

test('the language is found in any regional variety, and an unknown or invalid one is passed over', () => {
  assert.equal(findLanguage(['de-AT']), 'de')
  assert.equal(findLanguage(['pt-PT']), 'pt-BR')
  assert.equal(findLanguage(['xx', 'not a tag', 'ar-EG']), 'ar')
  assert.equal(findLanguage(['ja']), undefined)
})

test('numbers and dates have the same digits and calendar in every variety of a language', () => {
  const day = new Date('2026-11-29T12:00:00Z')
  for (const [language, tag] of [
    ['ar', 'ar-EG'],
    ['ar', 'ar-SA'],
    ['en', 'en-GB'],
  ] as const) {
    const locale = formatLocale(language, [tag])
    assert.match(new Intl.NumberFormat(locale).format(1_234), /^1[,.]234$/)
    assert.match(new Intl.DateTimeFormat(locale).format(day), /2026/)
  }
})

test('the browser’s own variety of the language decides how dates are written', () => {
  assert.equal(new Intl.Locale(formatLocale('en', ['de-DE', 'en-GB'])).baseName, 'en-GB')
  assert.equal(new Intl.Locale(formatLocale('de', ['en-GB'])).baseName, 'de')
})
