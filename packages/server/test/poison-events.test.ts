import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import type { DeliveryRow } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

/** Escapes that JSON may contain and PostgreSQL's text may not. */
const ODD = String.raw`{"lone":"\ud83d","nul":"a\u0000b","\u0000":1,"n":12345678901234567890,"f":1.50}`

onEachEngine(
  'events with escapes that text cannot hold',
  (stage) => {
    let database: Database
    before(() => {
      database = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 1 })
    })
    after(() => database.close())

    /** Inserts an event as a CRM transaction does: the API refuses such text. */
    const insert = async (event: string, data: string): Promise<string> => {
      const { rows } = await database.query<{ id: string }>(
        'insert into webhooks.webhook_events (organization_id, event, data) values ($1, $2, $3::json) returning id',
        [stage.organizationId, event, data],
      )
      return rows[0]!.id
    }
    const dataOf = (body: string): string => /"data":(.*)\}$/s.exec(body)![1]!

    test('an event with invalid escapes is sent without its redacted fields, and the rest byte for byte', async () => {
      const redacted = await createWebhook(stage, {
        events: ['deal.created'],
        redact: ['data.score', 'data.meta.f'],
      })
      const beside = await createWebhook(stage, { events: ['contact.created'] })
      await insert('deal.created', `{"score":7,"meta":${ODD}}`)
      await insert('contact.created', '{}')
      await stage.receiver.received(beside.path, 1)
      const [sent] = await stage.receiver.received(redacted.path, 1)
      assert.equal(dataOf(sent!.body), `{"meta":${ODD.replace(',"f":1.50', '')}}`)
    })

    test('every retry of an event with invalid escapes sends and logs the same bytes', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], redact: ['data.score'] })
      stage.receiver.reply(path, 503, 503, 200)
      await insert('deal.updated', `{"score":7,"meta":${ODD}}`)
      const sent = await stage.receiver.received(path, 3)
      assert.deepEqual(new Set(sent.map(({ body }) => dataOf(body))), new Set([`{"meta":${ODD}}`]))
      const logs = await stage.server.api.rows<{ request_body: string }>(
        `webhook_logs?webhook_id=eq.${id}`,
        3,
      )
      assert.deepEqual(new Set(logs.map((log) => log.request_body)), new Set([sent[0]!.body]))
    })

    test('a replay of an event with invalid escapes sends it and completes', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.assigned'], redact: ['data.score'] })
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
      const since = new Date(Date.now() - 60_000).toISOString()
      await insert('deal.assigned', `{"id":"\\ud83d","score":7,"meta":${ODD}}`)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
      await stage.server.api.rpc('replay_events', { webhook_id: id, since })
      const [sent] = await stage.receiver.received(path, 1)
      assert.equal(dataOf(sent!.body), `{"id":"\\ud83d","meta":${ODD}}`)
      await stage.server.api.rows(`webhook_redeliveries?webhook_id=eq.${id}&status=eq.completed`, 1)
    })

    test('fifty fields are redacted in nine thousand elements while another webhook gets its event', async () => {
      const fields = Array.from({ length: 50 }, (_, n) => `data.l.p${n}`)
      const { path } = await createWebhook(stage, { events: ['message.sent'], redact: fields })
      const beside = await createWebhook(stage, { events: ['message.read'] })
      const list = Array.from({ length: 9_000 }, (_, n) => ({ n, p1: 'x', p49: 'y' }))
      await insert('message.sent', JSON.stringify({ l: list }))
      await insert('message.read', '{}')
      await stage.receiver.received(beside.path, 1)
      const [sent] = await stage.receiver.received(path, 1)
      assert.deepEqual(sent?.json.data, { l: list.map(({ n }) => ({ n })) })
    })

    test('a query that filters by a field with invalid escapes is refused with 400', async () => {
      await insert('deal.created', `{"name":${ODD}}`)
      const { status } = await stage.server.api.request('GET', 'webhook_events?data->name->>nul=eq.x')
      assert.equal(status, 400)
      const rows = await stage.server.api.get<DeliveryRow[]>('webhook_deliveries?limit=1')
      assert.equal(rows.length, 1)
    })

    test('each broken webhook fails only its own delivery, with the reason', async () => {
      const breakBy = async (assignment: string): Promise<string> => {
        const { id } = await createWebhook(stage, { events: ['deal.stage.changed'] })
        await database.query(`update webhooks.webhook_configurations set ${assignment} where id = $1`, [id])
        return id
      }
      const secret = await breakBy(`secret = 'v1.abcdefgh.AAAA'`)
      const headers = await breakBy(`sealed_headers = 'v1.abcdefgh.BBBB'`)
      const filter = await breakBy(`filter = '{"data.x": {"$bogus": 1}}'`)
      const { path } = await createWebhook(stage, { events: ['deal.stage.changed'] })
      await insert('deal.stage.changed', `{"x":${ODD}}`)
      await stage.receiver.received(path, 1)
      const endOf = async (id: string, status: string): Promise<string | null> => {
        const [delivery] = await stage.server.api.rows<DeliveryRow & { last_error: string | null }>(
          `webhook_deliveries?webhook_id=eq.${id}&status=eq.${status}`,
          1,
        )
        return delivery!.last_error ?? delivery!.reason
      }
      assert.match(String(await endOf(secret, 'failed')), /cannot be decrypted with ENCRYPTION_KEYS/)
      assert.match(String(await endOf(headers, 'failed')), /cannot be decrypted with ENCRYPTION_KEYS/)
      assert.match(String(await endOf(filter, 'filtered')), /could not be evaluated: .*\$bogus/)
    })
  },
  { engines: ENGINES.filter((engine) => engine === 'postgresql') },
)
