import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { EventSource } from 'eventsource'
import { newId } from '../src/domain/ids.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { until } from './harness/until.ts'

const HOOK = '0190b000-0000-7000-8000-00000000000a'
const OTHER_HOOK = '0190b000-0000-7000-8000-00000000000b'

interface Row {
  id: string
}

/** A client with `fetch` that collects the rows that it receives. */
interface Follower {
  rows: Row[]
  hasEnded: boolean
  stop(): Promise<void>
}

for (const engine of ENGINES) {
  suite(`live log (${engine})`, () => {
    let api: InProcessApi
    let url: string
    before(async () => {
      api = await openApi(engine)
      url = `${await api.listen()}/rest/v1/webhook_logs/live`
    })
    after(async () => await api.close())

    async function record(organization = OURS, webhook = HOOK, id = newId()): Promise<string> {
      await api.database.query(
        `insert into webhooks_internal.attempts
           (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, trigger, duration_ms,
            request_headers, created_at)
         values ($1, $2, $3, gen_random_uuid(), gen_random_uuid(), 'deal.created', 'https://a.example/', 'failed', 1,
           'event', 1, '{"x-n": "1"}', now())`,
        [id, organization, webhook],
      )
      return id
    }

    async function follow(search: string, headers: Record<string, string>): Promise<Follower> {
      const abort = new AbortController()
      const response = await fetch(`${url}${search}`, { headers, signal: abort.signal })
      assert.deepEqual(
        [response.status, response.headers.get('content-type')],
        [200, 'text/event-stream; charset=utf-8'],
      )
      const follower: Follower = { rows: [], hasEnded: false, stop: async () => abort.abort() }
      void collect(response, follower)
        .catch(() => {})
        .finally(() => (follower.hasEnded = true))
      return follower
    }

    const ids = ({ rows }: Follower): string[] => rows.map(({ id }) => id)

    test("the live log shows new rows of the key's own organization and no others", async () => {
      const earlier = await record()
      const follower = await follow('', { apikey: await api.storeKey(OURS, 'read') })
      await record(THEIRS)
      const first = await record()
      await until('the first row', () => follower.rows.length === 1)
      const second = await record(OURS, OTHER_HOOK)
      await until('the second row', () => follower.rows.length === 2)
      assert.deepEqual(ids(follower), [first, second])
      assert.ok(!ids(follower).includes(earlier))
      const [row] = follower.rows
      const [read] = (await api.ask<Row[]>('GET', `webhook_logs?id=eq.${first}&select=*,codes`)).json
      assert.deepEqual(row, read)
      await follower.stop()
    })

    test('the live log takes the filters of the table', async () => {
      const key = await api.storeKey(OURS, 'admin')
      const follower = await follow(`?webhook_id=${OTHER_HOOK}&status=eq.failed`, { apikey: key })
      await record(OURS, HOOK)
      const wanted = await record(OURS, OTHER_HOOK)
      await until('the row', () => follower.rows.length > 0)
      assert.deepEqual(ids(follower), [wanted])
      await follower.stop()
    })

    test('the live log shows a row that is committed after one with a higher id', async () => {
      const now = Date.now()
      const follower = await follow('', { apikey: SERVICE_KEY })
      const higher = await record(OURS, HOOK, newId(now + 1_000))
      await until('the higher one', () => ids(follower).includes(higher))
      const lower = await record(OURS, HOOK, newId(now - 3_000))
      await until('the lower one', () => ids(follower).includes(lower))
      await follower.stop()
    })

    test('the live log resumes after Last-Event-ID', async () => {
      const now = Date.now() + 60_000
      const last = await record(OURS, HOOK, newId(now))
      const missed = await record(OURS, HOOK, newId(now + 1))
      const key = await api.storeKey(OURS, 'read')
      const follower = await follow('', { apikey: key, 'last-event-id': last })
      await until('the missed row', () => follower.rows.length === 1)
      const next = await record(OURS, HOOK, newId(now + 2))
      await until('the next row', () => follower.rows.length === 2)
      assert.deepEqual(ids(follower), [missed, next])
      await follower.stop()
    })

    test('an EventSource can read the live log', async () => {
      const key = await api.storeKey(OURS, 'read')
      const source = new EventSource(url, {
        fetch: async (input, init) =>
          await fetch(input, { ...init, headers: { ...init.headers, apikey: key } }),
      })
      const received: { lastEventId: string; data: unknown }[] = []
      source.addEventListener('message', (event) => received.push(event))
      await until('the stream to open', () => source.readyState === EventSource.OPEN)
      const id = await record(OURS, HOOK, newId(Date.now() + 120_000))
      const [event] = await until('the event', () => (received.length > 0 ? received : undefined))
      assert.equal(event?.lastEventId, id)
      assert.equal((JSON.parse(String(event.data)) as Row).id, id)
      source.close()
    })

    test('a live log stream ends when its key is revoked', async () => {
      const key = await api.storeKey(OURS, 'read')
      const follower = await follow('', { apikey: key })
      await api.database.query('update webhooks.api_keys set revoked_at = now()')
      await until('the end of the stream', () => follower.hasEnded)
    })

    test('an organization can open ten live log streams at once, and another when one has ended', async () => {
      const apikey = await api.storeKey(OURS, 'read')
      const followers = await Promise.all(Array.from({ length: 10 }, () => follow('', { apikey })))
      const refused = await fetch(url, { headers: { apikey } })
      assert.deepEqual([refused.status, ((await refused.json()) as ErrorBody).code], [429, 'PT429'])
      const other = await follow('', { apikey: await api.storeKey(THEIRS, 'read') })
      await followers.pop()?.stop()
      const again = await until(
        'a free stream',
        async () => await follow('', { apikey }).catch(() => undefined),
      )
      for (const follower of [...followers, other, again]) await follower.stop()
    })

    test('the live log refuses wrong filters, ids and keys before the stream begins', async () => {
      // The test before has just used all streams of the other organization.
      const apikey = await api.storeKey(THEIRS, 'read')
      const ask = async (search: string, headers: Record<string, string>): Promise<(number | string)[]> => {
        const response = await fetch(`${url}${search}`, { headers })
        return [response.status, ((await response.json()) as ErrorBody).code]
      }
      assert.deepEqual(await ask('?nope=eq.1', { apikey }), [400, '42703'])
      assert.deepEqual(await ask('?webhook_id=eq.x', { apikey }), [400, '22P02'])
      assert.deepEqual(await ask('?order=id', { apikey }), [400, 'PGRST100'])
      assert.deepEqual(await ask('', { apikey, 'last-event-id': 'x' }), [400, '22023'])
      assert.deepEqual(await ask('', {}), [401, 'PGRST302'])
      assert.deepEqual(await ask('', { apikey: await api.storeKey(OURS, 'emit') }), [403, '42501'])
    })

    test('a live log stream and a connection without a request end when the server stops', async () => {
      const follower = await follow('', { apikey: SERVICE_KEY })
      const { port, hostname } = new URL(url)
      const quiet = connect(Number(port), hostname)
      await once(quiet, 'connect')
      await Promise.all([api.stopListening(), once(quiet, 'close')])
      await until('the end of the stream', () => follower.hasEnded)
    })
  })
}

async function collect(response: Response, follower: Follower): Promise<void> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data !== undefined) follower.rows.push(JSON.parse(data) as Row)
    }
  }
}
