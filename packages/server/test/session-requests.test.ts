import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import { OURS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { OWN_PAGE, cookieOf, createSessionClient, refusal } from './harness/session-client.ts'
import type { SessionClient } from './harness/session-client.ts'

for (const engine of ENGINES) {
  suite(`requests with a session (${engine})`, () => {
    let api: InProcessApi
    let url: string
    let client: SessionClient
    before(async () => {
      api = await openApi(engine)
      url = await api.listen()
      client = createSessionClient(api, url)
    })
    after(async () => await api.close())

    test('no token of a session or link is stored, only its digest', async () => {
      const { token } = await client.createLink()
      const { cookie } = await client.signIn({ key: SERVICE_KEY })
      const { rows } = await api.database.query<{ all: string }>(
        `select json_build_array((select json_agg(s) from webhooks_internal.sessions s),
           (select json_agg(l) from webhooks_internal.portal_links l))::text as all`,
      )
      for (const secret of [token, cookie.split('=')[1]!, SERVICE_KEY])
        assert.ok(!rows[0]!.all.includes(secret))
    })

    test('a change with a session needs its header and the same origin, and a read needs neither', async () => {
      const { cookie } = await client.signIn({ key: SERVICE_KEY })
      assert.deepEqual(await refusal(await client.insert({ cookie })), [403, 'PT403'])
      assert.deepEqual(await refusal(await client.insert({ cookie, 'x-webhooks-session': 'yes' })), [
        403,
        'PT403',
      ])
      for (const origin of ['https://evil.example', 'null', url.replace('http:', 'https:')]) {
        assert.deepEqual(await refusal(await client.insert({ cookie, ...OWN_PAGE, origin })), [403, 'PT403'])
        assert.equal((await client.send('DELETE', '/session', { cookie, ...OWN_PAGE, origin })).status, 403)
      }
      assert.equal((await client.insert({ cookie, ...OWN_PAGE, origin: url })).status, 201)
      assert.equal((await client.send('DELETE', '/session', { cookie })).status, 403)
      assert.equal((await client.list(cookie)).status, 200)
      const call = await client.send('POST', '/rest/v1/rpc/webhook_stats', { cookie }, {})
      assert.deepEqual(await refusal(call), [403, 'PT403'])
    })

    test('a page of another origin can neither use the cookie nor sign a browser in', async () => {
      const origin = 'https://evil.example'
      const { cookie } = await client.signIn({ key: SERVICE_KEY })
      const read = await client.list(cookie, 'webhook_inboxes', { origin })
      const preflight = await client.send('OPTIONS', '/rest/v1/contacts', {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-webhooks-session',
      })
      for (const { headers } of [read, preflight]) {
        assert.equal(headers.get('access-control-allow-origin'), '*')
        assert.equal(headers.get('access-control-allow-credentials'), null)
      }
      const foreign = await client.send('POST', '/session', { origin }, { key: SERVICE_KEY })
      assert.deepEqual(await refusal(foreign), [403, 'PT403'])
      assert.equal(foreign.headers.get('access-control-allow-origin'), null)
      const form = await fetch(`${url}/session`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify({ key: SERVICE_KEY }),
      })
      assert.deepEqual(await refusal(form), [415, 'PGRST102'])
    })

    test('a key in a header takes precedence over the cookie', async () => {
      const { cookie } = await client.signIn({ key: SERVICE_KEY })
      const apikey = await api.storeKey(OURS, 'read')
      assert.deepEqual(await refusal(await client.insert({ cookie, apikey, ...OWN_PAGE })), [403, '42501'])
      assert.equal((await client.list(cookie, 'contacts', { apikey: 'wrong' })).status, 401)
    })

    test('a session with the scope read cannot write', async () => {
      const { cookie } = await client.signIn({ key: await api.storeKey(OURS, 'read') })
      assert.equal((await client.list(cookie, 'contacts')).status, 200)
      assert.deepEqual(await refusal(await client.insert({ cookie, ...OWN_PAGE })), [403, '42501'])
    })

    test('a session that a link opened can create no keys, and no link that outlasts it', async () => {
      const { token, expires_at } = await client.createLink(SERVICE_KEY, { expires_in: 60 })
      const { cookie } = await client.signIn({ token })
      const headers = { cookie, ...OWN_PAGE }
      const key = { organization_id: OURS, name: 'x', scope: 'admin' }
      assert.deepEqual(await refusal(await client.send('POST', '/rest/v1/api_keys', headers, key)), [
        403,
        '42501',
      ])
      const body = { organization_id: OURS, expires_in: 86_400 }
      const response = await client.send('POST', '/rest/v1/rpc/create_portal_session', headers, body)
      assert.equal(((await response.json()) as { expires_at: string }).expires_at, expires_at)
    })

    test('the cookie is Secure if the client came over https', async () => {
      const plain = await client.send('POST', '/session', {}, { key: SERVICE_KEY })
      assert.match(
        plain.headers.get('set-cookie') ?? '',
        /^webhooks_session=cgw_session_[\w-]{43}; Path=\/; Max-Age=8\d{4}; HttpOnly; SameSite=Lax$/,
      )
      const behindProxy = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'hooks.example' }
      const secure = await client.send('POST', '/session', behindProxy, { key: SERVICE_KEY })
      assert.match(secure.headers.get('set-cookie') ?? '', /; HttpOnly; Secure; SameSite=Lax$/)
      const page = { cookie: cookieOf(secure), ...OWN_PAGE, ...behindProxy }
      assert.equal((await client.insert({ ...page, origin: 'https://hooks.example' })).status, 201)
      assert.equal((await client.insert({ ...page, origin: 'http://hooks.example' })).status, 403)
    })

    test('the live log can be read with a session, and ends with it', async () => {
      const { cookie } = await client.signIn({ key: await api.storeKey(OURS, 'read') })
      const stream = await client.send('GET', '/rest/v1/webhook_logs/live', { cookie })
      assert.deepEqual(
        [stream.status, stream.headers.get('content-type')],
        [200, 'text/event-stream; charset=utf-8'],
      )
      await client.send('DELETE', '/session', { cookie, ...OWN_PAGE })
      for await (const _ of stream.body!);
    })
  })

  suite(`sessions with a public URL and frames (${engine})`, () => {
    let api: InProcessApi
    let url: string
    before(async () => {
      api = await openApi(engine, {
        PUBLIC_URL: 'https://hooks.example',
        PORTAL_FRAME_ANCESTORS: 'https://crm.example, https://*.other.example:8443',
        TRUSTED_PROXIES: '192.0.2.1',
      })
      url = await api.listen()
    })
    after(async () => await api.close())

    const signIn = async (headers: Record<string, string>): Promise<Response> =>
      await fetch(`${url}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ key: SERVICE_KEY }),
      })

    test('a link leads to PUBLIC_URL', async () => {
      const body = { organization_id: OURS }
      const { json } = await api.ask<{ url: string }>('POST', 'rpc/create_portal_session', { body })
      assert.match(json.url, /^https:\/\/hooks\.example\/settings\/webhooks#token=/)
    })

    test('a sign-in from the origin of PUBLIC_URL is accepted, and from another origin refused', async () => {
      assert.equal((await signIn({ origin: 'https://hooks.example' })).status, 200)
      assert.equal((await signIn({ origin: 'https://crm.example' })).status, 403)
    })

    test('the X-Forwarded-Proto of an untrusted proxy is ignored', async () => {
      const response = await signIn({ 'x-forwarded-proto': 'https' })
      assert.match(response.headers.get('set-cookie') ?? '', /; HttpOnly; SameSite=Lax$/)
    })

    test('the cookie is sent in frames of other sites, partitioned by site', async () => {
      const { statusCode, headers } = await api.inject('POST', '/session', {
        headers: { host: 'hooks.example', 'content-type': 'application/json' },
        body: JSON.stringify({ key: SERVICE_KEY }),
      })
      assert.equal(statusCode, 200)
      assert.match(String(headers['set-cookie']), /; HttpOnly; Secure; SameSite=None; Partitioned$/)
    })
  })
}
