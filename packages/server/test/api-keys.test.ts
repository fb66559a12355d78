import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApi } from './harness/api.ts'
import type { Api, ErrorBody } from './harness/api.ts'
import { onEachEngine } from './harness/on-each-engine.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { until } from './harness/until.ts'
import type { Row } from '@connectgain/webhooks-client'

type KeyRow = Row<'api_keys'> & { key?: string }

onEachEngine('API keys', (stage) => {
  async function makeKey(scope: string, organization_id = stage.organizationId): Promise<Required<KeyRow>> {
    return await stage.server.api.insert('api_keys', { organization_id, name: `a ${scope} key`, scope })
  }
  const as = (key: string): Api => createApi(stage.server.url, key)

  test('an API key is returned by its insert alone, and its hash can be neither read nor filtered by', async () => {
    const made = await makeKey('admin')
    assert.match(made.key, /^cgw_[A-Za-z0-9_-]{43}$/)
    assert.equal(made.hint, `…${made.key.slice(-4)}`)
    const [read] = await stage.server.api.get<KeyRow>(`api_keys?id=eq.${made.id}`)
    assert.deepEqual(Object.keys(read ?? {}).sort(), [
      'created_at',
      'hint',
      'id',
      'last_used_at',
      'name',
      'organization_id',
      'revoked_at',
      'scope',
    ])
    const hidden = await stage.server.api.request('GET', `api_keys?select=key_hash`)
    assert.equal(hidden.status, 400)
    const filtered = await stage.server.api.request('GET', `api_keys?key_hash=neq.x`)
    assert.equal(filtered.status, 400)
  })

  test('an API key is not created by an insert without return=representation', async () => {
    const row = { organization_id: stage.organizationId, name: 'x', scope: 'read' }
    const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'api_keys', row)
    assert.deepEqual([status, body.code], [400, 'PGRST122'])
    assert.equal((await stage.server.api.get('api_keys?name=eq.x')).length, 0)
  })

  test('an API key works in the apikey header, as a Bearer token and as both', async () => {
    const { key } = await makeKey('read')
    for (const headers of [
      { apikey: key },
      { authorization: `Bearer ${key}` },
      { apikey: key, authorization: `Bearer ${key}` },
    ] as Record<string, string>[]) {
      const answer = await fetch(`${stage.server.url}/rest/v1/webhook_configurations`, { headers })
      assert.equal(answer.status, 200)
    }
  })

  test('a Bearer token takes precedence over the apikey header', async () => {
    const { key } = await makeKey('read')
    const answer = await fetch(`${stage.server.url}/rest/v1/organizations`, {
      headers: { apikey: SERVICE_KEY, authorization: `Bearer ${key}` },
    })
    assert.equal(answer.status, 403)
  })

  test('a revoked API key stops working at once on every process and cannot be restored', async () => {
    const { id, key } = await makeKey('admin')
    const other = stage.engine === 'postgresql' ? await stage.site.start() : stage.server
    const nodes = [as(key), createApi(other.url, key)]
    for (const node of nodes) assert.equal((await node.request('GET', 'contacts')).status, 200)
    // With the key itself: an admin key may revoke every key of its organization.
    await as(key).patch(`api_keys?id=eq.${id}`, { revoked_at: '2099-01-01T00:00:00Z' })
    for (const node of nodes) {
      const { status, body } = await node.request<ErrorBody>('GET', 'contacts')
      assert.deepEqual([status, body.code], [401, 'PGRST301'])
    }
    const [revoked] = await stage.server.api.get<KeyRow>(`api_keys?id=eq.${id}`)
    assert.ok(Date.parse(revoked?.revoked_at ?? '') <= Date.now() + 60_000)
    const { status } = await stage.server.api.request('PATCH', `api_keys?id=eq.${id}`, { revoked_at: null })
    assert.equal(status, 400)
    await stage.server.api.patch(`api_keys?id=eq.${id}`, { revoked_at: '2020-01-01T00:00:00Z' })
    const [again] = await stage.server.api.get<KeyRow>(`api_keys?id=eq.${id}`)
    assert.equal(again?.revoked_at, revoked?.revoked_at)
    if (other !== stage.server) await other.stop()
  })

  test('an API key stops working when it or its organization is deleted', async () => {
    const { id } = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Short-lived' })
    const [deleted, orphaned] = [await makeKey('read', id), await makeKey('read', id)]
    await stage.server.api.request('DELETE', `api_keys?id=eq.${deleted.id}`)
    assert.equal((await as(deleted.key).request('GET', 'contacts')).status, 401)
    assert.equal((await as(orphaned.key).request('GET', 'contacts')).status, 200)
    await stage.server.api.request('DELETE', `organizations?id=eq.${id}`)
    assert.equal((await as(orphaned.key).request('GET', 'contacts')).status, 401)
  })

  test('the first use of an API key sets its last_used_at, and uses soon after do not change it', async () => {
    const { id, key, last_used_at } = await makeKey('read')
    assert.equal(last_used_at, null)
    await as(key).get('contacts')
    const read = async (): Promise<string | null | undefined> =>
      (await stage.server.api.get<KeyRow>(`api_keys?id=eq.${id}`))[0]?.last_used_at
    const first = await until('the use to be recorded', read)
    await as(key).get('contacts')
    await as(key).get('contacts')
    assert.equal(await read(), first)
  })

  test('an API key can be renamed, but its id, organization and scope cannot change', async () => {
    const { id } = await makeKey('read')
    for (const change of [{ organization_id: stage.organizationId }, { scope: 'admin' }, { id }]) {
      const { status, body } = await stage.server.api.request<ErrorBody>(
        'PATCH',
        `api_keys?id=eq.${id}`,
        change,
      )
      assert.deepEqual([status, body.code, body.details], [400, '22023', Object.keys(change)[0]])
    }
    for (const change of [{ key_hash: '\\x00' }, { hint: 'x' }, { last_used_at: null }]) {
      const { status } = await stage.server.api.request('PATCH', `api_keys?id=eq.${id}`, change)
      assert.equal(status, 400)
    }
    await stage.server.api.patch(`api_keys?id=eq.${id}`, { name: ' renamed ' })
    const [row] = await stage.server.api.get<KeyRow>(`api_keys?id=eq.${id}`)
    assert.deepEqual([row?.name, row?.scope], ['renamed', 'read'])
  })

  test('an API key with an invalid field is refused, naming the field', async () => {
    const right = { organization_id: stage.organizationId, name: 'x', scope: 'read' }
    for (const [field, value] of [
      ['scope', 'owner'],
      ['name', ' '],
      ['organization_id', 'x'],
    ] as const) {
      const { status, body } = await stage.server.api.request<ErrorBody>(
        'POST',
        'api_keys',
        { ...right, [field]: value },
        { prefer: 'return=representation' },
      )
      assert.deepEqual([status, body.details], [400, field])
    }
  })

  test('an API key with scope emit stores an event once and sees only its id and organization', async () => {
    const { key } = await makeKey('emit')
    const event = {
      id: '0193f0a2-6c1b-7c3e-8f00-0000000000ee',
      organization_id: stage.organizationId,
      event: 'deal.created',
      data: { n: 1 },
    }
    for (const _ of ['first', 'repeated']) {
      const { status, body } = await as(key).request('POST', 'webhook_events', event, {
        prefer: 'return=representation',
      })
      assert.deepEqual([status, body], [201, [{ id: event.id, organization_id: stage.organizationId }]])
    }
    const { status, body } = await as(key).request<ErrorBody>('GET', 'webhook_events')
    assert.deepEqual([status, body.code], [403, '42501'])
    assert.match(body.message, /scope emit/)
  })
})
