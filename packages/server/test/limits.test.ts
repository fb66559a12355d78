import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

for (const engine of ENGINES) {
  suite(`how many webhooks an organization may have (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      api = await openApi(engine, { MAX_WEBHOOKS: '3' })
    })
    after(async () => await api.close())

    const webhook = (organization: string) => ({
      organization_id: organization,
      name: 'a',
      url: 'https://a.example/',
      events: ['*'],
    })
    const create = async (body: unknown) =>
      await api.ask<ErrorBody>('POST', 'webhook_configurations', { body })

    test('is kept when they are created at once', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(webhook(OURS))))
      const refused = answers.filter(({ status }) => status !== 201)
      assert.equal(refused.length, 7)
      for (const { status, json } of refused) {
        assert.deepEqual([status, json.code], [409, '53400'])
        assert.match(json.message, /at most 3 webhooks/)
        assert.match(json.hint ?? '', /MAX_WEBHOOKS/)
      }
    })

    test('is kept in bulk, where nothing of the request is stored', async () => {
      const { status } = await create(Array.from({ length: 4 }, () => webhook(THEIRS)))
      assert.equal(status, 409)
      const { json } = await api.ask('GET', `webhook_configurations?organization_id=eq.${THEIRS}`)
      assert.deepEqual(json, [])
      assert.equal((await create([webhook(THEIRS), webhook(THEIRS)])).status, 201)
    })

    test('leaves room again when one is deleted', async () => {
      const path = `webhook_configurations?organization_id=eq.${OURS}`
      const { json } = await api.ask<{ id: string }[]>('GET', `${path}&select=id&limit=1`)
      await api.ask('DELETE', `${path}&id=eq.${json[0]!.id}`)
      assert.equal((await create(webhook(OURS))).status, 201)
      assert.equal((await create(webhook(OURS))).status, 409)
    })
  })
}
