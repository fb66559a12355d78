import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { API_ERRORS } from '../src/domain/api-errors.ts'
import type { ApiErrorCode } from '../src/domain/api-errors.ts'
import { FUNCTIONS } from '../src/api/rpc/functions.ts'
import type { ErrorBody } from './harness/api.ts'
import { ANY_ENGINE } from './harness/databases.ts'
import type { Ask, InProcessApi } from './harness/in-process-api.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { internalNames } from './harness/internal-names.ts'
import { mainKeysOf, textsWithoutCode } from './harness/error-keys.ts'

type Provoked = [method: string, path: string, ask?: Ask]

/** Of a code that takes more than requests: where it is provoked. */
type Elsewhere = string

const inOurs = (more: object): object => ({ organization_id: OURS, ...more })
const message = inOurs({ direction: 'inbound', external_id: 'twice' })
const OBJECT = { accept: 'application/vnd.pgrst.object+json' }
const KEPT = { 'idempotency-key': 'used before' }
const conditions = Array.from({ length: 201 }, (_, index) => `first_name.eq.${index}`).join()
const events = Array.from({ length: 1_001 }, () => inOurs({ event: 'deal.created', data: {} }))
const rotate = (webhook_id: string): Provoked => [
  'POST',
  'rpc/rotate_webhook_secret',
  { body: { webhook_id } },
]

/** One request for each code, or several of which the last one is refused. A new code needs one too. */
const PROVOKED: Readonly<
  Record<ApiErrorCode, Provoked | ((api: InProcessApi) => Promise<Provoked>) | Elsewhere>
> = {
  '0A000': 'realtime-refusals.test.ts',
  '21000': ['DELETE', 'contacts'],
  '22023': ['POST', 'rpc/test_webhook', { body: { webhook_id: 'x' } }],
  '22P02': ['GET', 'contacts?id=eq.x'],
  '22P05': ['POST', 'contacts', { body: inOurs({ first_name: '\u0000' }) }],
  '23502': ['POST', 'broadcasts', { body: inOurs({}) }],
  '23503': ['POST', 'deals', { body: inOurs({ contact_id: randomUUID() }) }],
  '23505': ['POST', 'messages', { body: [message, message] }],
  '23514': ['POST', 'broadcasts', { body: inOurs({ name: '' }) }],
  '42501': ['POST', 'contacts', { body: { organization_id: THEIRS } }],
  '42703': ['GET', 'contacts?select=first_nam'],
  '42704': ['GET', 'contacts?select=id::txt'],
  '42803': ['GET', 'contacts?select=first_name,count()&order=email'],
  '42883': ['GET', 'contacts?id=like.a*'],
  '42P01': 'rest/response/error-response.test.ts',
  '42P10': [
    'POST',
    'contacts?on_conflict=email',
    { body: inOurs({ email: 'a@b.example' }), headers: { prefer: 'resolution=merge-duplicates' } },
  ],
  '53000': 'event-intake.test.ts',
  '53100': 'full-disk.full.test.ts',
  '53300': 'neighbours.test.ts',
  '53400': ['POST', 'webhook_inboxes', { body: Array.from({ length: 11 }, () => inOurs({})) }],
  '54000': ['POST', 'webhook_events', { body: events }],
  '54001': ['GET', `contacts?or=(${conditions})`],
  '55000': async (api) => {
    const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
      body: inOurs({ name: 'a', url: 'https://crm.example/', events: ['*'], secret: 'abcdefgh-abcdefgh' }),
      headers: { prefer: 'return=representation' },
    })
    const again = rotate(json[0]!.id)
    await api.ask(...again)
    return again
  },
  '55006': 'delivery-races.test.ts',
  '57014': 'neighbours.test.ts',
  P0002: ['POST', 'rpc/test_webhook', { body: { webhook_id: randomUUID() } }],
  PGRST000: 'database-away.test.ts',
  PGRST100: ['GET', 'contacts?id=foo.1'],
  PGRST101: ['PATCH', 'rpc/webhook_stats', { body: {} }],
  PGRST102: ['POST', 'contacts', { body: '{' }],
  PGRST103: ['GET', 'contacts?offset=50', { headers: { prefer: 'count=exact' } }],
  PGRST105: ['PUT', 'contacts?first_name=eq.a', { body: inOurs({}) }],
  PGRST106: ['GET', 'contacts', { headers: { 'accept-profile': 'other' } }],
  PGRST107: ['GET', 'contacts', { headers: { accept: 'application/xml' } }],
  PGRST108: ['GET', 'contacts?nope.name=eq.x'],
  PGRST114: ['PUT', `contacts?id=eq.${OURS}&limit=1`, { body: inOurs({ id: OURS }) }],
  PGRST115: ['PUT', `contacts?id=eq.${OURS}`, { body: inOurs({}) }],
  PGRST116: ['GET', `contacts?id=eq.${randomUUID()}`, { headers: OBJECT }],
  PGRST117: 'rest/worked-cases.test.ts',
  PGRST118: ['GET', 'contacts?select=id,deals(id)&order=deals(title)'],
  PGRST120: ['GET', 'contacts?select=id,deals(id)&deals=eq.1'],
  PGRST122: ['GET', 'contacts', { headers: { prefer: 'tx=rollback' } }],
  PGRST124: async (api) => {
    await api.ask('POST', 'contacts', { body: inOurs({ first_name: 'limited' }) })
    const headers = { prefer: 'handling=strict, max-affected=0' }
    return ['DELETE', 'contacts?first_name=eq.limited', { headers }]
  },
  PGRST125: ['GET', 'contacts/1/name'],
  PGRST127: ['GET', 'contacts?select=id,...deals(count())'],
  PGRST200: ['GET', 'contacts?select=id,webhook_logs(id)'],
  PGRST201: 'rest/embedding.test.ts',
  PGRST202: ['POST', 'rpc/test_webhok', { body: {} }],
  PGRST204: ['POST', 'contacts', { body: inOurs({ first_nam: 'a' }) }],
  PGRST205: ['GET', 'contact'],
  PGRST300: 'key-sets.test.ts',
  PGRST301: ['GET', 'contacts', { key: 'wrong' }],
  PGRST302: ['GET', 'contacts', { key: null }],
  PGRST303: 'api/auth/tokens.test.ts',
  PT403: 'session-requests.test.ts',
  PT409: 'repeated-calls.test.ts',
  PT422: async (api) => {
    await api.ask('POST', 'contacts', { body: inOurs({ first_name: 'a' }), headers: KEPT })
    return ['POST', 'contacts', { body: inOurs({ first_name: 'b' }), headers: KEPT, key: SERVICE_KEY }]
  },
  PT429: 'limits.test.ts',
  XX000: 'rest/response/error-response.test.ts',
}

suite('error codes', () => {
  let api: InProcessApi
  let key: string
  let internal: RegExp
  before(async () => {
    api = await openApi(ANY_ENGINE)
    key = await api.storeKey(OURS, 'admin')
    internal = await internalNames(api.database, Object.keys(FUNCTIONS))
  })
  after(() => api.close())

  for (const [code, provoked] of Object.entries(PROVOKED)) {
    if (typeof provoked === 'string') continue
    test(`a refusal with ${code} has its status, says what was wrong and what would be right, with the codes of its texts, and names nothing internal`, async () => {
      const [method, path, ask = {}] = typeof provoked === 'function' ? await provoked(api) : provoked
      const { status, json, headers } = await api.ask<ErrorBody>(method, path, { key, ...ask })
      assert.equal(json.code, code, JSON.stringify(json))
      assert.ok(
        (API_ERRORS[code as ApiErrorCode].statuses as readonly number[]).includes(status),
        `${status}`,
      )
      assert.equal(headers['proxy-status'], `PostgREST; error=${code}`)
      assert.deepEqual(mainKeysOf(json), ['code', 'details', 'hint', 'message'])
      assert.notEqual(json.message, '')
      const told = `${json.message} ${json.details} ${json.hint}`
      assert.ok(
        json.hint !== null || /expecting|must|at most|the result contains/i.test(told),
        `no fix: ${told}`,
      )
      assert.doesNotMatch(told, internal)
      assert.deepEqual(textsWithoutCode(json), [])
    })
  }
})
