import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { EXPOSED } from './harness/exposed-tables.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { Answer, Ask, InProcessApi } from './harness/in-process-api.ts'

/** Tables in which an organization may choose the id of a new row. */
const TABLES = [
  'contacts',
  'deals',
  'conversations',
  'broadcasts',
  'messages',
  'meetings',
  'webhook_configurations',
  'api_keys',
]
const SHOWN = { prefer: 'return=representation' }
const RESOLUTIONS = ['', ',resolution=merge-duplicates', ',resolution=ignore-duplicates']

/** An id that a program derives from an e-mail address (UUID version 5, RFC 9562). */
function idOfAddress(address: string): string {
  const hash = createHash('sha1').update(address).digest()
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

for (const engine of ENGINES) {
  suite(`ids chosen by an organization (${engine})`, () => {
    let api: InProcessApi
    let ours: string
    before(async () => {
      api = await openApi(engine)
      ours = await api.storeKey(OURS, 'admin')
    })
    after(async () => await api.close())

    const rowOf = (table: string, organization: string): Record<string, unknown> =>
      EXPOSED[table]!.row!(organization)
    const post = async (table: string, body: unknown, more: Ask = {}): Promise<Answer<ErrorBody>> =>
      await api.ask<ErrorBody>('POST', table, { key: ours, body, headers: SHOWN, ...more })
    /** With the service key, which may choose any id. */
    async function storeTheirs(table: string, id: string): Promise<void> {
      const { status } = await api.ask('POST', table, {
        body: { ...rowOf(table, THEIRS), id },
        headers: SHOWN,
      })
      assert.equal(status, 201)
    }

    for (const table of TABLES) {
      test(`an organization may choose a random id for a new row of ${table}`, async () => {
        for (const id of [randomUUID(), newId()]) {
          assert.equal((await post(table, { ...rowOf(table, OURS), id })).status, 201)
        }
      })

      test(`an id that can be guessed is refused in ${table}, whether or not another organization has it`, async () => {
        const [theirs, free] = [idOfAddress(`${table}@theirs.example`), idOfAddress(`${table}@free.example`)]
        await storeTheirs(table, theirs)
        for (const resolution of RESOLUTIONS) {
          const headers = { prefer: `${SHOWN.prefer}${resolution}` }
          const answers = await Promise.all(
            [theirs, free, theirs.replaceAll('-', '').toUpperCase()].map((id) =>
              post(table, { ...rowOf(table, OURS), id }, { headers }),
            ),
          )
          const [first, second] = answers
          assert.deepEqual([first!.status, first!.json], [second!.status, second!.json], resolution)
          assert.equal(first!.status, 400)
          assert.equal(first!.json.details, 'id')
          // The same id in another spelling.
          assert.equal(answers[2]!.status, 400)
        }
      })
    }

    test('an organization can merge into its own row even if the id of the row is not random', async () => {
      const id = idOfAddress('contact@ours.example')
      await api.ask('POST', 'contacts', { body: { organization_id: OURS, id } })
      const headers = { prefer: 'resolution=merge-duplicates' }
      const merged = await post(
        'contacts?on_conflict=id',
        { organization_id: OURS, id, company: 'x' },
        { headers },
      )
      assert.equal(merged.status, 200)
      const { json } = await api.ask('GET', `contacts?id=eq.${id}&select=company`, { key: ours })
      assert.deepEqual(json, [{ company: 'x' }])
    })

    test("a post with the id of another organization's row neither changes nor reveals that row", async () => {
      for (const table of TABLES) {
        const id = newId()
        await storeTheirs(table, id)
        const stored = await api.ask('GET', `${table}?id=eq.${id}`)
        for (const resolution of RESOLUTIONS) {
          const headers = { prefer: `${SHOWN.prefer}${resolution}` }
          const { status, json } = await post(table, { ...rowOf(table, OURS), id }, { headers })
          // 400: keys are not upserted.
          assert.ok([201, 400, 403, 409].includes(status), `${table}: ${status}`)
          assert.doesNotMatch(JSON.stringify(json ?? null), new RegExp(`${id}|${THEIRS}`))
        }
        assert.deepEqual((await api.ask('GET', `${table}?id=eq.${id}`)).json, stored.json)
        assert.deepEqual((await api.ask('GET', `${table}?id=eq.${id}`, { key: ours })).json, [])
      }
    })

    test("the id of another organization's deleted webhook cannot be reused", async () => {
      const id = newId()
      await storeTheirs('webhook_configurations', id)
      await api.database.query(
        `insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event)
         values ($1, $2, $3, 'deal.created')`,
        [THEIRS, id, newId()],
      )
      const body = { ...rowOf('webhook_configurations', OURS), id }
      const taken = await post('webhook_configurations', body)
      await api.ask('DELETE', `webhook_configurations?id=eq.${id}`)
      const left = await post('webhook_configurations', body)
      assert.deepEqual([left.status, left.json], [409, taken.json])
    })
  })
}
