import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { MAX_FAILED_LOGINS_PER_MINUTE } from '../src/api/limits/admission.ts'
import { createSessionStore, markServiceKey } from '../src/api/sessions/session-store.ts'
import { expireSessions } from '../src/maintenance/expire-sessions.ts'
import type { ErrorBody } from './harness/api.ts'
import { ANY_ENGINE, ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { OWN_PAGE, cookieOf, createSessionClient, refusal } from './harness/session-client.ts'
import type { SessionClient, SessionBody } from './harness/session-client.ts'
import { until } from './harness/until.ts'

for (const engine of ENGINES) {
  suite(`sessions (${engine})`, () => {
    let api: InProcessApi
    let url: string
    let client: SessionClient
    before(async () => {
      api = await openApi(engine)
      url = await api.listen()
      client = createSessionClient(api, url)
    })
    after(async () => await api.close())

    test('a key opens a session with its organization and scope, and the service key one for all', async () => {
      const operator = await client.signIn({ key: SERVICE_KEY })
      assert.deepEqual([operator.session.organization_id, operator.session.scope], [null, 'service'])
      for (const scope of ['admin', 'read'] as const) {
        const { session } = await client.signIn({ key: await api.storeKey(OURS, scope) })
        assert.deepEqual([session.organization_id, session.scope], [OURS, scope])
        const left = Date.parse(session.expires_at) - Date.now()
        assert.ok(Math.abs(left - 12 * 3_600_000) < 120_000)
      }
      for (const organization of [OURS, THEIRS]) {
        assert.equal(
          (await client.insert({ cookie: operator.cookie, ...OWN_PAGE }, organization)).status,
          201,
        )
      }
    })

    test('an emit key, a wrong key and an invalid request open no session', async () => {
      const emit = await api.storeKey(OURS, 'emit')
      assert.deepEqual(await refusal(await client.send('POST', '/session', {}, { key: emit })), [
        403,
        '42501',
      ])
      for (const key of ['wrong', `cgw_${'x'.repeat(43)}`, 'a.b.c']) {
        assert.deepEqual(await refusal(await client.send('POST', '/session', {}, { key })), [401, 'PGRST301'])
      }
      for (const body of [{}, { key: SERVICE_KEY, token: 'x' }, { key: 5 }, { user: 'x' }]) {
        assert.deepEqual(await refusal(await client.send('POST', '/session', {}, body)), [400, '22023'])
      }
    })

    test('GET /session shows the session, and DELETE /session ends it', async () => {
      const { cookie, session } = await client.signIn({ key: SERVICE_KEY })
      const shown = await client.send('GET', '/session', { cookie })
      assert.deepEqual([shown.status, await shown.json()], [200, session])
      assert.equal(shown.headers.get('cache-control'), 'no-store')
      const out = await client.send('DELETE', '/session', { cookie, ...OWN_PAGE })
      assert.equal(out.status, 204)
      assert.match(out.headers.get('set-cookie') ?? '', /^webhooks_session=; Path=\/; Max-Age=0; HttpOnly/)
      assert.deepEqual(await refusal(await client.send('GET', '/session', { cookie })), [401, 'PGRST303'])
      assert.equal((await client.list(cookie)).status, 401)
      assert.deepEqual(await refusal(await client.send('GET', '/session')), [401, 'PGRST302'])
    })

    test('signing in again ends the previous session', async () => {
      const first = await client.signIn({ key: SERVICE_KEY })
      const again = await client.send('POST', '/session', { cookie: first.cookie }, { key: SERVICE_KEY })
      assert.equal((await client.list(cookieOf(again))).status, 200)
      assert.equal((await client.list(first.cookie)).status, 401)
    })

    test('a link leads to the path of the settings page that was asked for, and to nowhere else', async () => {
      const path = '/settings/webhooks/0190/deliveries?status=failed'
      const { url: link, token } = await client.createLink(SERVICE_KEY, { return_to: path })
      assert.equal(new URL(link).href, `${new URL(link).origin}${path}#token=${token}`)
      for (const return_to of [
        'https://elsewhere.example/settings/webhooks',
        '//elsewhere.example/settings/webhooks',
        '/settings/webhooks/../../session',
        '/settings/webhooksx',
        '/settings/webhooks#token=x',
        '\\\\elsewhere.example',
      ]) {
        const body = { organization_id: OURS, return_to }
        const { status, json } = await api.ask<ErrorBody>('POST', 'rpc/create_portal_session', { body })
        assert.deepEqual([status, json.code], [400, '22023'], return_to)
      }
    })

    test('a link has its token in the fragment and opens one session, which expires with the link', async () => {
      const link = await client.createLink(SERVICE_KEY, { expires_in: 120 })
      assert.match(link.url, /^http:\/\/[^/]+\/settings\/webhooks#token=cgw_link_[\w-]{43}$/)
      const { cookie, session } = await client.signIn({ token: link.token })
      assert.deepEqual(
        [session.organization_id, session.scope, session.expires_at],
        [OURS, 'admin', link.expires_at],
      )
      const contacts = await client.list(cookie, 'contacts')
      assert.ok(
        ((await contacts.json()) as { organization_id: string }[]).every(
          (row) => row.organization_id === OURS,
        ),
      )
      assert.equal((await client.insert({ cookie, ...OWN_PAGE }, THEIRS)).status, 403)
      assert.deepEqual(await refusal(await client.send('POST', '/session', {}, { token: link.token })), [
        401,
        'PGRST301',
      ])
    })

    test('one of several concurrent requests with the same link is signed in', async () => {
      const { token } = await client.createLink()
      const answers = await Promise.all(
        [1, 2, 3, 4].map(() => client.send('POST', '/session', {}, { token })),
      )
      assert.deepEqual(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [200, 401, 401, 401],
      )
    })

    test('an expired link opens no session', async () => {
      const { token } = await client.createLink()
      await api.database.query(`update webhooks_internal.portal_links set expires_at = now()`)
      assert.deepEqual(await refusal(await client.send('POST', '/session', {}, { token })), [401, 'PGRST301'])
    })

    test('revoking a key ends its sessions and links at once', async () => {
      const key = await api.storeKey(OURS, 'admin')
      const direct = await client.signIn({ key })
      const linked = await client.signIn({ token: (await client.createLink(key)).token })
      const unused = await client.createLink(key)
      const { json } = await api.ask<{ id: string }[]>('PATCH', 'api_keys?last_used_at=not.is.null', {
        body: { revoked_at: new Date().toISOString() },
        headers: { prefer: 'return=representation' },
      })
      assert.ok(json.length > 0)
      for (const { cookie } of [direct, linked]) assert.equal((await client.list(cookie)).status, 401)
      assert.equal((await client.send('POST', '/session', {}, { token: unused.token })).status, 401)
    })

    test('a session is extended when it is used, up to its latest end, and ends when it expires', async () => {
      const { cookie, session } = await client.signIn({ key: SERVICE_KEY })
      const age = async (sql: string): Promise<void> =>
        void (await api.database.query(`update webhooks_internal.sessions set ${sql} where id = $1`, [
          session.id,
        ]))
      const endOf = async (): Promise<number> =>
        Date.parse(
          ((await (await client.send('GET', '/session', { cookie })).json()) as SessionBody).expires_at,
        )
      await age(`seen_at = now() - interval '11 hours', expires_at = now() + interval '1 hour'`)
      await until('the session to be extended', async () => (await endOf()) > Date.now() + 11 * 3_600_000)
      await age(`seen_at = now() - interval '1 hour', latest_end = now() + interval '2 hours'`)
      await until(
        'the session to be limited to its latest end',
        async () => (await endOf()) < Date.now() + 3 * 3_600_000,
      )
      await age(`expires_at = now()`)
      assert.equal((await client.send('GET', '/session', { cookie })).status, 401)
    })

    test('a link for less than a minute or more than a day is refused', async () => {
      for (const expires_in of [59, 86_401, 60.5, '60']) {
        const body = { organization_id: OURS, expires_in }
        const { status, json } = await api.ask<ErrorBody>('POST', 'rpc/create_portal_session', { body })
        assert.deepEqual([status, json.details], [400, 'expires_in'])
      }
    })

    test('a session of the operator ends when the service key or the encryption key is replaced', async () => {
      const [now, next] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
      const openStore = (serviceKey: string, keys: Buffer[]) =>
        createSessionStore(api.database, markServiceKey(serviceKey, keys))
      const sourceKey = { apiKeyId: null, serviceMark: markServiceKey('a', [now])[0]! }
      const { token } = await openStore('a', [now]).open(
        { organizationId: null, scope: 'service', sourceKey },
        undefined,
      )
      assert.notEqual(await openStore('a', [now]).find(token), undefined)
      assert.notEqual(await openStore('a', [next, now]).find(token), undefined)
      assert.equal(await openStore('b', [now]).find(token), undefined)
      assert.equal(await openStore('a', [next]).find(token), undefined)
    })

    test('an expired link is deleted at once, and an expired session a day later', async () => {
      const { session } = await client.signIn({ key: SERVICE_KEY })
      await client.createLink()
      await api.database.query(
        `update webhooks_internal.portal_links set expires_at = now() - interval '1 s'`,
      )
      const read = async (): Promise<[number, number]> => {
        const { rows } = await api.database.query<{ links: number; sessions: number }>(
          `select (select count(*) from webhooks_internal.portal_links) as links,
             (select count(*) from webhooks_internal.sessions where id = $1) as sessions`,
          [session.id],
        )
        return [rows[0]!.links, rows[0]!.sessions]
      }
      await expireSessions(api.database)
      assert.deepEqual(await read(), [0, 1])
      await api.database.query(
        `update webhooks_internal.sessions set expires_at = now() - interval '25 hours' where id = $1`,
        [session.id],
      )
      await expireSessions(api.database)
      assert.deepEqual(await read(), [0, 0])
    })
  })
}

suite('limits of signing in', () => {
  let api: InProcessApi
  before(async () => {
    api = await openApi(ANY_ENGINE)
  })
  after(async () => await api.close())

  test('too many wrong keys and links block an IP address from signing in', async () => {
    const attempt = async (body: object, remoteAddress: string): Promise<number> =>
      (
        await api.inject('POST', '/session', {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          remoteAddress,
        })
      ).statusCode
    for (let n = 0; n <= MAX_FAILED_LOGINS_PER_MINUTE; n += 1) {
      assert.equal(
        await attempt(n % 2 === 0 ? { key: `wrong-${n}` } : { token: `wrong-${n}` }, '198.51.100.1'),
        401,
      )
    }
    assert.equal(await attempt({ key: SERVICE_KEY }, '198.51.100.1'), 429)
    assert.equal(await attempt({ token: 'x' }, '198.51.100.1'), 429)
    assert.equal(await attempt({ key: SERVICE_KEY }, '198.51.100.2'), 200)
  })
})
