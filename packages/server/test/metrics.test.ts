import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { createStreamMetrics } from '../src/observability/stream-metrics.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

const ops = (name: string): string => readFileSync(new URL(`../../../ops/${name}`, import.meta.url), 'utf8')

async function scrape(stage: Stage): Promise<string> {
  const response = await fetch(`${stage.server.url}/metrics`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
  return await response.text()
}

/** The value of the one series with this name and these labels. */
function valueOf(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? 0)
}

async function namesOfStreamMetrics(): Promise<string[]> {
  const register = new Registry()
  const readState = async () => await Promise.reject(new Error('not asked'))
  createStreamMetrics(register, 'connectgain_', { nodeId: 'any', readState })
  const names = (await register.getMetricsAsJSON()).map(({ name }) => name)
  assert.ok(names.length > 10)
  return names
}

onEachEngine('metrics', (stage) => {
  test('metrics count events, attempts and deliveries by their outcome', async () => {
    const healthy = await createWebhook(stage, { events: ['deal.created'] })
    const failing = await createWebhook(stage, { events: ['deal.created'] })
    const filtering = await createWebhook(stage, {
      events: ['deal.created'],
      filter: { 'data.stage': 'Won' },
    })
    stage.receiver.reply(failing.path, 500)
    const before = await scrape(stage)
    await stage.server.api.insert('webhook_events', {
      organization_id: stage.organizationId,
      event: 'deal.created',
      data: { id: 'd-1' },
    })
    await stage.server.api.rows(`webhook_deliveries?webhook_id=${healthy.id}&status=delivered`, 1)
    await stage.server.api.rows(`webhook_deliveries?webhook_id=${failing.id}&status=failed`, 1)
    await stage.server.api.rows(`webhook_deliveries?webhook_id=${filtering.id}&status=filtered`, 1)
    const grown = (series: string, text: string): number => valueOf(text, series) - valueOf(before, series)
    await until('the failed delivery to be counted', async () => {
      const text = await scrape(stage)
      return grown('connectgain_deliveries_total{outcome="failed"}', text) === 1
    })
    const after = await scrape(stage)
    for (const [series, count] of [
      ['connectgain_events_total{event="deal.created"}', 1],
      ['connectgain_attempts_total{result="2xx"}', 1],
      ['connectgain_attempts_total{result="5xx"}', 3],
      ['connectgain_deliveries_total{outcome="delivered"}', 1],
      ['connectgain_deliveries_total{outcome="filtered"}', 1],
      ['connectgain_event_to_first_attempt_seconds_count', 2],
      ['connectgain_event_to_delivery_seconds_count', 1],
      ['connectgain_attempt_duration_seconds_count', 4],
    ] as const)
      assert.equal(grown(series, after), count, series)
    assert.ok(valueOf(after, 'connectgain_database_seconds_count{statement="lease-events"}') > 0)
    assert.equal(valueOf(after, 'connectgain_attempts_in_flight'), 0)
  })

  test('metrics name no organization, webhook or endpoint', async () => {
    const text = await scrape(stage)
    assert.ok(!text.includes(stage.organizationId))
    assert.doesNotMatch(text, /hook-\d|127\.0\.0\.1/)
  })

  test('every metric that the dashboard, the alert rules and the docs name exists', async () => {
    const text = await scrape(stage)
    const exported = new Set(Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name!))
    // Only the embedded database has these: it writes to the disk of the node.
    const ofDisk = ['connectgain_disk_free_bytes', 'connectgain_disk_size_bytes']
    for (const name of ofDisk) assert.equal(exported.has(name), stage.engine === 'pglite', name)
    // Of several workers alone: test/workers.test.ts reads them.
    const ofWorkers = ['connectgain_workers', 'connectgain_worker_restarts_total']
    // With a log database of its own: test/log-database.test.ts reads it.
    const ofCrm = ['connectgain_crm_database_up']
    // With NATS alone.
    const ofStreams = await namesOfStreamMetrics()
    for (const name of ofStreams) assert.ok(!exported.has(name), name)
    for (const name of [...ofDisk, ...ofWorkers, ...ofCrm, ...ofStreams]) exported.add(name)
    const docs = readFileSync(new URL('../../../docs/monitoring.md', import.meta.url), 'utf8')
    for (const [file, source] of [
      ['dashboard', ops('grafana-dashboard.json')],
      ['alerts', ops('prometheus-alerts.yml')],
      ['docs', docs],
    ] as const) {
      const used = Array.from(source.matchAll(/connectgain_[a-z0-9_]*[a-z0-9]/g), ([name]) =>
        name.replace(/_bucket$/, ''),
      )
      const missing = used.filter((name) => !exported.has(name) && !/_(nodejs|process)$/.test(name))
      assert.deepEqual(missing, [], file)
      assert.ok(used.length > 5, file)
    }
  })
})
