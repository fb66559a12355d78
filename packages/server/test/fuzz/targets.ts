import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { WebhookVerificationError, verifyWebhook } from '@connectgain/webhooks-receiver'
import { parseRows, requireOneChange } from '../../src/rest/request/body.ts'
import { parseQuery } from '../../src/rest/request/parse-query.ts'
import { parsePreferences } from '../../src/rest/request/preferences.ts'
import { mutate, searchOf, tableNames } from '../../src/rest/random-query.ts'
import {
  ACCEPTED_URLS,
  ALLOWED_ADDRESSES,
  FORBIDDEN_ADDRESSES,
  REFUSED_URLS,
} from '../../src/sender/network-guard-cases.ts'
import { BlockedDestination, checkUrl, isAllowedAddress } from '../../src/sender/network-guard.ts'
import { InvalidResponse } from '../../src/sender/invalid-response.ts'
import { ContinueSkipper } from '../../src/sender/skip-continue.ts'
import { signBody, signStandard } from '../../src/domain/signature/sign.ts'
import { ApiError } from '../../src/domain/errors.ts'
import { compileFilter } from '../../src/domain/filter/filter.ts'
import type { FuzzTarget } from './target.ts'
import { mayRefuse, target } from './target.ts'

/** One of these texts with a few edits: characters cut, and others inserted. */
function near(corpus: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...corpus),
      fc.array(fc.tuple(fc.nat(400), fc.nat(6), fc.string({ unit: 'binary', maxLength: 4 })), {
        maxLength: 4,
      }),
    )
    .map(([text, edits]) =>
      edits.reduce((edited, [at, length, put]) => {
        const start = at % (edited.length + 1)
        return edited.slice(0, start) + put + edited.slice(start + length)
      }, text),
    )
}

const query = fc.oneof(
  ...tableNames.map((table) => searchOf(table)),
  ...tableNames.map((table) => mutate(searchOf(table))),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

const json = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc.json().chain((text) => near([text])),
  fc.nat(3_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

const STRICT = { allowHttp: false, egressAllow: [], egressPorts: [[443, 443] as const] }

const ANSWERS = [
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nx: y\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.0 500 Oops\r\nserver: x\r\nset-cookie: a\r\nset-cookie: b\r\n\r\nbody until the end',
  'HTTP/1.1 429 Too Many\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
]

const bytes = fc.oneof(
  near(ANSWERS).map((text) => Buffer.from(text, 'latin1')),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
)

const secret = 'your-secret-key'
const signedAt = 1_736_937_000
const body = '{"event":"contact.created","timestamp":"2025-01-15T10:30:00Z","data":{}}'
const signatures = {
  'webhook-id': '0193f0a2',
  'webhook-timestamp': String(signedAt),
  'webhook-signature': signStandard([secret], '0193f0a2', signedAt, Buffer.from(body)),
  'x-webhook-signature': signBody([secret], Buffer.from(body)),
  'x-webhook-timestamp': '2025-01-15T10:30:00.000Z',
}

/** A genuine request with parts changed or left out. */
const request = fc.record({
  body: fc.oneof(fc.constant(body), near([body])),
  headers: fc.record(
    Object.fromEntries(
      Object.entries(signatures).map(([name, value]) => [name, fc.oneof(fc.constant(value), near([value]))]),
    ),
    { requiredKeys: [] },
  ),
})

const filter = fc.oneof(
  fc.jsonValue({ maxDepth: 5 }),
  fc.dictionary(
    fc.constantFrom('event', 'data.stage', 'previous.stage', '$or', '$and', '$not', 'data.value'),
    fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.dictionary(
        fc.constantFrom('$eq', '$gt', '$in', '$regex', '$exists', '$elemMatch', '$where'),
        fc.jsonValue(),
      ),
    ),
  ),
)

export const TARGETS: readonly FuzzTarget[] = [
  target('query parser', query, (search) => void mayRefuse(ApiError, () => parseQuery(search))),
  target('preferences', fc.string({ unit: 'binary' }), (header) => void parsePreferences(header)),
  target('body parser', json, (text) => {
    const rows = mayRefuse(ApiError, () => parseRows(text))
    const change = mayRefuse(ApiError, () => requireOneChange(parseRows(text)))
    if (rows !== undefined || change !== undefined) JSON.parse(text)
  }),
  target('filter', filter, (given) => {
    const compiled = mayRefuse(Error, () => compileFilter(given))
    if (compiled === undefined) return
    const matches = mayRefuse(Error, () => compiled({ event: 'deal.updated', data: { stage: 'Won' } }))
    assert.ok(matches === undefined || typeof matches === 'boolean')
  }),
  target('URL guard', near([...ACCEPTED_URLS, ...REFUSED_URLS]), (text) => {
    const url = mayRefuse(BlockedDestination, () => checkUrl(text, STRICT))
    if (url === undefined) return
    // An accepted URL is https, without user, password or fragment, to an allowed host, and is accepted unchanged again.
    assert.equal(url.protocol, 'https:')
    assert.deepEqual([url.username, url.password, url.hash], ['', '', ''])
    assert.equal(checkUrl(url.href, STRICT).href, url.href)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (/^[\d.]+$|:/.test(host)) assert.equal(isAllowedAddress(host, []), true)
  }),
  target('address guard', near([...FORBIDDEN_ADDRESSES, ...ALLOWED_ADDRESSES]), (text) => {
    const host = text.includes(':') ? `[${text}]` : text
    if (!URL.canParse(`https://${host}/`)) return
    const canonical = new URL(`https://${host}/`).hostname.replace(/^\[|\]$/g, '')
    if (!/^[\d.]+$|:/.test(canonical)) return
    // The decision depends on the address, not on its spelling.
    const judged = mayRefuse(BlockedDestination, () => checkUrl(`https://${host}/`, STRICT))
    if (judged !== undefined) assert.equal(isAllowedAddress(canonical, []), true)
  }),
  target('100 Continue', fc.tuple(bytes, fc.array(fc.nat(300), { maxLength: 5 })), ([given, cuts]) => {
    const whole = skipContinue(given, [])
    assert.equal(skipContinue(given, cuts), whole)
    assert.ok(given.toString('latin1').endsWith(whole ?? ''))
  }),
  target('signature parser', request, async (given) => {
    const isGenuine = given.body === body
    try {
      await verifyWebhook({ ...given, secret, now: signedAt * 1_000 })
      assert.ok(isGenuine, 'a changed body was accepted as genuine')
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error
    }
  }),
]

/** The response without its 100 Continue, read in these pieces; undefined if it is refused. */
function skipContinue(given: Buffer, cuts: readonly number[]): string | undefined {
  const skipper = new ContinueSkipper(() => {})
  const places = [0, ...cuts.map((cut) => cut % (given.length + 1)), given.length].toSorted((a, b) => a - b)
  return mayRefuse(InvalidResponse, () =>
    places
      .slice(1)
      .map((end, index) => skipper.skip(given.subarray(places[index], end)).toString('latin1'))
      .join(''),
  )
}
