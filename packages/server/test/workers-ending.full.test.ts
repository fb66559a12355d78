import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MAX_SHORT_LIVES } from '../src/server/workers/supervisor.ts'
import { createWebhook, onEachEngine, onEveryEngine } from './harness/on-each-engine.ts'
import { ENCRYPTION_KEY, spawnServer } from './harness/server-process.ts'
import type { Settings } from './harness/server-process.ts'
import { until } from './harness/until.ts'
import { isAlive, killWorker, workerPids } from './harness/worker-processes.ts'

const SETTINGS = { WORKERS: '2', LOG_LEVEL: 'info', DELIVERY_TIMEOUT: '60s' }
const ENGINES = process.env['TEST_DATABASE_URL'] === undefined ? [] : (['postgresql'] as const)

onEachEngine(
  'a node of two workers that ends',
  (stage) => {
    /** Starts a node that is expected to exit. */
    const startAnother = (more: Settings) =>
      spawnServer({ ...stage.site.settings, ...more }, mkdtempSync(join(tmpdir(), 'workers-')))

    test('the workers of a killed parent finish their requests and end', async () => {
      const node = stage.server
      const { id, path } = await createWebhook(stage, { events: ['contact.created'] })
      const pids = workerPids(node)
      assert.equal(pids.length, 2)
      stage.receiver.reply(path, (response) => {
        void node.kill().then(() => response.writeHead(200).end('done'))
      })
      await node.api.insert('contacts', { organization_id: stage.organizationId, first_name: 'Last' })
      await until('the workers to end', () => !pids.some(isAlive))
      stage.server = await stage.site.start()
      const logs = await stage.server.api.rows(`webhook_logs?webhook_id=${id}`, 1)
      assert.deepEqual([logs.length, logs[0]?.['response_body']], [1, 'done'])
    })

    test('a second SIGTERM ends a node and its workers at once', async () => {
      const node = stage.server
      const { path } = await createWebhook(stage, { events: ['deal.created'] })
      stage.receiver.reply(path, () => {}, 200)
      await node.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: {},
      })
      await stage.receiver.received(path, 1)
      let hasEnded = false
      void node.ended.then(() => (hasEnded = true))
      await until('the node to end', () => {
        if (!hasEnded) process.kill(node.pid, 'SIGTERM')
        return hasEnded
      })
      assert.equal(await node.ended, 1)
      assert.deepEqual(workerPids(node).filter(isAlive), [])
      stage.server = await stage.site.start()
      // The request that was cut off is sent again.
      await stage.receiver.received(path, 2)
    })

    test('a node whose worker ends again and again exits with 1', async () => {
      const node = await stage.site.start()
      for (let life = 1; life < MAX_SHORT_LIVES; life += 1) await killWorker(node, 1)
      const pids = workerPids(node)
      process.kill(pids[0]!, 'SIGKILL')
      assert.equal(await node.ended, 1)
      assert.match(
        node.output(),
        /a worker ended 5 times, each time within 10 s of its start; stopping this node/,
      )
      assert.deepEqual(pids.filter(isAlive), [])
    })

    test('a node that cannot start prints the reason once and exits with 2', async () => {
      await createWebhook(stage, { secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` })
      const { output, exited } = startAnother({ ENCRYPTION_KEYS: Buffer.alloc(32, 9).toString('base64') })
      assert.equal(await exited, 2)
      assert.equal(output().match(/cannot start/g)?.length, 1)
      assert.match(output(), /ENCRYPTION_KEYS/)
      assert.ok(!output().includes(ENCRYPTION_KEY))
    })
  },
  { settings: SETTINGS, engines: ENGINES },
)

onEachEngine(
  'a node of two workers with ROLE=worker',
  (stage) => {
    test('a sending node of two workers sends the events that an API node of two workers accepts', async () => {
      const sender = await stage.site.start({ ROLE: 'worker' })
      const { id } = await createWebhook(stage, { events: ['deal.created'] })
      await stage.server.api.insert('webhook_events', {
        organization_id: stage.organizationId,
        event: 'deal.created',
        data: {},
      })
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 1)
      assert.equal((await fetch(`${sender.url}/health/ready`)).status, 200)
      assert.equal((await fetch(`${stage.server.url}/health/ready`)).status, 200)
      assert.equal(await sender.stop(), 0)
    })
  },
  { settings: { ...SETTINGS, ROLE: 'api' }, engines: ENGINES },
)

onEveryEngine(
  'WORKERS=auto',
  (stage) => {
    test('WORKERS=auto starts one process with the embedded database, and one for each core with a server', async () => {
      const { availableParallelism } = await import('node:os')
      const expected = stage.engine === 'pglite' ? 1 : Math.min(8, availableParallelism())
      assert.equal(workerPids(stage.server).length, expected === 1 ? 0 : expected)
      assert.equal(/Processes +\d/.test(stage.server.output()), expected > 1)
    })
  },
  { settings: { ...SETTINGS, WORKERS: 'auto' } },
)
