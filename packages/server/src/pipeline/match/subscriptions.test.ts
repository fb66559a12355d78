import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import type { Connection, Query, Database } from '../../database/database.ts'
import { newId } from '../../domain/ids.ts'
import type { Subscriptions } from './subscriptions.ts'
import { createSubscriptions, readCurrentVersions } from './subscriptions.ts'

for (const engine of ENGINES) {
  suite(`subscriptions (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    let now = Date.now()
    let organization: string
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      const { rows } = await database.query<{ id: string }>(
        `insert into public.organizations (name) values ('Acme') returning id`,
      )
      organization = rows[0]!.id
    })
    after(() => close())

    const subscriptions = (): Subscriptions => createSubscriptions({ now: () => now })

    async function create(
      name: string,
      fields: { previousUntil?: string } = {},
      owner = organization,
    ): Promise<string> {
      const id = newId()
      await database.query(
        `insert into webhooks.webhook_configurations
           (id, organization_id, name, url, events, secret, previous_secret, previous_secret_until)
         values ($1, $2, $3, 'https://crm.example.com/', '{*}', 'v1.new', 'v1.old', now() + $4::interval)`,
        [id, owner, name, fields.previousUntil ?? null],
      )
      return id
    }

    const readNow = async (known: Subscriptions, connection: Connection, ids: string[]) =>
      await known.read(connection, (await readCurrentVersions(connection, ids)).versions)

    /** Reads and returns the names of the statements that ran, and the ids that were read. */
    async function readCounting(known: Subscriptions): Promise<{ statements: string[]; ids: string[] }> {
      const statements: string[] = []
      const counted: Connection = {
        query: (statement, params) => {
          statements.push(typeof statement === 'string' ? statement : statement.name.replace(/-\w{8}$/, ''))
          return database.query(statement, params)
        },
        execute: (script) => database.execute(script),
      }
      const read = await readNow(known, counted, [organization])
      return { statements, ids: (read.get(organization) ?? []).map(({ webhook_id }) => webhook_id) }
    }

    test('subscriptions are read again only after a change', async () => {
      const known = subscriptions()
      assert.deepEqual((await readCounting(known)).ids, [])
      const id = await create('first')
      assert.deepEqual(await readCounting(known), {
        statements: ['read-versions', 'read-subscriptions'],
        ids: [id],
      })
      assert.deepEqual(await readCounting(known), { statements: ['read-versions'], ids: [id] })
      await database.query('update webhooks.webhook_configurations set is_active = false where id = $1', [id])
      assert.equal((await readCounting(known)).statements.length, 2)
      await database.query('delete from webhooks.webhook_configurations where id = $1', [id])
      assert.deepEqual((await readCounting(known)).ids, [])
    })

    test('subscriptions do not include a change that was rolled back', async () => {
      const known = subscriptions()
      await readCounting(known)
      await assert.rejects(
        database.transaction(async (connection) => {
          await connection.query(
            `insert into webhooks.webhook_configurations (organization_id, name, url, events)
             values ($1, 'never', 'https://crm.example.com/', '{*}')`,
            [organization],
          )
          throw new Error('undone')
        }),
      )
      assert.deepEqual(await readCounting(known), { statements: ['read-versions'], ids: [] })
    })

    /** A connection that returns the webhooks that it has read only after `release`. */
    function holdBack(): { connection: Connection; hasRead: Promise<void>; release: () => void } {
      const read = Promise.withResolvers<void>()
      const gate = Promise.withResolvers<void>()
      const connection: Connection = {
        async query<R extends object>(...[statement, params]: Query<R>) {
          const result = await database.query<R>(statement, params)
          if (typeof statement === 'string' || !statement.name.startsWith('read-subscriptions')) return result
          read.resolve()
          await gate.promise
          return result
        },
        execute: (script) => database.execute(script),
      }
      return { connection, hasRead: read.promise, release: gate.resolve }
    }

    test('a slower batch does not replace the newer subscriptions of another batch', async () => {
      const known = subscriptions()
      const other = newId()
      await database.query(`insert into public.organizations (id, name) values ($1, 'Other')`, [other])
      await create('of the other', {}, other)
      const first = await create('first')

      const slower = holdBack()
      const slow = readNow(known, slower.connection, [organization])
      await slower.hasRead
      const second = await create('second')
      await readNow(known, database, [organization])
      const waiting = holdBack()
      const quick = readNow(known, waiting.connection, [organization, other])
      await waiting.hasRead
      slower.release()
      const toLogIds = (read: Awaited<typeof quick>): string[] =>
        (read.get(organization) ?? []).map(({ webhook_id }) => webhook_id).sort()
      assert.deepEqual(toLogIds(await slow), [first])
      waiting.release()
      assert.deepEqual(toLogIds(await quick), [first, second].sort())
      await database.query('delete from webhooks.webhook_configurations where organization_id = $1', [
        organization,
      ])
    })

    test('subscriptions are read again when a previous secret expires', async () => {
      const known = subscriptions()
      const id = await create('rotating', { previousUntil: '1 hour' })
      await readCounting(known)
      now += 59 * 60_000
      assert.equal((await readCounting(known)).statements.length, 1)
      now += 2 * 60_000
      assert.equal((await readCounting(known)).statements.length, 2)
      await database.query('delete from webhooks.webhook_configurations where id = $1', [id])
    })

    test('subscriptions with a previous secret that has expired stay cached', async () => {
      const known = subscriptions()
      const id = await create('rotated', { previousUntil: '-1 hour' })
      await readCounting(known)
      assert.equal((await readCounting(known)).statements.length, 1)
      await database.query('delete from webhooks.webhook_configurations where id = $1', [id])
    })

    test('subscriptions are read again when a signing key is replaced, and when the replaced one expires', async () => {
      const known = subscriptions()
      const id = await create('asymmetric')
      await database.query(
        `update webhooks.webhook_configurations set signature_type = 'ed25519' where id = $1`,
        [id],
      )
      const addKey = `insert into webhooks.webhook_signing_keys (organization_id, public_key, private_key)
        values ($1, 'whpk_AAAA', 'v1.AAAA')`
      await database.query(addKey, [organization])
      await readCounting(known)
      assert.equal((await readCounting(known)).statements.length, 1)
      await database.query(`update webhooks.webhook_signing_keys set expires_at = now() + interval '1 hour'`)
      await database.query(addKey, [organization])
      assert.equal((await readCounting(known)).statements.length, 2)
      now += 59 * 60_000
      assert.equal((await readCounting(known)).statements.length, 1)
      now += 2 * 60_000
      assert.equal((await readCounting(known)).statements.length, 2)
      await database.query('delete from webhooks.webhook_configurations where id = $1', [id])
    })
  })
}
