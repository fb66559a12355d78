import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { ANY_ENGINE, openMigrated } from '../../../test/harness/databases.ts'
import { UNSHARED } from '../../database/database-shares.ts'
import type { Database } from '../../database/database.ts'
import { newToken } from '../../domain/ids.ts'
import { OPERATOR } from '../../domain/principal.ts'
import type { RestResponse } from '../../rest/request/rest-message.ts'
import { createSecretBox } from '../../secrets/secret-box.ts'
import type { RunOnce } from './run-once.ts'
import { createRunOnce } from './run-once.ts'

suite('a call with an Idempotency-Key', () => {
  let database: Database
  let close: () => Promise<void>
  let runOnce: RunOnce
  before(async () => {
    ;({ database, close } = await openMigrated(ANY_ENGINE))
    const box = createSecretBox([Buffer.alloc(32, 7)])
    runOnce = createRunOnce({ database, shares: UNSHARED, box, log: { warn: assert.fail } })
  })
  after(async () => await close())

  function request(key: string | undefined): FastifyRequest {
    const headers = key === undefined ? {} : { 'idempotency-key': key }
    const url = '/rest/v1/contacts'
    const caller = { principal: OPERATOR }
    return { method: 'POST', url, raw: { url, rawHeaders: [] }, headers, body: '{}', caller } as never
  }
  const respond = (status: number): RestResponse => ({ status, headers: {}, body: String(status) })

  for (const status of [408, 429, 500, 503, 507]) {
    test(`a response with ${status} is not kept, because the call may succeed later`, async () => {
      const asked = request(newToken())
      assert.equal((await runOnce(asked, async () => respond(status))).status, status)
      assert.equal((await runOnce(asked, async () => respond(201))).status, 201)
      assert.equal((await runOnce(asked, async () => respond(400))).status, 201)
    })
  }

  test('what a handler throws is passed on', async () => {
    const asked = request(newToken())
    await assert.rejects(
      runOnce(asked, () => Promise.reject(new Error('a defect'))),
      /a defect/,
    )
    assert.equal((await runOnce(asked, async () => respond(200))).status, 200)
  })

  test('a call without a key asks the database nothing', async () => {
    const unused = { query: assert.fail, transaction: assert.fail } as never
    const run = createRunOnce({
      database: unused,
      shares: UNSHARED,
      box: unused,
      log: { warn: assert.fail },
    })
    const { status } = await run(request(undefined), async (principal, keep) => {
      assert.deepEqual([principal, keep], [OPERATOR, undefined])
      return respond(201)
    })
    assert.equal(status, 201)
  })
})
