import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { IS_FULL } from './harness/full-run.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { META_SECRET, VERIFY_TOKEN, inbound, signAsMeta } from './harness/provider-payloads.ts'
import { takenIn } from './harness/taken-in.ts'
import { LONG, until } from './harness/until.ts'

const LIMIT = 100
/** Messages of one payload, and posts of 15 messages each. */
const LARGE = IS_FULL ? 2_000 : 800
const POSTS = IS_FULL ? 300 : 100

async function createSource({ server }: Stage, organizationId: string): Promise<void> {
  await server.api.insert('webhook_sources', {
    organization_id: organizationId,
    provider: 'whatsapp',
    secret: META_SECRET,
    verify_token: VERIFY_TOKEN,
  })
}

async function createNeighbour(stage: Stage): Promise<string> {
  const { id } = await stage.server.api.insert<{ id: string }>('organizations', { name: 'Neighbour' })
  await createSource(stage, id)
  return id
}

async function post(
  { server }: Stage,
  organizationId: string,
  payload: unknown,
  secret = META_SECRET,
): Promise<Response> {
  const { body, headers } = signAsMeta(payload, secret)
  return await fetch(`${server.url}/sources/whatsapp/${organizationId}`, { method: 'POST', headers, body })
}

const messages = (sender: string, prefix: string, count: number): object =>
  inbound(sender, ...Array.from({ length: count }, (_, n) => ({ id: `wamid.${prefix}-${n}` })))

async function countStored({ server }: Stage, prefix: string): Promise<number> {
  const path = `messages?external_id=like.wamid.${prefix}-*&select=id&limit=1`
  const { headers } = await server.api.request('GET', path, undefined, { prefer: 'count=exact' })
  return Number(headers.get('content-range')?.split('/')[1])
}

/** Fewer at once than may wait for the database, which is another limit. */
const AT_ONCE = 100

async function postAll(stage: Stage, payloads: readonly unknown[]): Promise<Response[]> {
  const answers: Response[] = []
  for (let from = 0; from < payloads.length; from += AT_ONCE) {
    const some = payloads.slice(from, from + AT_ONCE)
    answers.push(...(await Promise.all(some.map((payload) => post(stage, stage.organizationId, payload)))))
  }
  return answers
}

onEachEngine('bursts at one source', (stage) => {
  let neighbour: string
  let path: string
  before(async () => {
    await createSource(stage, stage.organizationId)
    neighbour = await createNeighbour(stage)
    const fields = { organization_id: neighbour, events: ['message.received'] }
    path = (await createWebhook(stage, fields)).path
  })

  /** Posts a message to the neighbour, and waits until its delivery has arrived. */
  async function deliverToNeighbour(id: string): Promise<void> {
    assert.equal((await post(stage, neighbour, inbound('491700000001', { id }))).status, 200)
    await until(`the neighbour's delivery of ${id}`, () =>
      stage.receiver.requests.some((request) => request.path === path && request.body.includes(id)),
    )
  }

  test(
    'another organization gets its delivery while a payload of many messages is stored',
    LONG,
    async () => {
      const large = messages('491700000002', 'large', LARGE)
      assert.equal((await post(stage, stage.organizationId, large)).status, 200)
      await deliverToNeighbour('wamid.beside-large')
      assert.ok((await countStored(stage, 'large')) < LARGE)
      await takenIn(stage, 'whatsapp')
      assert.equal(await countStored(stage, 'large'), LARGE)
    },
  )

  test('another organization gets its deliveries while many posts are stored', LONG, async () => {
    const posts = Array.from({ length: POSTS }, (_, n) => messages('491700000003', `burst-${n}`, 15))
    const answers = postAll(stage, posts)
    // While they arrive, and when all of them wait.
    await deliverToNeighbour('wamid.beside-burst-1')
    assert.deepEqual([...new Set((await answers).map(({ status }) => status))], [200])
    for (const turn of [2, 3]) await deliverToNeighbour(`wamid.beside-burst-${turn}`)
    assert.ok((await countStored(stage, 'burst')) < POSTS * 15)
    await takenIn(stage, 'whatsapp')
    assert.equal(await countStored(stage, 'burst'), POSTS * 15)
  })
})

onEachEngine(
  'rate limit of a source',
  (stage) => {
    let neighbour: string
    before(async () => {
      await createSource(stage, stage.organizationId)
      neighbour = await createNeighbour(stage)
    })

    test('posts beyond the limit of a source get 429, and posts to another source do not', async () => {
      const wrong = await post(stage, stage.organizationId, {}, 'another-secret')
      assert.equal(wrong.status, 401)
      const payloads = Array.from({ length: LIMIT + 30 }, (_, n) => ({ object: 'page', n }))
      const all = await postAll(stage, payloads)
      const refused = all.filter(({ status }) => status === 429)
      assert.ok(all.every(({ status }) => status === 200 || status === 429))
      // The post that was not verified did not count.
      assert.equal(refused.length, 30)
      const { code, message, hint } = (await refused[0]!.json()) as ErrorBody
      assert.deepEqual([code, message], ['PT429', `more than ${LIMIT} posts to this source in one minute`])
      assert.match(String(hint), /^Try again in \d+ seconds\. .*SOURCE_RATE_LIMIT/)
      const seconds = Number(refused[0]!.headers.get('retry-after'))
      assert.ok(seconds >= 1 && seconds <= 60, String(seconds))
      assert.equal((await post(stage, neighbour, { object: 'page' })).status, 200)
      assert.equal((await post(stage, stage.organizationId, {}, 'another-secret')).status, 401)
    })
  },
  { settings: { SOURCE_RATE_LIMIT: String(LIMIT) } },
)

onEachEngine(
  'memory limit of posts to sources',
  (stage) => {
    before(async () => await createSource(stage, stage.organizationId))

    test('large posts wait in memory up to 32 MiB while the database is locked, and more get 429', async () => {
      const database = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 1 })
      const large = { object: 'page', filling: 'x'.repeat(4 * 1024 * 1024 - 100) }
      let all: Promise<Response>[] = []
      const refused = await database.transaction(async (connection) => {
        // Recording that a post arrived waits for this lock.
        await connection.query('select from webhooks.webhook_sources for update')
        all = Array.from({ length: 9 }, async () => await post(stage, stage.organizationId, large))
        return await Promise.any(all)
      })
      assert.equal(refused.status, 429)
      assert.match(((await refused.json()) as ErrorBody).message, /^too many large requests/)
      assert.equal(refused.headers.get('retry-after'), '1')
      const accepted = (await Promise.all(all)).filter(({ status }) => status === 200)
      assert.equal(accepted.length, 8)
      await database.close()
    })
  },
  { engines: ENGINES.filter((engine) => engine === 'postgresql') },
)
