import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { ENGINES, openMigrated } from '../../test/harness/databases.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../domain/ids.ts'
import { generateSigningKeyPair } from '../domain/signature/ed25519.ts'
import { resealAll } from './reseal.ts'
import {
  SEALED_TABLES,
  authContext,
  headersContext,
  secretContext,
  signingKeyContext,
  sourceSecretContext,
  verifyTokenContext,
} from './sealed-columns.ts'
import { createSecretBox, keyId } from './secret-box.ts'
import { createTargetOpener } from './webhook-target.ts'
import type { TargetRow } from '../domain/webhook.ts'

const MANY = 230
const [old, fresh] = [randomBytes(32), randomBytes(32)]
const box = createSecretBox([old])
const organization = newId()
const AUTH = {
  type: 'oauth2',
  token_url: 'https://token.example/',
  client_id: 'client',
  client_secret: 'client-secret',
} as const

for (const engine of ENGINES) {
  suite(`re-encryption with another key (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      await database.query(`insert into public.organizations (id, name) values ($1, 'Acme')`, [organization])
      await database.query('update webhooks_internal.limits set max_webhooks = 1000')
    })
    after(async () => await close())

    async function storeWebhook(): Promise<string> {
      const id = newId()
      await database.query(
        `insert into webhooks.webhook_configurations
           (id, organization_id, name, url, events, secret, previous_secret, previous_secret_until, sealed_headers, sealed_auth)
         values ($1, $2, 'a', 'https://a.example/', '{*}', $3, $4, now() + interval '1 day', $5, $6)`,
        [
          id,
          organization,
          box.seal('the-secret', secretContext(id)),
          box.seal('the-one-before', secretContext(id)),
          box.seal('{"X-Key":"value"}', headersContext(id)),
          box.seal(JSON.stringify(AUTH), authContext(id)),
        ],
      )
      return id
    }
    const storeWebhooks = async (count: number): Promise<void> => {
      await database.query('delete from webhooks.webhook_configurations')
      for (let n = 0; n < count; n += 1) await storeWebhook()
    }
    const read = async (id: string): Promise<TargetRow> =>
      (await database.query<TargetRow>('select * from webhooks_internal.targets where webhook_id = $1', [id]))
        .rows[0]!
    const openWith = (keys: Buffer[], row: TargetRow) =>
      createTargetOpener(createSecretBox(keys), { timeout: 1, maxInFlight: 1 })(row)
    const countSealedWith = async (key: Buffer): Promise<number> => {
      const { rows } = await database.query<{ count: number }>(
        `select count(*) from webhooks.webhook_configurations where split_part(secret, '.', 2) = $1`,
        [keyId(key)],
      )
      return rows[0]!.count
    }

    test('re-encryption covers every column with encrypted values', async () => {
      const { rows } = await database.query<{ table: string; column: string }>(
        `select c.conrelid::regclass::text as table, a.attname as column
         from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
         where c.contype = 'c' and pg_get_constraintdef(c.oid) like '%v1.%' order by 1, 2`,
      )
      const known = SEALED_TABLES.flatMap(({ schema, name, columns }) =>
        Object.keys(columns).map((column) => ({ table: `${schema}.${name}`, column })),
      )
      assert.deepEqual(
        rows,
        known.toSorted((a, b) => (`${a.table} ${a.column}` < `${b.table} ${b.column}` ? -1 : 1)),
      )
    })

    test('re-encrypted values decrypt without the old key, and their rows have not changed otherwise', async () => {
      await storeWebhooks(MANY)
      const id = await storeWebhook()
      const source = newId()
      await database.query(
        `insert into webhooks.webhook_sources (id, organization_id, provider, secret, verify_token, secret_hint)
         values ($1, $2, 'whatsapp', $3, $4, '…')`,
        [
          source,
          organization,
          box.seal('app-secret', sourceSecretContext(source)),
          box.seal('verify-token', verifyTokenContext(source)),
        ],
      )
      const signingKey = newId()
      const { privateKey, publicKey } = generateSigningKeyPair()
      await database.query(
        `insert into webhooks.webhook_signing_keys (id, organization_id, public_key, private_key) values ($1, $2, $3, $4)`,
        [signingKey, organization, publicKey, box.seal(privateKey, signingKeyContext(signingKey))],
      )
      const updated = `select max(updated_at) as at from webhooks.webhook_configurations`
      const { rows: was } = await database.query<{ at: Date }>(updated)
      const counted = await resealAll(database, [fresh, old], { dryRun: true })
      assert.deepEqual(counted.rows, {
        webhook_configurations: MANY + 1,
        webhook_signing_keys: 1,
        webhook_sources: 1,
        repeated_calls: 0,
      })
      assert.equal(await countSealedWith(fresh), 0)
      assert.deepEqual(await resealAll(database, [fresh, old], { dryRun: false }), counted)
      const target = openWith([fresh], await read(id))
      assert.deepEqual(target.secrets, ['the-secret', 'the-one-before'])
      assert.deepEqual(
        [target.headers, target.auth, target.unreadable],
        [{ 'X-Key': 'value' }, AUTH, undefined],
      )
      const { rows: sources } = await database.query<{ secret: string; verify_token: string }>(
        'select secret, verify_token from webhooks.webhook_sources',
      )
      const opened = createSecretBox([fresh])
      assert.equal(opened.open(sources[0]!.secret, sourceSecretContext(source)), 'app-secret')
      assert.equal(opened.open(sources[0]!.verify_token, verifyTokenContext(source)), 'verify-token')
      const { rows: keys } = await database.query<{ private_key: string }>(
        'select private_key from webhooks.webhook_signing_keys',
      )
      assert.equal(opened.open(keys[0]!.private_key, signingKeyContext(signingKey)), privateKey)
      assert.deepEqual((await database.query(updated)).rows, was)
      const { rows: entries } = await database.query<{
        action: string
        actor_kind: string
        new_values: string
      }>(
        `select action, actor_kind, new_values from webhooks.audit_log where actor_kind = 'cli' order by target_table`,
      )
      assert.deepEqual(
        entries.map(({ action, new_values }) => [action, JSON.parse(new_values)]),
        [
          ['secrets.reencrypted', { rows: MANY + 1 }],
          ['secrets.reencrypted', { rows: 1 }],
          ['secrets.reencrypted', { rows: 1 }],
        ],
      )
      const { rows: changes } = await database.query(
        `select from webhooks.audit_log where action like '%.secret_changed' or action like '%.updated'`,
      )
      assert.equal(changes.length, 0)
      const again = await resealAll(database, [fresh, old], { dryRun: false })
      assert.deepEqual(again.rows, {
        webhook_configurations: 0,
        webhook_signing_keys: 0,
        webhook_sources: 0,
        repeated_calls: 0,
      })
    })

    test('an interrupted re-encryption leaves each row with one of the two keys, and the next run continues', async () => {
      await storeWebhooks(MANY)
      let transactions = 0
      const dying: Database = {
        ...database,
        transaction: async (work) => {
          transactions += 1
          if (transactions < 2) return await database.transaction(work)
          return await database.transaction(async (connection) => {
            await work(connection)
            throw new Error('died')
          })
        },
      }
      await assert.rejects(resealAll(dying, [fresh, old], { dryRun: false }), /died/)
      const done = await countSealedWith(fresh)
      assert.ok(done > 0 && done < MANY)
      assert.equal(done + (await countSealedWith(old)), MANY)
      const { rows } = await resealAll(database, [fresh, old], { dryRun: false })
      assert.equal(rows['webhook_configurations'], MANY - done)
      assert.equal(await countSealedWith(fresh), MANY)
    })

    test('a value that was moved to another row cannot be decrypted, and re-encryption reports its row', async () => {
      await storeWebhooks(1)
      const [rich, poor] = [await storeWebhook(), await storeWebhook()]
      await database.query(
        `update webhooks.webhook_configurations w set secret = o.secret, sealed_headers = o.sealed_headers
         from webhooks.webhook_configurations o where w.id = $1 and o.id = $2`,
        [poor, rich],
      )
      const target = openWith([old], await read(poor))
      assert.deepEqual([target.secrets, target.headers], [[], {}])
      assert.match(target.unreadable ?? '', /cannot be decrypted/)
      const { rows, unreadable } = await resealAll(database, [fresh, old], { dryRun: false })
      assert.equal(rows['webhook_configurations'], 2)
      assert.deepEqual(unreadable, [{ table: 'webhook_configurations', id: poor }])
      assert.match(openWith([fresh, old], await read(poor)).unreadable ?? '', /cannot be decrypted/)
    })

    test('re-encryption reports the row of a damaged value and re-encrypts all others', async () => {
      await storeWebhooks(3)
      const damaged = await storeWebhook()
      await database.query(
        `update webhooks.webhook_configurations
         set secret = overlay(secret placing case when substr(secret, 40, 1) = 'A' then 'B' else 'A' end from 40) where id = $1`,
        [damaged],
      )
      const { rows, unreadable, refused } = await resealAll(database, [fresh, old], { dryRun: false })
      assert.deepEqual([rows['webhook_configurations'], refused], [3, []])
      assert.deepEqual(unreadable, [{ table: 'webhook_configurations', id: damaged }])
    })

    test('re-encryption reports a row that the database refuses with the reason, and re-encrypts all others', async () => {
      await storeWebhooks(MANY)
      const { rows: webhooks } = await database.query<{ id: string }>(
        'select id from webhooks.webhook_configurations order by id offset 3 limit 1',
      )
      const { id } = webhooks[0]!
      await database.execute(`
        create function public.refuse() returns trigger language plpgsql as $$
        begin
          if new.id = '${id}' then raise 'refused by a test'; end if;
          return new;
        end
        $$;
        create trigger refuse before update on webhooks.webhook_configurations
          for each row execute function public.refuse()`)
      const { rows, unreadable, refused } = await resealAll(database, [fresh, old], { dryRun: false })
      await database.execute('drop function public.refuse() cascade')
      assert.deepEqual([rows['webhook_configurations'], unreadable], [MANY - 1, []])
      assert.deepEqual(refused, [{ table: 'webhook_configurations', id, reason: 'refused by a test' }])
      assert.equal(await countSealedWith(fresh), MANY - 1)
      const again = await resealAll(database, [fresh, old], { dryRun: false })
      assert.deepEqual([again.rows['webhook_configurations'], again.refused], [1, []])
    })

    test('headers that were moved to the column of the secret cannot be decrypted', async () => {
      const id = await storeWebhook()
      await database.query(
        'update webhooks.webhook_configurations set secret = sealed_headers where id = $1',
        [id],
      )
      assert.match(openWith([old], await read(id)).unreadable ?? '', /cannot be decrypted/)
    })
  })
}
