import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { EXPOSED } from './harness/exposed-tables.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { Answer, InProcessApi } from './harness/in-process-api.ts'

/** Names of internal objects, which no response to an organization may contain. */
const INTERNAL =
  /webhooks_internal|key_hash|token_hash|sealed_headers|previous_secret"|USING expression|_default|PL\/pgSQL/
const REFERENCES = { contact_id: 'contacts', conversation_id: 'conversations', broadcast_id: 'broadcasts' }
const WRITTEN = Object.entries(EXPOSED).filter(
  ([, { row, writers, audience }]) => row !== undefined && writers === undefined && audience !== 'operator',
)

for (const engine of ENGINES) {
  suite(`information about other organizations and internal objects in errors of writes (${engine})`, () => {
    let api: InProcessApi
    let ours: string
    before(async () => {
      api = await openApi(engine)
      ours = await api.storeKey(OURS, 'admin')
    })
    after(async () => await api.close())

    async function ask(
      method: string,
      path: string,
      body?: unknown,
      prefer = '',
    ): Promise<Answer<ErrorBody>> {
      const headers = { prefer: `return=representation${prefer}` }
      return await api.ask<ErrorBody>(method, path, { key: ours, body, headers })
    }
    async function refused(method: string, path: string, body: unknown, prefer?: string) {
      const { status, json } = await ask(method, path, body, prefer)
      assert.doesNotMatch(JSON.stringify(json), INTERNAL, `${method} ${path}`)
      return { status, json }
    }
    async function storeTheirs(table: string): Promise<string> {
      const id = newId()
      const headers = { prefer: 'return=representation' }
      const body = { ...EXPOSED[table]!.row!(THEIRS), id }
      const { status, json } = await api.ask('POST', table, { body, headers })
      assert.equal(status, 201, JSON.stringify(json))
      return id
    }

    for (const [table, { row }] of WRITTEN) {
      test(`a write to a hidden column of ${table} gets the error of an unknown column`, async () => {
        const unknown = await refused('POST', table, { ...row!(OURS), nonsense_: 'x' })
        for (const column of ['key_hash', 'sealed_headers', 'previous_secret', 'is_parked', 'token_hash']) {
          const body = { ...row!(OURS), [column]: 'x' }
          const { status, json } = await ask('POST', table, body)
          const told = json.message.replace(column, 'nonsense_')
          assert.deepEqual([status, told], [unknown.status, unknown.json.message], column)
          const conflict = await ask(
            'POST',
            `${table}?on_conflict=${column}`,
            row!(OURS),
            ',resolution=merge-duplicates',
          )
          if (table !== 'webhook_events') assert.equal(conflict.json.code, '42703')
        }
      })

      test(`errors of upserts and invalid values in ${table} name no internal object`, async () => {
        const bodies: object[] = [
          row!(OURS),
          row!(THEIRS),
          {},
          { ...row!(OURS), organization_id: null },
          { ...row!(OURS), organization_id: newId() },
          { ...row!(OURS), id: 'x' },
        ]
        for (const body of bodies) {
          for (const prefer of ['', ',resolution=merge-duplicates', ',resolution=ignore-duplicates']) {
            await refused('POST', table, body, prefer)
          }
          await refused('PATCH', `${table}?organization_id=eq.${OURS}`, body)
        }
      })
    }

    for (const [table, { row }] of WRITTEN) {
      if (!['deals', 'conversations', 'messages', 'meetings'].includes(table)) continue
      for (const [column, target] of Object.entries(REFERENCES)) {
        test(`${table}.${column} gets the same error for another organization's row as for a missing one`, async () => {
          const theirs = await storeTheirs(target)
          const answers = await Promise.all(
            [theirs, newId()].map((id) => refused('POST', table, { ...row!(OURS), [column]: id })),
          )
          assert.deepEqual(answers[0], answers[1])
          assert.ok([400, 409].includes(answers[0]!.status))
          const own = await ask('POST', table, row!(OURS))
          assert.equal(own.status, 201)
          const changes = await Promise.all(
            [theirs, newId()].map((id) =>
              refused('PATCH', `${table}?organization_id=eq.${OURS}`, { [column]: id }),
            ),
          )
          assert.deepEqual(changes[0], changes[1])
        })
      }
    }
  })
}
