import assert from 'node:assert/strict'
import { setTimeout as pass } from 'node:timers/promises'
import { test } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import { ENGINES } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { LONG, until } from './harness/until.ts'

const DEALS = 250
const WRITERS = 4

onEachEngine(
  'initial sync while the records change',
  (stage) => {
    test(
      'no record is missed, and none comes after a newer state of it, while writers race and the endpoint fails',
      LONG,
      async () => {
        const crm = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: WRITERS })
        const { rows: deals } = await crm.query<{ id: string }>(
          `insert into public.deals (organization_id, title, value)
           select $1, 'Deal ' || n, 0 from generate_series(1, ${DEALS}) as n returning id`,
          [stage.organizationId],
        )
        const { id, path } = await createWebhook(stage, { events: ['deal.created', 'deal.updated'] })
        const arrived = new Map<string, { value: number; isSync: boolean }[]>()
        stage.receiver.reply(path, (response, { json, headers }) => {
          const deal = String(json.data['id'])
          const isAccepted = Math.random() > 0.03
          if (isAccepted) {
            const seen = {
              value: Number(json.data['value']),
              isSync: headers['x-webhook-trigger'] === 'sync',
            }
            arrived.set(deal, [...(arrived.get(deal) ?? []), seen])
          }
          void pass(Math.random() * 5).then(() => response.writeHead(isAccepted ? 200 : 503).end())
        })
        const writing = new AbortController()
        const writers = Array.from({ length: WRITERS }, async () => {
          while (!writing.signal.aborted) {
            const deal = deals[Math.floor(Math.random() * DEALS)]!
            // The change is made a while before its commit.
            await crm.transaction(async (transaction) => {
              await transaction.query('update public.deals set value = value + 1 where id = $1', [deal.id])
              await pass(Math.random() * 20)
            })
          }
        })
        try {
          const { body } = await stage.server.api.rpc<{ sync_id: string }>('send_existing', {
            webhook_id: id,
            record: 'deal',
          })
          await until('the sync to be done', async () => {
            const [sync] = await stage.server.api.get(`webhook_syncs?id=eq.${body.sync_id}`)
            return sync?.['status'] === 'done'
          })
          writing.abort()
          await Promise.all(writers)
          const { rows: final } = await crm.query<{ id: string; value: number }>(
            'select id, value::float8 as value from public.deals',
          )
          await until('the last change of each deal', () =>
            final.every(({ id: deal, value }) => arrived.get(deal)?.some((seen) => seen.value === value)),
          )
          for (const { id: deal } of final) {
            const seen = arrived.get(deal)!
            const at = seen.findIndex(({ isSync }) => isSync)
            assert.ok(at >= 0, 'every deal that existed arrives')
            const values = seen.slice(at).map(({ value }) => value)
            const [first = 0] = values
            assert.ok(
              values.every((value) => value >= first),
              `an older state follows: ${values.join(', ')}`,
            )
            const before = seen.slice(0, at).map(({ value }) => value)
            assert.ok(
              before.every((value) => value <= first),
              `the record is older than a change before it: ${before.join(', ')}, then ${first}`,
            )
          }
        } finally {
          writing.abort()
          await Promise.allSettled(writers)
          await crm.close()
        }
      },
    )
  },
  {
    settings: { RETRY_SCHEDULE: '1s,1s,1s,1s', WORKERS: '2', LOG_LEVEL: 'info' },
    engines: ENGINES.filter((engine) => engine === 'postgresql'),
  },
)
