import type { Bench } from '../bench.ts'
import { measureRows } from '../limits/measure-rows.ts'
import type { LimitRun } from '../limits/measure-rows.ts'
import { measureSends } from '../limits/measure-sends.ts'
import type { Section } from '../section.ts'
import type { Entry } from '../turns.ts'
import { medianOf, takeTurns } from '../turns.ts'

/** Measures the two parts of a delivery that no design avoids. */
export async function measureLimits(bench: Bench): Promise<Section> {
  const { options, say } = bench
  const deliveries = options.quick ? 5_000 : 40_000
  const entries: Entry<LimitRun>[] = [
    { name: 'sends without a database', measure: () => measureSends(bench, deliveries) },
    { name: 'rows without sends', measure: () => measureRows(bench, deliveries) },
  ]
  const all = await takeTurns(entries, options.rounds, ({ name }, { cpu, rate }) =>
    say(`${name}: CPU ${cpu?.toFixed(3) ?? 'n/a'} s per 1,000, ${Math.round(rate)}/s`),
  )
  return {
    title: 'Physical limits',
    notes: [
      `${deliveries.toLocaleString('en')} deliveries of events of 1 KB to one webhook; median of ${options.rounds}. CPU: seconds, user and system, for 1,000 deliveries. Sends: the process that makes the attempts (sign, send, read the response, classify), 32 at once, without the receiver. Rows: PostgreSQL alone, 500 deliveries in a statement, 2 connections; the event with its outbox row in one commit, the delivery and its attempt as final rows and the end of the outbox row in another.`,
    ],
    columns: ['Part', 'CPU s per 1,000', 'deliveries/s', 'peak MiB'],
    rows: all.map(({ entry, results }) => [
      entry.name,
      medianOf(results, ({ cpu }) => cpu),
      medianOf(results, ({ rate }) => rate),
      medianOf(results, ({ peakMiB }) => peakMiB),
    ]),
    goals: [],
  }
}
