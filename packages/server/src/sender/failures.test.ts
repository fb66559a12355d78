import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Phase } from './answer.ts'
import type { Classification } from './classify-response.ts'
import { classify } from './classify-response.ts'

function respond(statusCode: number, headers: Record<string, string> = {}, body = ''): Classification {
  return classify(
    {
      kind: 'response',
      statusCode,
      headers,
      body,
      certificateEnds: undefined,
      tlsVersion: null,
      isReused: false,
      durationMs: 1,
    },
    0,
  )
}

function fail(
  code: string,
  phase: Phase = 'connecting',
  message = `connect ${code} 127.0.0.1:1`,
): Classification {
  return classify(
    { kind: 'failure', error: Object.assign(new Error(message), { code }), phase, durationMs: 1 },
    0,
  )
}

test('each status of Cloudflare has a diagnosis of its own that names Cloudflare and a next step', () => {
  const codes = [520, 521, 522, 523, 524, 525, 526, 527, 530]
  const diagnoses = codes.map((code) => {
    const { errorCode, errorMessage, diagnosis } = respond(code)
    assert.deepEqual([errorCode, errorMessage], ['server_error', `the endpoint returned ${code}`])
    return diagnosis ?? ''
  })
  assert.equal(new Set(diagnoses).size, codes.length)
  for (const diagnosis of diagnoses) assert.match(diagnosis, /Cloudflare.*(Check|check|Return|Renew)/)
  assert.match(respond(529).diagnosis ?? '', /overloaded/)
})

test('a challenge of Cloudflare is explained, whatever its status', () => {
  for (const code of [403, 503])
    assert.match(respond(code, { 'cf-mitigated': 'challenge' }).diagnosis ?? '', /check for browsers/)
})

test('a redirect names its target, or says that it has none', () => {
  assert.match(respond(302, { location: '/login' }).diagnosis ?? '', /redirects to \/login/)
  for (const headers of [{}, { location: '' }])
    assert.match(respond(307, headers).diagnosis ?? '', /does not say where to/)
})

test('a 304 is explained as an answer to a cache and not as a redirect', () => {
  const { errorCode, diagnosis } = respond(304)
  assert.equal(errorCode, 'redirect')
  assert.match(diagnosis ?? '', /Not Modified.*return 200/)
  assert.doesNotMatch(diagnosis ?? '', /redirects to/)
})

test('a demand for a client certificate in a response is explained', () => {
  const page = '<center>No required SSL certificate was sent</center>'
  for (const { diagnosis } of [respond(400, {}, page), respond(496)])
    assert.match(diagnosis ?? '', /demands a client certificate/)
  for (const { diagnosis } of [respond(400, {}, 'The SSL certificate error'), respond(495)])
    assert.match(diagnosis ?? '', /does not accept the webhook's client certificate/)
  assert.match(respond(400).diagnosis ?? '', /could not parse/)
})

test('a request to an HTTPS port without TLS is explained', () => {
  const page = 'The plain HTTP request was sent to HTTPS port'
  for (const { diagnosis } of [respond(400, {}, page), respond(497)])
    assert.match(diagnosis ?? '', /Change the URL to https/)
})

test("a failure is said in plain words, with the runtime's code only at the end of the diagnosis", () => {
  for (const [code, words] of [
    ['ENOTFOUND', 'the host name does not resolve'],
    ['EAI_AGAIN', 'the host name could not be looked up'],
    ['ECONNREFUSED', 'the connection was refused'],
    ['EHOSTUNREACH', 'the host is unreachable'],
    ['EMFILE', 'this server could not open another connection'],
    ['EACCES', 'this server may not connect to the address'],
    ['EPROTO', 'the TLS connection failed'],
    ['CERT_HAS_EXPIRED', "the endpoint's certificate has expired"],
    ['EWHATEVER', 'the connection failed'],
  ] as const) {
    const { errorMessage, diagnosis } = fail(code)
    assert.equal(errorMessage, words)
    assert.match(diagnosis ?? '', new RegExp(String.raw`^[A-Z].* .*\. \(${code}\)$`))
  }
})

test('a connection that ends early is explained by how far it came', () => {
  const phases = ['connecting', 'waiting', 'heading', 'reading'] as const
  const explained = phases.map((phase) => fail('ECONNRESET', phase))
  assert.deepEqual([...new Set(explained.map(({ errorCode }) => errorCode))], ['connection_reset'])
  assert.equal(new Set(explained.map(({ diagnosis }) => diagnosis)).size, phases.length)
  assert.equal(new Set(explained.map(({ errorMessage }) => errorMessage)).size, phases.length)
})
