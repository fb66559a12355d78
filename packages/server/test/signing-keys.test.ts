import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { expireSigningKeys } from '../src/maintenance/expire-signing-keys.ts'
import type { ErrorBody } from './harness/api.ts'
import type { SigningKeyRow } from './harness/asymmetric.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import { signingKeyContext } from '../src/secrets/sealed-columns.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { noteSecret } from './harness/witness/notebook.ts'

interface Rotated {
  id: string
  organization_id: string
  public_key: string
  previous_expires_at: string | null
}

/** Of the harness. */
const ENCRYPTION_KEY = Buffer.alloc(32, 7)

for (const engine of ENGINES) {
  suite(`signing keys (${engine})`, () => {
    let api: InProcessApi
    let admin: string
    let stranger: string
    before(async () => {
      api = await openApi(engine)
      admin = await api.storeKey(OURS, 'admin')
      stranger = await api.storeKey(THEIRS, 'admin')
    })
    after(async () => await api.close())

    const list = async (key?: string): Promise<SigningKeyRow[]> =>
      (
        await api.ask<SigningKeyRow[]>(
          'GET',
          'webhook_signing_keys?order=created_at.desc,id.desc',
          key === undefined ? {} : { key },
        )
      ).json
    const rotate = async <T = Rotated>(body: object, key?: string) =>
      await api.ask<T>('POST', 'rpc/rotate_signing_key', { body, ...(key === undefined ? {} : { key }) })
    const createWebhook = async (organization: string, fields: object = {}, key?: string) =>
      await api.ask<ErrorBody>('POST', 'webhook_configurations', {
        ...(key === undefined ? {} : { key }),
        body: {
          organization_id: organization,
          name: 'Keys',
          url: 'http://127.0.0.1:8080/',
          events: ['deal.created'],
          signature_type: 'ed25519',
          ...fields,
        },
      })
    const forget = async (): Promise<void> => {
      await api.database.query('delete from webhooks.webhook_configurations')
      await api.database.query('delete from webhooks.webhook_signing_keys')
    }

    test('an organization has no key until its first webhook with public keys, and one from then on', async () => {
      await forget()
      await createWebhook(OURS, { signature_type: 'hmac' }, admin)
      assert.deepEqual(await list(), [])
      assert.equal((await createWebhook(OURS, {}, admin)).status, 201)
      const [key, ...others] = await list(admin)
      assert.deepEqual([key?.organization_id, key?.expires_at, others], [OURS, null, []])
      assert.match(key!.public_key, /^whpk_[A-Za-z0-9+/]{43}=$/)
      assert.equal((await createWebhook(OURS, {}, admin)).status, 201)
      await Promise.all([createWebhook(OURS), createWebhook(OURS)])
      assert.deepEqual(await list(admin), [key])
    })

    test('several first webhooks at once create one key', async () => {
      await forget()
      const answers = await Promise.all(Array.from({ length: 5 }, () => createWebhook(OURS, {}, admin)))
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 201, 201, 201, 201],
      )
      assert.equal((await list(admin)).length, 1)
    })

    test('a webhook that is refused leaves no key behind', async () => {
      await forget()
      assert.equal((await createWebhook(THEIRS, {}, admin)).status, 403)
      assert.equal((await createWebhook(OURS, { id: 'no-uuid' }, admin)).status, 400)
      const unknown = '0190a000-0000-7000-8000-0000000000ff'
      const { status, json } = await createWebhook(unknown)
      assert.deepEqual([status, json.code], [409, '23503'])
      assert.match(json.message, /^organization_id: /)
      assert.deepEqual(await list(), [])
    })

    test('an organization reads its own keys only, and nobody can write or read a private key', async () => {
      await forget()
      await createWebhook(OURS)
      await createWebhook(THEIRS)
      assert.equal((await list()).length, 2)
      const reader = await api.storeKey(OURS, 'read')
      for (const key of [admin, reader])
        assert.deepEqual(
          (await list(key)).map(({ organization_id: id }) => id),
          [OURS],
        )
      for (const key of [undefined, admin, reader]) {
        const ask = key === undefined ? {} : { key }
        const columns = Object.keys((await list(key))[0]!)
        assert.deepEqual(columns.toSorted(), [
          'created_at',
          'expires_at',
          'id',
          'organization_id',
          'public_key',
        ])
        for (const query of ['select=private_key', 'private_key=not.is.null', 'order=private_key'])
          assert.ok((await api.ask('GET', `webhook_signing_keys?${query}`, ask)).status >= 400, query)
        const row = { organization_id: OURS, public_key: 'whpk_AAAA', private_key: 'v1.AAAA' }
        for (const [method, path] of [
          ['POST', 'webhook_signing_keys'],
          ['PATCH', `webhook_signing_keys?organization_id=eq.${OURS}`],
          ['DELETE', `webhook_signing_keys?organization_id=eq.${OURS}`],
        ] as const)
          assert.ok((await api.ask(method, path, { ...ask, body: row })).status >= 400, method)
      }
      assert.equal((await list()).length, 2)
    })

    test('a private key is stored encrypted, and bound to its row', async () => {
      const { rows } = await api.database.query<{ private_key: string }>(
        'select private_key from webhooks.webhook_signing_keys',
      )
      for (const { private_key: stored } of rows) assert.match(stored, /^v1\.[0-9a-f]{8}\.[\w-]+$/)
      await assert.rejects(
        api.database.query(`update webhooks.webhook_signing_keys set private_key = 'whsk_AAAA'`),
        /private_key/,
      )
    })

    test('no table, function, document or page of the API contains a private key', async () => {
      await forget()
      await createWebhook(OURS)
      const { rows } = await api.database.query<{ id: string; private_key: string }>(
        'select id, private_key from webhooks.webhook_signing_keys',
      )
      const stored = rows[0]!
      const opened = createSecretBox([ENCRYPTION_KEY]).open(stored.private_key, signingKeyContext(stored.id))
      assert.match(opened, /^whsk_/)
      noteSecret(opened)
      // The seed alone: the public key, which follows it, is meant to be shown.
      const seed = Buffer.from(opened.slice('whsk_'.length), 'base64').subarray(0, 30)
      const secrets = [seed.toString('base64'), seed.toString('base64url'), seed.toString('hex')]
      const shown = [
        JSON.stringify((await rotate({}, admin)).json),
        JSON.stringify((await rotate({ organization_id: THEIRS }, admin)).json),
      ]
      for (const path of ['/docs', '/metrics', `/.well-known/webhooks-keys/${OURS}`])
        shown.push((await api.inject('GET', path)).body)
      for (const key of [undefined, admin]) {
        const ask = key === undefined ? {} : { key }
        const { json } = await api.ask<{ paths: object }>('GET', '', ask)
        const tables = Object.keys(json.paths).filter((path) => /^\/\w+$/.test(path) && path !== '/session')
        for (const table of tables)
          shown.push(JSON.stringify((await api.ask('GET', table.slice(1), ask)).json))
      }
      const text = shown.join('\n')
      assert.ok(text.includes('whpk_'))
      for (const secret of [opened, stored.private_key, ...secrets])
        assert.equal(text.includes(secret), false)
    })

    test('a rotation gives a new key, and the old one until the end of the overlap', async () => {
      await forget()
      await createWebhook(OURS)
      const [old] = await list(admin)
      const { status, json } = await rotate({ overlap: '2h' }, admin)
      assert.deepEqual([status, json.organization_id], [200, OURS])
      const hours = (Date.parse(json.previous_expires_at!) - Date.now()) / 3_600_000
      assert.ok(hours > 1.9 && hours < 2.1, `${hours} hours`)
      const [current, previous, ...others] = await list(admin)
      assert.deepEqual(
        [current?.id, current?.public_key, current?.expires_at],
        [json.id, json.public_key, null],
      )
      assert.deepEqual([previous?.id, previous?.public_key, others], [old!.id, old!.public_key, []])
      assert.equal(Date.parse(previous!.expires_at!), Date.parse(json.previous_expires_at!))
    })

    test('a second rotation within the overlap is refused with the time, unless it has none', async () => {
      await forget()
      await rotate({}, admin)
      const first = await rotate({}, admin)
      const { status, json } = await rotate<ErrorBody>({}, admin)
      assert.deepEqual([status, json.code], [409, '55000'])
      assert.ok(json.message.includes(first.json.previous_expires_at!))
      const { json: alone } = await rotate({ overlap: '0s' }, admin)
      assert.equal(alone.previous_expires_at, null)
      assert.deepEqual(
        (await list(admin)).map(({ id }) => id),
        [alone.id],
      )
    })

    test('of two rotations at once one is done and the other refused', async () => {
      await forget()
      await createWebhook(OURS)
      const answers = await Promise.all([rotate({}, admin), rotate({}, admin)])
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 409]))
      assert.equal((await list(admin)).length, 2)
    })

    test('the overlap is a duration or a number of hours, up to seven days', async () => {
      for (const [overlap, hours] of [
        [undefined, 24],
        [1, 1],
        ['30m', 0.5],
        ['7d', 168],
      ] as const) {
        await forget()
        await rotate({}, admin)
        const { json } = await rotate(overlap === undefined ? {} : { overlap }, admin)
        const given = (Date.parse(json.previous_expires_at!) - Date.now()) / 3_600_000
        assert.ok(Math.abs(given - hours) < 0.1, `${overlap}: ${given} hours`)
      }
      for (const overlap of ['8d', '-1h', 'soon', -1, 169, true, null]) {
        const { status, json } = await rotate<ErrorBody>({ overlap }, admin)
        assert.deepEqual([status, json.details], [400, 'overlap'], String(overlap))
      }
    })

    test('the first rotation of an organization without a key creates it', async () => {
      await forget()
      const { json } = await rotate({ organization_id: OURS })
      assert.deepEqual([json.organization_id, json.previous_expires_at], [OURS, null])
      assert.equal((await list()).length, 1)
    })

    test('the key of another organization cannot be rotated, and the service key names one', async () => {
      assert.equal((await rotate({ organization_id: OURS }, stranger)).status, 404)
      assert.equal((await rotate({}, await api.storeKey(OURS, 'read'))).status, 403)
      const { status, json } = await rotate<ErrorBody>({})
      assert.deepEqual([status, json.details], [400, 'organization_id'])
      const unknown = await rotate<ErrorBody>({ organization_id: '0190a000-0000-7000-8000-0000000000ff' })
      assert.ok(unknown.status >= 400 && unknown.status < 500, String(unknown.status))
    })

    test('maintenance deletes a replaced key after its end, with its private part', async () => {
      await forget()
      await rotate({}, admin)
      const { json } = await rotate({ overlap: '1h' }, admin)
      await expireSigningKeys(api.database)
      assert.equal((await list(admin)).length, 2)
      await api.database.query(
        `update webhooks.webhook_signing_keys set expires_at = now() - interval '1 second' where expires_at is not null`,
      )
      await expireSigningKeys(api.database)
      assert.deepEqual(
        (await list(admin)).map(({ id }) => id),
        [json.id],
      )
    })

    test('the audit log names who created and replaced a key, without the private part', async () => {
      await forget()
      await api.database.query('delete from webhooks.audit_log')
      await createWebhook(OURS, {}, admin)
      await rotate({}, admin)
      const { rows } = await api.database.query<{ action: string; actor_kind: string; entry: string }>(
        `select action, actor_kind, to_json(a)::text as entry from webhooks.audit_log a
         where target_table = 'webhook_signing_keys' order by at`,
      )
      assert.deepEqual(
        rows.map(({ action, actor_kind: kind }) => [action, kind]),
        [
          ['signing_key.created', 'api_key'],
          ['signing_key.updated', 'api_key'],
          ['signing_key.created', 'api_key'],
        ],
      )
      for (const { entry } of rows) assert.doesNotMatch(entry, /"v1\./)
    })

    test('deleting an organization deletes its keys and no others', async () => {
      await forget()
      await createWebhook(OURS)
      await createWebhook(THEIRS)
      assert.equal((await api.ask('DELETE', `organizations?id=eq.${OURS}`)).status, 204)
      assert.deepEqual(
        (await list()).map(({ organization_id: id }) => id),
        [THEIRS],
      )
      await api.storeOrganizations()
    })
  })
}
