import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { plainArray } from '../src/database/array-literal.ts'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { newId } from '../src/domain/ids.ts'
import { ENGINES } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

const EVENTS = 20

interface Fault {
  stage: string
  reason: string
  delivery_id: string | null
}

/** A statement at which the database refuses one event. */
interface Place {
  table: string
  does: 'insert' | 'update' | 'delete'
  /** Fields of the webhook. */
  fields?: object
  /** The endpoint's first responses. */
  replies?: number[]
  /** The delivery's final status; undefined if the database refuses to store one, or the delivery. */
  status?: string
  errorCode?: string
}

const PLACES: readonly Place[] = [
  { table: 'webhooks_internal.outbox', does: 'delete' },
  { table: 'webhooks.webhook_deliveries', does: 'insert' },
  // A delivery that is sent from memory takes a row in the queue only when it fails. One with a rate limit waits there.
  {
    table: 'webhooks_internal.queue',
    does: 'insert',
    fields: { rate_limit: 1_000 },
    status: 'failed',
    errorCode: 'not_sendable',
  },
  {
    table: 'webhooks_internal.queue',
    does: 'insert',
    replies: [...Array.from({ length: EVENTS }, () => 503), 200],
    status: 'failed',
    errorCode: 'not_recordable',
  },
  {
    table: 'webhooks_internal.queue',
    does: 'update',
    fields: { rate_limit: 1_000 },
    status: 'failed',
    errorCode: 'not_sendable',
  },
  // A retry that cannot be scheduled.
  {
    table: 'webhooks_internal.queue',
    does: 'update',
    replies: [...Array.from({ length: EVENTS }, () => 503), 200],
    status: 'failed',
    errorCode: 'not_recordable',
  },
  { table: 'webhooks_internal.attempts', does: 'insert', status: 'failed' },
  {
    table: 'webhooks_internal.attempts',
    does: 'insert',
    replies: [...Array.from({ length: EVENTS }, () => 503), 200],
    status: 'failed',
  },
  {
    table: 'webhooks.webhook_deliveries',
    does: 'update',
    replies: [...Array.from({ length: EVENTS }, () => 503), 200],
  },
]

onEachEngine(
  'events that the database refuses',
  (stage) => {
    let database: Database
    before(async () => {
      database = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 1 })
      await database.execute(`
        create table public.poisoned (event_id uuid);
        create function public.refuse() returns trigger language plpgsql security definer as $$
        declare
          event uuid;
        begin
          case tg_table_name
            when 'queue' then
              select d.event_id into event from webhooks.webhook_deliveries d
              where d.id = case when tg_op = 'DELETE' then old.delivery_id else new.delivery_id end;
            else
              event := case when tg_op = 'DELETE' then old.event_id else new.event_id end;
          end case;
          if exists (select from public.poisoned p where p.event_id = event) then
            raise 'refused by a test';
          end if;
          return coalesce(new, old);
        end
        $$;`)
    })
    after(() => database.close())

    for (const [index, place] of PLACES.entries()) {
      const { table, does, fields = {}, replies = [], status, errorCode } = place
      const about = `${does} of ${table}${Object.keys(fields).length > 0 ? ', when it is claimed' : ''}${replies.length > 0 ? ', after a failure' : ''}`
      test(`an event refused at the ${about} is recorded as a fault, and all others are delivered (${index + 1})`, async () => {
        await database.execute(
          `create trigger refuse before ${does} on ${table} for each row execute function public.refuse()`,
        )
        try {
          await fc.assert(
            fc.asyncProperty(fc.nat(EVENTS - 1), async (poisoned) => {
              await runOnce(stage, database, { poisoned, fields, replies, status, errorCode })
            }),
            { numRuns: 2, endOnFailure: true },
          )
        } finally {
          await database.execute(`drop trigger refuse on ${table}`)
        }
      })
    }
  },
  { engines: ENGINES.filter((engine) => engine === 'postgresql') },
)

async function runOnce(
  stage: Stage,
  database: Database,
  {
    poisoned,
    fields,
    replies,
    status,
    errorCode,
  }: {
    poisoned: number
    fields: object
    replies: readonly number[]
    status: string | undefined
    errorCode: string | undefined
  },
): Promise<void> {
  const { api } = stage.server
  const organizations = await Promise.all(
    ['Ours', 'Other'].map((name) => api.insert<{ id: string }>('organizations', { name })),
  )
  const [ours, other] = organizations.map(({ id }) => id)
  const webhook = await createWebhook(stage, { events: ['deal.created'], organization_id: ours, ...fields })
  const beside = await createWebhook(stage, { events: ['deal.created'], organization_id: other })
  if (replies.length > 0) stage.receiver.reply(webhook.path, ...replies)
  const ids = Array.from({ length: EVENTS }, () => newId())
  const culprit = ids[poisoned]!
  const theirs = Array.from({ length: EVENTS }, () => newId())
  await database.query('insert into public.poisoned values ($1)', [culprit])
  await database.query(
    `insert into webhooks.webhook_events (id, organization_id, event, data)
     select id, $2::uuid, 'deal.created', '{"n":1}'::json from unnest($1::uuid[]) as id
     union all
     select id, $4::uuid, 'deal.created', '{"n":1}'::json from unnest($3::uuid[]) as id`,
    [plainArray(ids), ours, plainArray(theirs), other],
  )
  const others = ids.filter((id) => id !== culprit)
  // The culprit is stored as delivered too where only the event is refused, perhaps before the others.
  const arrived = await api.rows<{ event_id: string }>(
    `webhook_deliveries?webhook_id=eq.${webhook.id}&status=eq.delivered&event_id=neq.${culprit}`,
    others.length,
  )
  const arrivedIds = new Set(arrived.map(({ event_id }) => event_id))
  assert.deepEqual(
    others.filter((id) => !arrivedIds.has(id)),
    [],
  )
  await api.rows(`webhook_deliveries?webhook_id=eq.${beside.id}&status=eq.delivered`, EVENTS)
  const [fault] = await api.rows<Fault>(`webhook_delivery_faults?event_id=eq.${culprit}&limit=1`, 1)
  assert.match(fault!.reason, /refused by a test/)
  await until('the culprit to be out of the queue', async () => {
    const { rows } = await database.query(
      `select from webhooks_internal.queue q join webhooks.webhook_deliveries d on d.id = q.delivery_id where d.event_id = $1`,
      [culprit],
    )
    return rows.length === 0
  })
  const sent = stage.receiver.requests.filter((request) => request.headers['x-webhook-id'] === culprit)
  assert.ok(sent.length <= 2)
  if (status === undefined) return
  const [delivery] = await api.rows<{ id: string; status: string; reason: string }>(
    `webhook_deliveries?event_id=eq.${culprit}`,
    1,
  )
  assert.deepEqual([delivery?.status, delivery?.reason], [status, 'refused by a test'])
  if (errorCode === undefined) return
  const logs = await api.get<{ error_code: string; diagnosis: string }>(
    `webhook_logs?delivery_id=eq.${delivery!.id}&order=attempt.desc&limit=1`,
  )
  assert.equal(logs[0]?.error_code, errorCode)
  await database.query('delete from public.poisoned')
  const { body } = await api.rpc<{ status: string }>('retry_delivery', { delivery_id: delivery!.id })
  assert.equal(body.status, 'success')
}
