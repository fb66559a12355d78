import { AggregatorRegistry } from 'prom-client'
import type { Aggregator, Registry } from 'prom-client'

/** The metrics of one process. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** Where the sum of all workers, which is the default, would say nothing. */
const OF_PROCESSES: readonly [RegExp, Aggregator][] = [
  [/nodejs_eventloop_lag_min_seconds$/, 'min'],
  // The slowest worker must not disappear in a mean.
  [/nodejs_eventloop_lag_/, 'max'],
  // The latest start, so that a restart of any worker shows.
  [/process_start_time_seconds$/, 'max'],
]

/** Returns how the values that several workers have for a metric become one. */
export function toAggregator({ name, aggregator }: { name: string; aggregator: Aggregator }): Aggregator {
  return OF_PROCESSES.find(([pattern]) => pattern.test(name))?.[1] ?? aggregator
}

/** Merges the metrics of several processes, and renders them in Prometheus' text format. */
export async function renderMerged(
  all: readonly MetricValues[],
): Promise<{ text: string; contentType: string }> {
  const register = AggregatorRegistry.aggregate([...all])
  return { text: await register.metrics(), contentType: register.contentType }
}

/** Adds up what only grows. The totals of a worker that has ended still count, or their sum would seem to be reset. */
export async function sumTotals(all: readonly MetricValues[]): Promise<MetricValues> {
  return await AggregatorRegistry.aggregate(all.map(totalsOf)).getMetricsAsJSON()
}

function totalsOf(values: MetricValues): MetricValues {
  // prom-client declares an enum, and writes words.
  return values.filter(({ type }) => ['counter', 'histogram'].includes(String(type)))
}
