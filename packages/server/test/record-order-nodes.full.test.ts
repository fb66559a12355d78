import assert from 'node:assert/strict'
import { setTimeout as pass } from 'node:timers/promises'
import { test } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import { ENGINES } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { LONG } from './harness/until.ts'
import { killWorker } from './harness/worker-processes.ts'

const DEALS = 5
const UPDATES = 60
const WRITERS = 4

onEachEngine(
  'order per record over several processes',
  (stage) => {
    test(
      'each record arrives in the order of its commits, while writers race, the endpoint fails and a worker is killed',
      LONG,
      async () => {
        const { id, path } = await createWebhook(stage, { events: ['deal.updated'], ordering: 'record' })
        const inFlight = new Map<string, number>()
        const arrived = new Map<string, number[]>()
        let overlaps = 0
        stage.receiver.reply(path, (response, { json }) => {
          const deal = String(json.data['id'])
          const open = (inFlight.get(deal) ?? 0) + 1
          inFlight.set(deal, open)
          if (open > 1) overlaps += 1
          arrived.set(deal, [...(arrived.get(deal) ?? []), Number(json.data['value'])])
          response.once('close', () => void inFlight.set(deal, (inFlight.get(deal) ?? 1) - 1))
          void pass(Math.random() * 4).then(() => response.writeHead(Math.random() < 0.05 ? 503 : 200).end())
        })
        const crm = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: WRITERS })
        try {
          const { rows: deals } = await crm.query<{ id: string }>(
            `insert into public.deals (organization_id, title, value)
             select $1, 'Deal ' || n, 0 from generate_series(1, ${DEALS}) as n returning id`,
            [stage.organizationId],
          )
          await Promise.all(
            Array.from({ length: WRITERS }, async (_, writer) => {
              for (let update = writer; update < UPDATES; update += WRITERS)
                for (const deal of deals)
                  await crm.query('update public.deals set value = value + 1 where id = $1', [deal.id])
              if (writer === 0) await killWorker(stage.server, 1)
            }),
          )
          await stage.server.api.rows(
            `webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered&select=id`,
            DEALS * UPDATES,
          )
          for (const { id: deal } of deals) {
            const values = arrived.get(deal)!
            assert.deepEqual(
              values,
              values.toSorted((a, b) => a - b),
              'none comes after a newer one',
            )
            assert.deepEqual(
              [...new Set(values)],
              Array.from({ length: UPDATES }, (__, index) => index + 1),
            )
          }
          // A request of the killed worker may still be open at the endpoint when it is sent again.
          assert.ok(overlaps <= DEALS, `${overlaps} requests about a record that had one under way`)
        } finally {
          await crm.close()
        }
      },
    )
  },
  {
    settings: {
      WORKERS: '2',
      LOG_LEVEL: 'info',
      RETRY_SCHEDULE: '1s,1s,1s,1s,1s,1s',
      DELIVERY_TIMEOUT: '2s',
    },
    engines: ENGINES.filter((engine) => engine === 'postgresql'),
  },
)
