import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { faultsOfFilters, faultsOfFunctions, faultsOfTables } from './harness/bad-inputs.ts'
import { faultsOfRefusal } from './harness/clear-refusal.ts'
import type { Fault } from './harness/clear-refusal.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import { internalNames } from './harness/internal-names.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { FUNCTIONS } from '../src/api/rpc/functions.ts'

type Document = Parameters<typeof faultsOfTables>[0]

for (const engine of EVERY_ENGINE) {
  suite(`bad inputs (${engine})`, () => {
    let api: InProcessApi
    let internal: RegExp
    let webhookId: string
    let key: string
    before(async () => {
      api = await openApi(engine, { API_RATE_LIMIT: '0' })
      internal = await internalNames(api.database, Object.keys(FUNCTIONS))
      // A port where nothing listens: a test of it fails at once.
      const body = {
        organization_id: OURS,
        name: 'a',
        url: 'http://127.0.0.1:1025/',
        events: ['*'],
        is_active: false,
      }
      const headers = { prefer: 'return=representation' }
      const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', { body, headers })
      webhookId = json[0]!.id
      key = await api.storeKey(OURS, 'admin')
    })
    after(() => api.close())

    /** What is wrong with the refusals, each kind once for each table or function. */
    async function judge(who: string, choose: (document: Document) => Iterable<Fault>): Promise<string[]> {
      const { json: document } = await api.ask<Document>('GET', '', { key: who })
      const found = new Map<string, string>()
      let refused = 0
      for (const fault of choose(document)) {
        const { method, path, body, what } = fault
        // Keys are shown only once, so that an insert has to ask for its rows.
        const headers = { prefer: 'return=representation' }
        const answer = await api.ask(method, path, { key: who, body, headers })
        if (answer.status >= 400) refused += 1
        for (const rule of faultsOfRefusal(fault, answer, internal))
          found.set(
            `${path.split('?')[0]}: ${rule}`,
            `${what}: ${rule}: ${JSON.stringify(answer.json)}`.slice(0, 600),
          )
      }
      assert.ok(refused > 50, `${refused} requests were refused`)
      return [...found.values()]
    }

    test('every refusal of a bad row names field, row and fix', async () => {
      const ofOperators = ['organizations', 'webhook_event_types']
      const isOfOperators = (table: string): boolean => ofOperators.includes(table)
      assert.deepEqual(await judge(SERVICE_KEY, (document) => faultsOfTables(document, isOfOperators)), [])
      assert.deepEqual(
        await judge(key, (document) => faultsOfTables(document, (table) => !isOfOperators(table))),
        [],
      )
    })

    test('every refusal of a bad filter names the column and the fix', async () => {
      assert.deepEqual(await judge(key, faultsOfFilters), [])
    })

    test('every refusal of a bad argument names it and the fix', async () => {
      for (const who of [SERVICE_KEY, key])
        assert.deepEqual(await judge(who, (document) => faultsOfFunctions(document, webhookId)), [])
    })
  })
}
