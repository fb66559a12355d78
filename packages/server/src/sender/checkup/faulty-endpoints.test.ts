import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { CheckName } from '../../domain/checkup.ts'
import type { Respond } from './checkup-fixture.ts'
import {
  SECRET,
  all,
  check,
  createEndpoints,
  find,
  isOld,
  isValid,
  statuses,
  verifying,
} from './checkup-fixture.ts'

const FAULTS: readonly { name: CheckName; status: string; advice: RegExp; respond: Respond }[] = [
  {
    name: 'keep_alive',
    status: 'warn',
    advice: /keep-alive/,
    respond: (arrived, response) => verifying()(arrived, response.setHeader('connection', 'close')),
  },
  {
    name: 'repeated_id',
    status: 'fail',
    advice: /already processed/,
    respond: (arrived, response) =>
      arrived.headers['x-webhook-attempt'] === '2'
        ? response.writeHead(409).end()
        : verifying()(arrived, response),
  },
  {
    name: 'unknown_event',
    status: 'warn',
    advice: /types that you do not know/,
    respond: (arrived, response) =>
      arrived.headers['x-webhook-event'] === 'checkup.unknown_event'
        ? response.writeHead(422).end()
        : verifying()(arrived, response),
  },
  {
    name: 'emoji',
    status: 'fail',
    advice: /utf8mb4/,
    respond: (arrived, response) =>
      arrived.body.includes('👍') ? response.writeHead(500).end() : verifying()(arrived, response),
  },
  {
    name: 'large_body',
    status: 'fail',
    advice: /up to 1 MB/,
    respond: (arrived, response) =>
      arrived.body.length > 100_000 ? response.writeHead(413).end() : verifying()(arrived, response),
  },
  {
    name: 'missing_signature',
    status: 'fail',
    advice: /without a signature/,
    respond: (arrived, response) =>
      arrived.headers['webhook-signature'] === undefined
        ? response.writeHead(204).end()
        : verifying()(arrived, response),
  },
  {
    name: 'wrong_signature',
    status: 'warn',
    advice: /Return 401/,
    // A crash, or a framework that turns every exception into a 500.
    respond: async (arrived, response) => {
      const isOther = arrived.headers['webhook-signature'] === undefined || isOld(arrived)
      const isRefused = !(await isValid(arrived, SECRET))
      response.writeHead(!isRefused ? 204 : isOther ? 401 : 500).end()
    },
  },
]

suite('a check-up of an endpoint with one fault', () => {
  const endpoints = createEndpoints()
  const { serve } = endpoints
  after(() => endpoints.close())

  for (const { name, status, advice, respond } of FAULTS) {
    test(`an endpoint whose only fault is ${name} fails in nothing else, and is told what to do`, async () => {
      const { url } = await serve(respond)
      const checks = await check(url)
      assert.deepEqual(statuses(checks), all('pass', { [name]: status }))
      const { advice: given, codes } = find(checks, name)
      assert.match(given ?? '', advice)
      assert.ok(codes['advice'], `no code for "${given}"`)
    })
  }
})
