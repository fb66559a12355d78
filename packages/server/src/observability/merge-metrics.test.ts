import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { renderMerged, sumTotals, toAggregator } from './merge-metrics.ts'
import type { MetricValues } from './merge-metrics.ts'

/** The metrics of one worker. */
async function metricsOf(value: number): Promise<MetricValues> {
  const registers = [new Registry()]
  new Counter({ name: 'sent_total', help: 'sent', labelNames: ['outcome'], registers }).inc(
    { outcome: 'ok' },
    value,
  )
  new Gauge({ name: 'lag_seconds', help: 'lag', aggregator: 'max', registers }).set(value)
  new Histogram({ name: 'took_seconds', help: 'took', buckets: [5], registers }).observe(value)
  return await registers[0]!.getMetricsAsJSON()
}

describe('the metrics of several workers', () => {
  it('are summed up if they count, and are the highest of those that all workers know', async () => {
    const { text, contentType } = await renderMerged([await metricsOf(3), await metricsOf(7)])
    for (const line of [
      'sent_total{outcome="ok"} 10',
      'lag_seconds 7',
      'took_seconds_bucket{le="5"} 1',
      'took_seconds_sum 10',
      'took_seconds_count 2',
    ]) {
      assert.ok(text.split('\n').includes(line), line)
    }
    assert.match(contentType, /^text\/plain/)
  })

  it('keep the totals of workers that have ended, and nothing else', async () => {
    const ended = await sumTotals([await metricsOf(3), await metricsOf(5)])
    const { text } = await renderMerged([await metricsOf(1), await sumTotals([ended])])
    assert.match(text, /^sent_total\{outcome="ok"\} 9$/m)
    assert.match(text, /^took_seconds_count 3$/m)
    assert.match(text, /^lag_seconds 1$/m)
  })

  it('show the worst event loop and the latest start of a process', () => {
    const aggregator = 'average'
    assert.equal(toAggregator({ name: 'connectgain_nodejs_eventloop_lag_p99_seconds', aggregator }), 'max')
    assert.equal(toAggregator({ name: 'connectgain_nodejs_eventloop_lag_min_seconds', aggregator }), 'min')
    assert.equal(toAggregator({ name: 'connectgain_process_start_time_seconds', aggregator }), 'max')
    assert.equal(toAggregator({ name: 'connectgain_anything_else', aggregator }), 'average')
  })
})
