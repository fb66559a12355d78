import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import type { ErrorBody } from './harness/api.ts'
import { HEAVY } from './harness/full-run.ts'
import { onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { META_SECRET, VERIFY_TOKEN, inbound, signAsMeta, signAsZoom } from './harness/provider-payloads.ts'
import { WITHOUT_MARKERS, takenIn } from './harness/taken-in.ts'
import { until } from './harness/until.ts'

interface Kept {
  reason: string
  payload: string
}

const statuses = (count: number, prefix: string): object => {
  const list = Array.from({ length: count }, (_, n) => ({
    id: `wamid.${prefix}-${n}`,
    status: 'delivered',
    timestamp: '1764000100',
  }))
  return {
    object: 'whatsapp_business_account',
    entry: [{ changes: [{ field: 'messages', value: { statuses: list } }] }],
  }
}

async function createSource({ server }: Stage, organizationId: string): Promise<void> {
  await server.api.insert('webhook_sources', {
    organization_id: organizationId,
    provider: 'whatsapp',
    secret: META_SECRET,
    verify_token: VERIFY_TOKEN,
  })
}

async function post({ server }: Stage, organizationId: string, payload: unknown): Promise<number> {
  const { body, headers } = signAsMeta(payload)
  const url = `${server.url}/sources/whatsapp/${organizationId}`
  return (await fetch(url, { method: 'POST', headers, body })).status
}

onEachEngine('large payloads of a source', (stage) => {
  let neighbour: string
  before(async () => {
    await createSource(stage, stage.organizationId)
    neighbour = (await stage.server.api.insert<{ id: string }>('organizations', { name: 'Neighbour' })).id
    await createSource(stage, neighbour)
  })
  const kept = async (): Promise<Kept[]> =>
    await stage.server.api.get<Kept>(
      `webhook_source_payloads?${WITHOUT_MARKERS}&order=created_at.desc,id.desc&limit=3`,
    )

  test('another organization is served while 55,000 statuses of one request are stored', HEAVY, async () => {
    const large = statuses(55_000, 'many')
    assert.equal(await post(stage, stage.organizationId, large), 200)
    // It arrives later and is stored earlier, because organizations take turns.
    assert.equal(await post(stage, neighbour, inbound('491700000001', { id: 'wamid.neighbour' })), 200)
    await until('the message of the neighbour', async () => {
      const found = await stage.server.api.get('messages?external_id=eq.wamid.neighbour')
      return found.length > 0
    })
    assert.deepEqual(await kept(), [])
    await takenIn(stage, 'whatsapp')
    const [{ reason, payload } = { reason: '', payload: '' }] = await kept()
    assert.equal(
      reason,
      'the status delivered of an unknown message; 53000 items beyond the first 2000, which were skipped',
    )
    assert.equal(payload.length, 64 * 1024)
  })

  test('every valid message beside invalid ones is stored, over several batches', async () => {
    const messages = Array.from({ length: 120 }, (_, n) => ({ id: `wamid.batch-${n}` }))
    const odd = { id: 'wamid.odd', timestamp: '99999999999' }
    assert.equal(
      await post(
        stage,
        stage.organizationId,
        inbound('491700000002', ...messages.slice(0, 60), odd, {}, ...messages.slice(60)),
      ),
      200,
    )
    await takenIn(stage, 'whatsapp')
    const stored = await stage.server.api.get('messages?external_id=like.wamid.batch-*&select=id')
    assert.equal(stored.length, 120)
    assert.equal((await kept())[0]?.reason, 'a message that cannot be read')
  })

  test('the number of waiting statuses of unknown messages is limited', HEAVY, async () => {
    for (const turn of [1, 2, 3]) {
      assert.equal(await post(stage, stage.organizationId, statuses(2_000, `never-${turn}`)), 200)
    }
    await takenIn(stage, 'whatsapp')
    assert.equal(
      (await kept())[0]?.reason,
      'the status delivered of an unknown message, like too many others',
    )
  })

  test('30,000 unknown changes are summarized in one short reason', async () => {
    const change = (n: number): object => ({ field: `${n}`.padEnd(100, 'x'), value: {} })
    const payload = {
      object: 'whatsapp_business_account',
      entry: [{ changes: Array.from({ length: 30_000 }, (_, n) => change(n)) }],
    }
    assert.equal(await post(stage, stage.organizationId, payload), 200)
    await takenIn(stage, 'whatsapp')
    const [{ reason } = { reason: '' }] = await kept()
    assert.match(reason, /^change of 0x+; .* and 29991 more like these$/)
    assert.ok(reason.length <= 2_000)
  })

  test(
    'the kept payloads of an organization have at most 16 MiB, and the oldest are deleted first',
    HEAVY,
    async () => {
      const filling = 'x'.repeat(70_000)
      for (let n = 0; n < 300; n += 1) {
        assert.equal(await post(stage, neighbour, { object: 'page', n, filling }), 200)
      }
      const list = async (search: string): Promise<Kept[]> =>
        await stage.server.api.get<Kept>(`webhook_source_payloads?organization_id=eq.${neighbour}&${search}`)
      await until('the last one', async () => {
        const [last] = await list('order=created_at.desc,id.desc&limit=1')
        return last?.payload.includes('"n":299,')
      })
      const rows = await list('order=created_at,id')
      const bytes = rows.reduce((sum, { payload, reason }) => sum + payload.length + reason.length, 0)
      assert.ok(bytes <= 16 * 1024 * 1024 && bytes > 15 * 1024 * 1024, String(bytes))
      assert.ok(!rows[0]?.payload.includes('"n":0,'))
    },
  )
})

onEachEngine('unverified requests to a source', (stage) => {
  before(async () => await createSource(stage, stage.organizationId))

  suite('limits per IP address', () => {
    test('after sixty unverified requests from an IP address, more get 429 and verified ones are accepted', async () => {
      const right = inbound('491700000003', { id: 'wamid.right' })
      assert.equal(await post(stage, stage.organizationId, right), 200)
      const url = `${stage.server.url}/sources/whatsapp/${stage.organizationId}`
      const wrong = signAsMeta(right, 'another-secret')
      const statusCodes: number[] = []
      for (let turn = 0; turn < 70; turn += 1) {
        const response = await fetch(url, { method: 'POST', headers: wrong.headers, body: wrong.body })
        statusCodes.push(response.status)
        if (response.status !== 429) continue
        assert.equal(((await response.json()) as ErrorBody).code, 'PT429')
        assert.ok(Number(response.headers.get('retry-after')) > 0)
      }
      assert.deepEqual([...new Set(statusCodes)], [401, 429])
      assert.equal(statusCodes.filter((code) => code === 401).length, 61)
      assert.equal(await post(stage, stage.organizationId, right), 200)
      const handshake = new URLSearchParams({
        'hub.mode': 'subscribe',
        'hub.verify_token': 'wrong',
        'hub.challenge': '1',
      }).toString()
      assert.equal((await fetch(`${url}?${handshake}`)).status, 429)
    })

    test('unverified requests from one IP address to many organizations get 429 as well', async () => {
      const { body, headers } = signAsZoom({ event: 'x' })
      const seen = new Set<number>()
      for (let turn = 0; turn < 620; turn += 1) {
        const organization = `0190a000-0000-7000-8000-${String(turn).padStart(12, '0')}`
        const url = `${stage.server.url}/sources/zoom/${organization}`
        seen.add((await fetch(url, { method: 'POST', headers, body })).status)
      }
      assert.deepEqual([...seen], [401, 429])
    })
  })
})
