import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { readMessage } from '../../server/src/domain/messages/server-message.ts'
import { phrase } from '../../server/src/domain/messages/phrase.ts'
import { readServerWords } from '../build/catalogs.ts'
import { compileServerWords } from '../build/server-words.ts'
import { ApiError } from '../src/api/client.ts'
import { setLocale } from '../src/messages/intl.ts'
import { say, sayProblems, setServerWords } from '../src/messages/server-words.ts'
import { readFieldErrors } from '../src/webhooks/form/field-errors.ts'

function speak(language: string): void {
  setLocale(language)
  setServerWords(compileServerWords(readServerWords(language)))
}

/** As the API sends it: the English text with its code. */
const read = (text: string): string => say(text, readMessage(text))

suite('the words of the server in other languages', () => {
  before(() => speak('de'))
  after(() => setServerWords({}))

  test('a text is said by its code, with numbers as the language writes them', () => {
    assert.equal(
      say('no response within 10000 ms', { code: 'timeout.waiting', params: { limit: 10_000 } }),
      'keine Antwort innerhalb von 10.000 ms',
    )
  })

  test('a text within a text is said too, and times and periods as the language writes them', () => {
    const said = read(
      phrase('health.blamed', {
        reason: phrase('health.heldSince', {
          failures: 1_234,
          problem: phrase('timeout.waiting', { limit: 10_000 }),
          time: '2026-11-29T12:00:00.000Z',
        }),
        period: '3 minutes',
        change: phrase('change.urlAuth'),
      }),
    )
    assert.match(said, /^1\.234 Versuche in Folge/)
    assert.match(said, /keine Antwort innerhalb von 10\.000 ms/)
    assert.match(said, /3 Minuten nach einer Änderung auf \(URL und Authentifizierung\)/)
    assert.doesNotMatch(said, /T12:00/)
  })

  test('a diagnosis keeps the code of the runtime at its end', () => {
    const text = `${phrase('refused.advice')} (ECONNREFUSED)`
    assert.match(read(text), /^Die Verbindung wurde abgelehnt\. .* \(ECONNREFUSED\)$/)
  })

  test('a text about a token server says so', () => {
    assert.match(
      read("no access token: the token server's certificate has expired"),
      /^kein Zugriffstoken: .*Token-Server/,
    )
  })

  test('a text without a code is said as it came', () => {
    assert.equal(say('the endpoint returned 503', undefined), 'the endpoint returned 503')
  })

  test('a text with a code that the page does not know, or within it, is said as it came', () => {
    const newer = { code: 'newer.code', params: {} }
    assert.equal(say('something new', newer), 'something new')
    assert.equal(say('and within', { code: 'filter.failed', params: { problem: newer } }), 'and within')
  })

  test('an error says each problem with its field', () => {
    const problems = [
      { field: 'url', code: 'url.https', params: {} },
      { field: 'name', code: 'field.empty', params: {} },
    ]
    assert.equal(
      sayProblems('url: it must start with https://; name: must not be empty', problems),
      'url: muss mit https:// beginnen; name: darf nicht leer sein',
    )
  })

  test('too many requests are said with the limit and the time to wait', () => {
    const what = { code: 'limit.testAlerts', params: {} }
    const problems = [{ field: null, code: 'limit.rate', params: { limit: 10, what } }]
    assert.equal(
      sayProblems('more than 10 test alerts in one minute', problems),
      'mehr als 10 Testwarnungen in einer Minute',
    )
    assert.equal(read(phrase('hint.wait', { seconds: 20 })), 'Versuchen Sie es in 20 Sekunden erneut.')
  })

  test('an error is said as it came if a part of it has no code', () => {
    const problems = [
      { field: 'url', code: 'url.https', params: {} },
      { field: 'name', code: 'newer.code', params: {} },
    ]
    assert.equal(sayProblems('url: wrong; name: odd', problems), 'url: wrong; name: odd')
  })

  test('a field of a form shows its own problem, with its place inside', () => {
    const error = new ApiError(400, {
      code: '22023',
      message: 'organization_id: must be a UUID; filter.data.stage: must be a non-empty list; name: is odd',
      details: 'organization_id, filter, name',
      problems: [
        { field: 'organization_id', code: 'field.uuid', params: {} },
        { field: 'filter.data.stage', code: 'filter.list', params: {} },
      ],
    })
    assert.deepEqual(readFieldErrors(error), {
      filter: `Data.stage: ${readServerWords('de')['filter.list']}.`,
      name: 'Is odd.',
    })
  })

  test('names within a text from right to left are isolated from it', () => {
    speak('ar')
    assert.equal(
      read('the address 10.0.0.1 is private or reserved'),
      'العنوان \u206810.0.0.1\u2069 خاص أو محجوز',
    )
    speak('de')
  })

  test('every language has every text of the server, with the same parameters and the same code in it', () => {
    const english = readServerWords('en')
    for (const language of ['de', 'es', 'pt-BR', 'ar']) {
      const words = readServerWords(language)
      assert.deepEqual(Object.keys(words), Object.keys(english))
      const partsOf = (text: string) =>
        [...text.matchAll(/\{(\w+)|`[^`]*`/g)]
          .map(([part, name]) => name ?? part)
          .sort((a, b) => a.localeCompare(b))
      for (const [code, text] of Object.entries(english))
        assert.deepEqual(partsOf(words[code] ?? ''), partsOf(text), `${language}: ${code}`)
    }
  })

  test('every text of the server is said in other words in German', () => {
    const [english, german] = [readServerWords('en'), readServerWords('de')]
    const same = Object.keys(english).filter((code) => english[code] === german[code])
    assert.deepEqual(same, [])
  })
})
