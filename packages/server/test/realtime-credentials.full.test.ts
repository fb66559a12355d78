import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import { follow } from './harness/changes.ts'
import type { FollowedChannel } from './harness/changes.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { connectRaw } from './harness/raw-realtime.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { createSessionClient } from './harness/session-client.ts'
import { until } from './harness/until.ts'

const SECRET = 'a-secret-that-is-long-enough-for-hs256'
const TABLE = { table: 'webhook_configurations' }

const sign = async (organization_id: string, validSeconds: number): Promise<string> =>
  await new SignJWT({ organization_id, exp: Math.floor(Date.now() / 1_000) + validSeconds })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET))

for (const engine of ENGINES) {
  suite(`credentials of realtime (${engine})`, () => {
    let api: InProcessApi
    let url: string
    let names = 0
    before(async () => {
      api = await openApi(engine, { JWT_SECRET: SECRET })
      url = await api.listen()
    })
    after(async () => await api.close())

    async function addWebhook(organization_id: string): Promise<string> {
      names += 1
      const body = { organization_id, name: `n${names}`, url: 'https://a.example/', events: ['deal.created'] }
      const { json } = await api.ask<{ id: string }[]>('POST', 'webhook_configurations', {
        body,
        headers: { prefer: 'return=representation' },
      })
      return json[0]!.id
    }

    const ids = ({ changes }: FollowedChannel): unknown[] => changes.map((change) => change.new['id'])

    test('a channel ends when its token has expired', async () => {
      // Tokens are accepted for 30 seconds longer.
      const token = await sign(OURS, -27)
      const followed = await follow(url, token, [TABLE])
      await until('the end of the channel', () => followed.states.includes('CLOSED'))
      assert.match(followed.notices.at(-1) ?? '', /JWT expired/)
      await addWebhook(OURS)
      assert.deepEqual(followed.changes, [])
      await followed.stop()
    })

    test('a channel ends when its key is revoked, and that of another key stays', async () => {
      const [key, other] = [await api.storeKey(OURS, 'read'), await api.storeKey(OURS, 'admin')]
      const [followed, staying] = [await follow(url, key, [TABLE]), await follow(url, other, [TABLE])]
      await api.database.query(`update webhooks.api_keys set revoked_at = now() where scope = 'read'`)
      await until('the end of the channel', () => followed.states.includes('CLOSED'))
      assert.match(followed.notices.at(-1) ?? '', /the key is not valid/)
      const id = await addWebhook(OURS)
      await until('the row', () => ids(staying).includes(id))
      assert.deepEqual(followed.changes, [])
      await Promise.all([followed.stop(), staying.stop()])
    })

    test('the token of a join goes before the key of the connection, and a new token before both', async () => {
      let token = await sign(OURS, 300)
      const followed = await follow(url, 'anything', [TABLE], { accessToken: async () => token })
      const [first] = [await addWebhook(OURS), await addWebhook(THEIRS)]
      await until('our row', () => ids(followed).includes(first))
      token = await sign(THEIRS, 300)
      await followed.client.realtime.setAuth()
      const second = await until('their row', async () => {
        const id = await addWebhook(THEIRS)
        return ids(followed).includes(id) || ids(followed).length > 1 ? id : undefined
      })
      assert.ok(second)
      const { length } = followed.changes
      await addWebhook(OURS)
      const last = await addWebhook(THEIRS)
      await until('their row', () => ids(followed).includes(last))
      assert.ok(followed.changes.slice(length).every((change) => change.new['organization_id'] === THEIRS))
      await followed.stop()
    })

    test('a channel ends when it gets a token that is not valid', async () => {
      const client = await connectRaw(url, SERVICE_KEY)
      await client.join('a', [TABLE])
      await client.push('realtime:a', 'access_token', { access_token: 'a.b.c' })
      const events = client.received.map(([, , , event]) => event)
      assert.deepEqual(events.slice(-3), ['system', 'phx_close', 'phx_reply'])
      assert.equal((await client.join('a', [TABLE])).status, 'ok')
      client.socket.close()
      await client.ended
    })

    test('a page of this server follows with its session until it signs out, and another page does not', async () => {
      const { cookie } = await createSessionClient(api, url).signIn({ key: SERVICE_KEY })
      const client = await connectRaw(url, '', { cookie, origin: url })
      assert.equal((await client.join('a', [TABLE])).status, 'ok')
      const other = await connectRaw(url, '', { cookie, origin: 'https://evil.example' })
      assert.equal((await other.join('a', [TABLE])).response?.['code'], 'PGRST302')
      await api.database.query('update webhooks_internal.sessions set ended_at = now()')
      const closed = await until('the end of the channel', () =>
        client.received.some(([, , , event]) => event === 'phx_close'),
      )
      assert.ok(closed)
      for (const { socket } of [client, other]) socket.close()
      await Promise.all([client.ended, other.ended])
    })

    test('a channel follows again after the connection for notifications was lost', async (context) => {
      if (engine === 'pglite') return context.skip('it has none')
      const followed = await follow(url, SERVICE_KEY, [TABLE])
      await api.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where query = 'listen "webhooks_rows"' and datname = current_database()`,
      )
      await until(
        'the next subscription',
        () => followed.states.filter((s) => s === 'SUBSCRIBED').length === 2,
      )
      assert.ok(followed.states.some((state) => state.startsWith('CHANNEL_ERROR')))
      const id = await addWebhook(OURS)
      await until('the row', () => ids(followed).includes(id))
      await followed.stop()
    })
  })
}
