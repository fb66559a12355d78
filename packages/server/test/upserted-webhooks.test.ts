import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import { ENGINES } from './harness/databases.ts'
import { EXPOSED } from './harness/exposed-tables.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'

const SHOWN = { prefer: 'resolution=merge-duplicates,return=representation' }
const HIDDEN = /sealed|key_hash|previous_secret"|pkey|_internal/

interface Webhook {
  id: string
  name: string
  has_secret: boolean
  secret_hint: string | null
  secret?: string
}

for (const engine of ENGINES) {
  suite(`upserts of webhooks and keys (${engine})`, () => {
    let api: InProcessApi
    let key: string
    before(async () => {
      api = await openApi(engine)
      key = await api.storeKey(OURS, 'admin')
    })
    after(() => api.close())

    const hook = (more: object): object => ({
      organization_id: OURS,
      name: 'a',
      url: 'https://crm.example.com/x',
      events: ['deal.*'],
      ...more,
    })
    const upsert = async <T = Webhook[]>(body: unknown, path = 'webhook_configurations?on_conflict=id') =>
      await api.ask<T>('POST', path, { key, headers: SHOWN, body })
    const readSealed = async (id: string): Promise<{ secret: string; sealed_auth: string | null }> => {
      const { rows } = await api.database.query<{ secret: string; sealed_auth: string | null }>(
        'select secret, sealed_auth from webhooks.webhook_configurations where id = $1',
        [id],
      )
      return rows[0]!
    }

    test('a webhook with a secret is inserted, and changed when it is upserted again', async () => {
      const id = newId()
      const created = await upsert([hook({ id, secret: 'first-secret-1' })])
      assert.equal(created.status, 201, JSON.stringify(created.json))
      assert.deepEqual([created.json[0]?.has_secret, created.json[0]?.id], [true, id])
      const first = await readSealed(id)
      assert.doesNotMatch(first.secret, /first-secret/)
      const changed = await upsert([
        hook({ id, organization_id: OURS.toUpperCase(), secret: 'second-secret-2', name: 'b' }),
      ])
      assert.deepEqual([changed.status, changed.json[0]?.name], [200, 'b'])
      assert.notEqual(changed.json[0]?.secret_hint, created.json[0]?.secret_hint)
      assert.notEqual((await readSealed(id)).secret, first.secret)
      assert.doesNotMatch(JSON.stringify([created.json, changed.json]), HIDDEN)
    })

    test('an upserted secret is sealed for the webhook that has it', async () => {
      const id = newId()
      for (const secret of ['first-secret-1', 'second-secret-2']) {
        await upsert([hook({ id, secret })])
        const box = createSecretBox([Buffer.alloc(32, 7)])
        assert.equal(box.open((await readSealed(id)).secret, `webhook_configurations.secret:${id}`), secret)
      }
    })

    test('rows that exist and new ones can be upserted together, in any order, with a generated secret', async () => {
      const [old, added] = [newId(), newId()]
      await upsert([hook({ id: old })])
      const { status, json } = await upsert([
        hook({ id: added, name: 'new', secret: 'generate' }),
        hook({ id: old, name: 'old', secret: 'generate' }),
      ])
      assert.equal(status, 201)
      assert.deepEqual(
        json.map(({ id, name, secret }) => [id, name, secret?.startsWith('whsec_')]),
        [
          [added, 'new', true],
          [old, 'old', true],
        ],
      )
    })

    test('an upserted authentication is sealed for the webhook that has it, and shown without its secret', async () => {
      const [old, added] = [newId(), newId()]
      const auth = { type: 'oauth2', token_url: 'https://id.example.com/token', client_id: 'crm' }
      const withSecret = (client_secret: string): object => ({ auth: { ...auth, client_secret } })
      await upsert([hook({ id: old })])
      const { status, json } = await upsert<(Webhook & { auth: unknown })[]>([
        hook({ id: added, ...withSecret('secret-of-added') }),
        hook({ id: old, ...withSecret('secret-of-old') }),
      ])
      assert.equal(status, 201, JSON.stringify(json))
      assert.deepEqual(
        json.map((row) => [row.id, row.auth]),
        [
          [added, auth],
          [old, auth],
        ],
      )
      const box = createSecretBox([Buffer.alloc(32, 7)])
      for (const [id, secret] of [
        [old, 'secret-of-old'],
        [added, 'secret-of-added'],
      ] as const) {
        const opened = box.open((await readSealed(id)).sealed_auth!, `webhook_configurations.auth:${id}`)
        assert.deepEqual(JSON.parse(opened), { ...auth, client_secret: secret })
      }
      const kept = await upsert<(Webhook & { auth: unknown })[]>([hook({ id: old, name: 'kept' })])
      assert.deepEqual([kept.status, kept.json[0]?.auth], [200, auth])
      const dropped = await upsert<(Webhook & { auth: unknown })[]>([hook({ id: old, auth: null })])
      assert.deepEqual([dropped.json[0]?.auth, (await readSealed(old)).sealed_auth], [null, null])
    })

    test('an invalid row of an upsert is named by its place in the request, whether it is new or exists', async () => {
      const [old, added] = [newId(), newId()]
      await upsert([hook({ id: old })])
      const wrong = { url: 'ftp://crm.example.com/' }
      for (const rows of [
        [hook({ id: old, name: 'b' }), hook({ id: newId() }), hook({ id: added, ...wrong })],
        [hook({ id: newId() }), hook({ id: added }), hook({ id: old, ...wrong })],
      ]) {
        const { status, json } = await upsert<{ message: string; details: string }>(rows)
        assert.deepEqual([status, json.details], [400, 'url'])
        assert.match(json.message, /^row 2: url: /)
      }
    })

    test('a webhook can be put with a secret and headers', async () => {
      const id = newId()
      const put = async (more: object) =>
        await api.ask<Webhook[]>('PUT', `webhook_configurations?id=eq.${id}`, {
          key,
          headers: { prefer: 'return=representation' },
          body: hook({ id, ...more }),
        })
      assert.equal((await put({ secret: 'first-secret-1', headers: { 'x-a': 'b-c-d' } })).status, 201)
      const changed = await put({ secret: null, headers: {} })
      assert.deepEqual([changed.status, changed.json[0]?.has_secret], [200, false])
    })

    test('an invalid value is refused for a new row and for one that exists, and nothing is stored', async () => {
      const [old, added] = [newId(), newId()]
      await upsert([hook({ id: old })])
      for (const wrong of [{ secret: 'x' }, { url: 'ftp://crm.example.com/' }, { events: ['nope.nope'] }]) {
        for (const id of [old, added]) {
          const { status, json } = await upsert<object>([
            hook({ id: newId(), name: 'other', secret: 'long-enough' }),
            hook({ id, name: 'wrong', secret: 'long-enough', ...wrong }),
          ])
          assert.equal(status, 400, JSON.stringify(json))
          assert.doesNotMatch(JSON.stringify(json), HIDDEN)
        }
      }
      const { json } = await api.ask('GET', 'webhook_configurations?name=in.(wrong,other)', { key })
      assert.deepEqual(json, [])
    })

    test('one row twice, and a target that is not unique, are refused', async () => {
      const row = hook({ id: newId(), secret: 'first-secret-1' })
      await upsert([row])
      const twice = await upsert<{ code: string }>([row, row])
      assert.deepEqual([twice.status, twice.json.code], [400, '21000'])
      const byName = await upsert<{ code: string }>([row], 'webhook_configurations?on_conflict=name')
      assert.deepEqual([byName.status, byName.json.code], [400, '42P10'])
    })

    test("another organization's webhook is neither changed nor revealed by an upsert", async () => {
      const id = newId()
      const theirs = { ...hook({ id, secret: 'their-secret-1' }), organization_id: THEIRS }
      assert.equal((await api.ask('POST', 'webhook_configurations', { body: theirs })).status, 201)
      const { status, json } = await upsert<object>([hook({ id, secret: 'ours-secret-1' })])
      assert.ok([403, 409].includes(status), JSON.stringify(json))
      assert.doesNotMatch(JSON.stringify(json), new RegExp(`${id}|${THEIRS}`))
      const own = newId()
      await upsert([hook({ id: own })])
      const moved = await upsert<{ code: string }>([{ ...hook({ id: own }), organization_id: THEIRS }])
      assert.ok([400, 403].includes(moved.status), JSON.stringify(moved.json))
      const { json: stored } = await api.ask('GET', `webhook_configurations?id=eq.${id}&select=name`)
      assert.deepEqual(stored, [{ name: 'a' }])
    })

    test('a key can be renamed by an upsert, which shows no key then', async () => {
      const row = { id: newId(), organization_id: OURS, name: 'one', scope: 'read' }
      const created = await upsert<{ key?: string }[]>([row], 'api_keys?on_conflict=id')
      assert.equal(created.status, 201, JSON.stringify(created.json))
      assert.match(created.json[0]?.key ?? '', /^cgw_/)
      const renamed = await upsert<{ name: string; key?: string }[]>(
        [{ ...row, name: 'two' }],
        'api_keys?on_conflict=id',
      )
      assert.deepEqual([renamed.status, renamed.json[0]?.name, renamed.json[0]?.key], [200, 'two', undefined])
      const widened = await upsert<{ code: string; message: string }>(
        [{ ...row, scope: 'admin' }],
        'api_keys?on_conflict=id',
      )
      assert.ok([400, 403].includes(widened.status))
      assert.doesNotMatch(JSON.stringify(widened.json), HIDDEN)
      const { json } = await api.ask('GET', `api_keys?id=eq.${row.id}&select=scope`, { key })
      assert.deepEqual(json, [{ scope: 'read' }])
    })

    test('upserts of one webhook at once all succeed', async () => {
      const id = newId()
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) => upsert([hook({ id, name, secret: 'first-secret-1' })])),
      )
      assert.deepEqual(
        answers.map(({ status }) => status).toSorted((one, other) => one - other),
        [200, 200, 200, 201],
        JSON.stringify(answers.map(({ json }) => json)),
      )
    })

    test("a PUT never reaches another organization's row, whatever its table", async () => {
      let tried = 0
      for (const [table, { row }] of Object.entries(EXPOSED)) {
        const id = newId()
        const theirs = { ...row?.(THEIRS), id }
        if (row === undefined || (await api.ask('POST', table, { body: theirs })).status !== 201) continue
        const stored = await api.ask('GET', `${table}?id=eq.${id}`)
        const put = await api.ask('PUT', `${table}?id=eq.${id}`, { key, body: { ...row(OURS), id } })
        assert.ok([403, 405, 409].includes(put.status), `${table}: ${put.status}`)
        assert.deepEqual((await api.ask('GET', `${table}?id=eq.${id}`)).json, stored.json, table)
        tried += 1
      }
      assert.ok(tried > 5)
    })

    test('a session or key that may only read cannot put', async () => {
      const reader = await api.storeKey(OURS, 'read')
      const id = newId()
      const { status } = await api.ask('PUT', `webhook_configurations?id=eq.${id}`, {
        key: reader,
        body: hook({ id }),
      })
      assert.equal(status, 403)
    })
  })
}
