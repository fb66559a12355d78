import { phrase } from './phrase.ts'
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import english from './en.json' with { type: 'json' }
import { KNOWN_TEXTS, readMessage, readProblems } from './server-message.ts'

test('a text has its code, and its parameters as numbers, names or messages of their own', () => {
  assert.deepEqual(readMessage('the endpoint returned 503'), {
    code: 'response.status',
    params: { status: 503 },
  })
  assert.deepEqual(
    readMessage('5 consecutive attempts have failed; last error: the endpoint returned 503')?.params,
    { failures: 5, problem: { code: 'response.status', params: { status: 503 } } },
  )
})

test('the code of the runtime at the end of a diagnosis is a parameter', () => {
  const text = `${english['refused.advice']} (ECONNREFUSED)`
  assert.deepEqual(readMessage(text), { code: 'refused.advice', params: { runtime: 'ECONNREFUSED' } })
})

test('what is said of a connection to a token server has the code of the same failure at an endpoint', () => {
  assert.deepEqual(readMessage("no access token: the token server's certificate has expired"), {
    code: 'token.unreachable',
    params: { problem: { code: 'token.about', params: { problem: { code: 'tls.expired', params: {} } } } },
  })
})

test('each field that an error names has a problem of its own', () => {
  assert.deepEqual(
    readProblems('url: it must start with https://; auth.scope: must be a string', 'url, auth'),
    [
      { field: 'url', code: 'url.https', params: {} },
      { field: 'auth.scope', code: 'field.text', params: {} },
    ],
  )
})

test('an error of which a part has no code has none, so that nothing is left unsaid', () => {
  assert.deepEqual(readProblems('url: it must start with https://; name: is odd', 'url, name'), [])
  assert.deepEqual(readProblems('column x does not exist', null), [])
})

test('every text of the catalog is recognized as itself, with its parameters', () => {
  for (const known of KNOWN_TEXTS.filter(({ isOfTokenServer }) => !isOfTokenServer)) {
    const params = Object.fromEntries(
      known.parameters.map((name) => (name.startsWith('#') ? [name.slice(1), 7] : [name, 'X'])),
    )
    const code = known.code as 'response.status'
    assert.deepEqual(readMessage(phrase(code, params as { status: number })), { code, params })
  }
})

test('a text that repeats what texts have in common is read in no time', () => {
  const begun = performance.now()
  for (const { prefix } of KNOWN_TEXTS) {
    readMessage(prefix + 'It first failed 1 minute after, ; last error: '.repeat(80))
    readMessage(' resolves to , which is . That is '.repeat(100) + prefix)
  }
  assert.ok((performance.now() - begun) / KNOWN_TEXTS.length < 20)
})

const SOURCES = fileURLToPath(new URL('../../', import.meta.url))
/** A sentence that a statement stores for readers. */
const STORED = /(?:reason = |then |else )'([a-z]+(?: [a-z]+)+)'/g

test('every sentence that a statement stores as a reason has a code', () => {
  const sentences = globSync('{pipeline,maintenance}/**/*.sql', { cwd: SOURCES }).flatMap((file) =>
    [...readFileSync(SOURCES + file, 'utf8').matchAll(STORED)].map(([, said]) => said!),
  )
  assert.ok(sentences.length > 5)
  assert.deepEqual(
    sentences.filter((said) => readMessage(said) === undefined),
    [],
  )
})
