import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { openPostgres } from '../src/database/postgres.ts'
import type { DeliveryRow, LogRow } from './harness/api.ts'
import { HEAVY } from './harness/full-run.ts'
import { createWebhook, onEachEngine, onEveryEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

onEveryEngine(
  'crash recovery',
  (stage) => {
    test('a request whose outcome is lost in a crash is sent once more, with the same ids', async () => {
      const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
      const killed = new Promise<void>((resolve) => {
        stage.receiver.reply(
          path,
          (response: ServerResponse) => {
            // The 200 is sent, then the sender is killed before it can record it.
            void stage.server.kill().then(() => {
              response.end()
              resolve()
            })
            response.writeHead(200).flushHeaders()
          },
          200,
        )
      })
      await stage.server.api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Once' })
      await killed
      stage.server = await stage.site.start()

      const [first, second] = await stage.receiver.received(path, 2)
      assert.equal(second?.body, first?.body)
      for (const header of ['x-webhook-id', 'x-webhook-delivery', 'x-webhook-attempt']) {
        assert.equal(second?.headers[header], first?.headers[header], header)
      }
      const [delivery] = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=delivered`,
        1,
      )
      assert.equal(delivery?.attempts, 1)
      assert.equal((await stage.server.api.get(`webhook_logs?webhook_id=${id}`)).length, 1)
      assert.equal((await stage.receiver.received(path, 2)).length, 2)
    })

    test('events that are acknowledged before a crash are delivered after the restart', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.created'] })
      const acknowledged: string[] = []
      const emitting = Array.from({ length: 50 }, async (_, index) => {
        const { status } = await stage.server.api.request('POST', 'deals', {
          organization_id: stage.organizationId,
          title: `deal ${index}`,
        })
        if (status === 201) acknowledged.push(`deal ${index}`)
        if (acknowledged.length === 20) await stage.server.kill()
      })
      await Promise.allSettled(emitting)
      assert.ok(acknowledged.length >= 20)
      stage.server = await stage.site.start()

      // More events may be committed than acknowledged; every acknowledged one must arrive.
      const missing = (): string[] => {
        const titles = new Set(stage.receiver.requests.map(({ json }) => json.data['title']))
        return acknowledged.filter((title) => !titles.has(title))
      }
      await until('every acknowledged deal to arrive', () => missing().length === 0)
      await until('no delivery to be left', async () => {
        const left = await stage.server.api.get(
          `webhook_deliveries?webhook_id=eq.${id}&status=in.(pending,retrying)`,
        )
        return left.length === 0
      })
    })
  },
  { settings: { RETRY_SCHEDULE: '1s,1s', DELIVERY_TIMEOUT: '2s' } },
)

onEachEngine('graceful shutdown', (stage) => {
  test('SIGTERM lets the request in flight finish and be recorded, and the process exits with 0', async () => {
    const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
    const stopped = new Promise<number | null>((resolve) => {
      stage.receiver.reply(
        path,
        (response) => {
          resolve(stage.server.stop())
          setImmediate(() => response.writeHead(200).end('done'))
        },
        200,
      )
    })
    await stage.server.api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Last' })
    assert.equal(await stopped, 0)

    stage.server = await stage.site.start()
    const logs = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=${id}`, 1)
    assert.deepEqual([logs[0]?.status, logs[0]?.response_body], ['success', 'done'])
    assert.equal((await stage.receiver.received(path, 1)).length, 1)
    assert.equal((await stage.server.api.get(`webhook_configurations?id=eq.${id}`)).length, 1)
  })

  test('a scheduled retry is sent after a restart', async () => {
    const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
    stage.receiver.reply(path, 503, 200)
    await stage.server.api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Later' })
    await stage.server.api.rows(`webhook_logs?webhook_id=${id}&status=failed`, 1)
    await stage.server.stop()
    stage.server = await stage.site.start()
    const [delivery] = await stage.server.api.rows<DeliveryRow>(
      `webhook_deliveries?webhook_id=${id}&status=delivered`,
      1,
    )
    assert.equal(delivery?.attempts, 2)
  })
})

/** Keeps every node from counting as dead, however late its heartbeats are on this machine. */
const NEVER_DEAD = `
  create function public.look_alive() returns trigger language plpgsql as
    $$ begin new.seen_at := now() + interval '1 hour'; return new; end $$;
  create trigger look_alive before insert or update on webhooks_internal.nodes
    for each row execute function public.look_alive();`
const DEAD_AS_EVER =
  'drop function public.look_alive cascade; update webhooks_internal.nodes set seen_at = now()'

onEachEngine(
  'two processes on one database',
  (stage) => {
    test('two processes send each delivery once, whichever of them captured the change', async (context) => {
      const database = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 1 })
      context.after(async () => {
        await database.execute(DEAD_AS_EVER)
        await database.close()
      })
      await database.execute(NEVER_DEAD)
      const second = await stage.site.start()
      const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
      const names = Array.from({ length: 200 }, (_, index) => `contact ${index}`)
      await Promise.all(
        names.map((first_name, index) =>
          (index % 2 === 0 ? stage.server : second).api.insert('contacts', {
            organization_id: stage.organizationId,
            first_name,
          }),
        ),
      )
      const deliveries = `webhook_deliveries?webhook_id=${id}&status=delivered`
      await stage.server.api.rows(deliveries, names.length)
      const requests = await stage.receiver.received(path, names.length)
      const ids = requests.map(({ headers }) => headers['x-webhook-delivery']!)
      const delivered = await second.api.get<DeliveryRow>(deliveries)
      assert.deepEqual(ids.toSorted(), delivered.map((row) => row.id).toSorted())
      assert.ok(delivered.every(({ attempts }) => attempts === 1))
      assert.equal(new Set(ids).size, names.length)
      assert.equal(await second.stop(), 0)
    })

    test('the deliveries of a killed process are taken over by another', HEAVY, async () => {
      const second = await stage.site.start()
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      // One process is killed with the request in flight.
      stage.receiver.reply(
        path,
        () => {
          void stage.server.kill()
        },
        200,
      )
      // Insert through the surviving process: the request may be sent before this insert returns.
      await second.api.insert('deals', { organization_id: stage.organizationId, title: 'Taken over' })
      await stage.receiver.received(path, 1)
      // Either process may have sent it: a live sender times out and retries it, otherwise it is taken over.
      const [delivery] = await second.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=delivered`,
        1,
      )
      assert.ok(delivery)
      const ids = new Set(
        (await stage.receiver.received(path, 2)).map(({ headers }) => headers['x-webhook-id']),
      )
      assert.equal(ids.size, 1)
      stage.server = second
    })
  },
  { engines: process.env['TEST_DATABASE_URL'] === undefined ? [] : ['postgresql'] },
)
