import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { configurationFields } from '../../server/src/api/tables/configuration-fields.ts'
import { ATTEMPT_ERRORS, diagnosisOf } from '../../server/src/domain/attempt-errors.ts'
import { describeHealth, explainDisabling } from '../../server/src/domain/circuit-breaker.ts'
import type { HealthState } from '../../server/src/domain/circuit-breaker.ts'
import { systemClock } from '../../server/src/domain/clock.ts'
import { EVENT_TYPES } from '../../server/src/domain/event-types/event-types.ts'
import { alertsFor } from '../../server/src/pipeline/health/alerts.ts'
import { CONNECTION_FAILURES } from '../../server/src/sender/connection-failures.ts'
import { explainHead } from '../../server/src/sender/explain-head.ts'
import { Http2Failure } from '../../server/src/sender/http2-failure.ts'
import { checkUrl } from '../../server/src/sender/network-guard.ts'
import { RESPONSE_FAILURES } from '../../server/src/sender/response-failures.ts'
import { TLS_FAILURES } from '../../server/src/sender/tls-failures.ts'
import {
  explainRefusal,
  tokenTimeout,
  unreachableTokenServer,
  unusableToken,
} from '../../server/src/sender/token-failure.ts'
import { readServerWords } from '../build/catalogs.ts'
import { compileServerWords } from '../build/server-words.ts'
import { setLocale } from '../src/messages/intl.ts'
import { say, setServerWords } from '../src/messages/server-words.ts'

const speak = (language: string): void => {
  setLocale(language)
  setServerWords(compileServerWords(readServerWords('en'), readServerWords(language)))
}

/** Fails unless the text is translated. */
function requireKnown(text: string): void {
  assert.notEqual(say(text), text, `server/src/domain/messages/en.json lacks "${text}"`)
}

const toClause = (sentence: string): string =>
  sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '')

suite('the words of the server in other languages', () => {
  before(() => speak('de'))
  after(() => setServerWords([]))

  test('every diagnosis of a failed attempt is translated', () => {
    for (const { headline, diagnosis } of [...RESPONSE_FAILURES, ...CONNECTION_FAILURES, ...TLS_FAILURES]) {
      if (headline !== undefined) requireKnown(headline)
      if (typeof diagnosis === 'string') requireKnown(diagnosis)
    }
    for (const code of Object.keys(ATTEMPT_ERRORS) as (keyof typeof ATTEMPT_ERRORS)[])
      requireKnown(diagnosisOf(code))
  })

  test('what happened is translated for each failure of a connection', () => {
    const codes = [
      'connection_refused',
      'unreachable',
      'dns_failure',
      'tls_failure',
      'network_error',
    ] as const
    for (const code of codes) requireKnown(toClause(ATTEMPT_ERRORS[code].cause))
  })

  test('what the first bytes of a response explain is translated', () => {
    for (const head of [
      'HTTP/2 200',
      'SSH-2.0-OpenSSH',
      'HTTP/1.1 200 OK\nA: b\n\n',
      'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n',
      '\u0015\u0003\u0001',
    ]) {
      const explained = explainHead(Buffer.from(head, 'latin1'))
      assert.ok(explained !== undefined, head)
      requireKnown(explained.message)
      requireKnown(explained.diagnosis)
    }
  })

  test('what a server ends with HTTP/2 is translated with its reason and advice', () => {
    for (let code = 0; code <= 14; code += 1) {
      for (const what of ['the request', 'the connection'] as const) {
        const { message, diagnosis } = new Http2Failure(what, code)
        for (const text of [message, diagnosis]) {
          requireKnown(text)
          assert.doesNotMatch(say(text), /without|because|before|\bfor\b|Check|retried/)
        }
      }
    }
  })

  test('why a token server issued no token is translated', () => {
    const client = { client_id: 'crm', client_secret: 'never-said' } as Parameters<typeof explainRefusal>[1]
    const errors = ['client', 'grant', 'scope', 'target'].map((name) => `invalid_${name}`)
    const bodies = [...errors, 'unauthorized_client', 'unsupported_grant_type'].map((error) => ({ error }))
    const refusals = [200, 302, 400, 401, 403, 404, 429, 503].flatMap((statusCode) =>
      [{}, ...bodies].map((body) =>
        explainRefusal({ statusCode, headers: {}, body: JSON.stringify(body) } as never, client, 0),
      ),
    )
    const problems = ['returned no access_token', 'returned an access token that no header can carry']
    for (const { message, diagnosis } of [...refusals, ...problems.map(unusableToken), tokenTimeout(5_000)]) {
      requireKnown(message)
      requireKnown(diagnosis)
    }
  })

  test('a failed connection to a token server is translated, and said of it', () => {
    for (const { headline, diagnosis } of [...CONNECTION_FAILURES, ...TLS_FAILURES]) {
      if (typeof diagnosis !== 'string') continue
      const failure = unreachableTokenServer(headline ?? 'the connection was refused', diagnosis)
      requireKnown(failure.diagnosis)
      if (failure.diagnosis !== diagnosis)
        assert.match(say(failure.diagnosis), /^Das betrifft den Token-Server/)
      assert.match(say(failure.message), /^kein Zugriffstoken: /)
      assert.doesNotMatch(say(failure.message), /\b(?:the|was|not|of)\b/)
    }
  })

  test('the health of an endpoint, with its reason and a recent change, is translated as a whole', () => {
    const state = { phase: 'held', failures: 1_234, failingSince: Date.UTC(2026, 10, 29, 12) } as HealthState
    const { reason } = describeHealth(
      { ...state, phase: 'open' } as unknown as HealthState,
      'no response within 10000 ms',
      Date.now(),
    )
    assert.ok(reason !== null)
    const said = say(
      `${reason}. It first failed 3 minutes after the URL was changed, and has not succeeded since`,
    )
    assert.match(said, /^1\.234 Versuche in Folge/)
    assert.match(said, /keine Antwort innerhalb von 10\.000 ms/)
    assert.match(said, /3 Minuten nach einer Änderung auf \(URL\)/)
    assert.doesNotMatch(said, /T12:00/)
  })

  test('each alert and the reason for disabling are translated', () => {
    const healthy = { phase: 'healthy', failures: 0 } as HealthState
    const failing = { phase: 'degraded', failures: 60, failingSince: 0 } as HealthState
    const limits = { after: 100_000, attempts: 100 }
    const transition = { webhookId: '', now: 55_000, lastError: 'the endpoint returned 500', exhausted: 2 }
    const alerts = [
      ...alertsFor({ ...transition, before: healthy, after: failing }, limits),
      ...alertsFor({ ...transition, before: failing, after: healthy }, limits),
    ]
    assert.deepEqual(new Set(alerts.map(({ type }) => type)).size, 3)
    for (const { message } of alerts) {
      requireKnown(message)
      assert.doesNotMatch(say(message), /the endpoint/)
    }
    assert.match(say(explainDisabling(failing, 86_400_000 * 3, 'the endpoint returned 503')), /seit 3 Tage/)
  })

  test('the description of each event type is translated', () => {
    for (const { description } of EVENT_TYPES) requireKnown(description)
  })

  test('what the API refuses of a webhook is translated', () => {
    const guard = { allowHttp: false, egressAllow: [], egressPorts: [[443, 443] as const] }
    const inboxes = { idOf: () => undefined }
    const fields = configurationFields(guard, inboxes as never, systemClock)
    const wrong = {
      name: '',
      url: 'http://example.com',
      events: [],
      secret: 'short',
      headers: { 'bad name': 'x', 'X-Webhook-Id': 'x', Same: 'a', same: 'b' },
      redact: ['phone'],
      transform: 7,
      auth: { type: 'oauth2', token_url: 'x', client_id: '', scope: 'a  b', realm: 'x' },
      timeout_ms: 1,
    }
    const issues = Object.entries(wrong).flatMap(([name, value]) => {
      const { error } = fields[name as keyof typeof wrong].safeParse(value)
      return error?.issues ?? []
    })
    assert.ok(issues.length >= 8)
    for (const { message } of issues) requireKnown(message)
    for (const url of [
      'x',
      'https://a@b.example',
      'https://10.0.0.1/',
      'https://localhost/',
      'https://a.example:1/',
      'https://a b/',
      'https://a.example/#x',
    ])
      assert.throws(
        () => checkUrl(url, guard),
        ({ message }: Error) => {
          requireKnown(message)
          return true
        },
      )
  })

  test('a diagnosis keeps the code of the runtime at its end', () => {
    const text = `${diagnosisOf('connection_refused')} (ECONNREFUSED)`
    assert.match(say(text), /^Die Verbindung wurde abgelehnt\. .* \(ECONNREFUSED\)$/)
  })

  test('a text that the page does not know is said as it came', () => {
    assert.equal(say('something new'), 'something new')
  })

  test('names within a text from right to left are isolated from it', () => {
    speak('ar')
    assert.equal(
      say('the address 10.0.0.1 is private or reserved'),
      'العنوان \u206810.0.0.1\u2069 خاص أو محجوز',
    )
    speak('de')
  })

  test('every language has every text of the server, with the same parameters', () => {
    const english = readServerWords('en')
    for (const language of ['de', 'es', 'pt-BR', 'ar']) {
      const words = readServerWords(language)
      assert.deepEqual(Object.keys(words), Object.keys(english))
      const parametersOf = (text: string) =>
        [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? '').sort((a, b) => a.localeCompare(b))
      for (const [code, text] of Object.entries(english))
        assert.deepEqual(parametersOf(words[code] ?? ''), parametersOf(text), `${language}: ${code}`)
    }
  })

  test('no text of the server is taken for another', () => {
    const english = readServerWords('en')
    const german = readServerWords('de')
    for (const [code, text] of Object.entries(english)) {
      const sample = fill(text)
      assert.equal(say(sample), fill(german[code] ?? ''), code)
    }
  })
})

/** The text with a number or a name in the place of each parameter. */
const fill = (text: string): string =>
  text
    .replaceAll(/\{\w+, number\}/g, '7')
    .replaceAll(/\{\w+\}/g, 'X')
    .replaceAll(/'([{}])'/g, '$1')
