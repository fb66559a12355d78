import type { Bench } from '../bench.ts'
import { insertHistory, vacuumHistory } from '../history/insert-history.ts'
import { askOften, expireDays, readSizes } from '../history/measure-history.ts'
import { listQuestions } from '../history/questions.ts'
import { createSiblings } from '../load.ts'
import type { Endpoint } from '../load.ts'
import { createWebhooks, startOurServer } from '../ours.ts'
import type { Cell, Section } from '../section.ts'
import { percentile } from '../statistics.ts'

const ORGANIZATIONS = 10
const WEBHOOKS_EACH = 10
const MAX_P95_MS = 100

/** Measures what people and jobs ask of a large history. */
export async function measureHistory(bench: Bench): Promise<Section> {
  const rows = bench.options.quick ? 100_000 : 10_000_000
  const server = await startOurServer({ engine: 'postgresql', postgres: bench.postgres })
  try {
    const { databaseUrl = '' } = server
    const webhooks = createHistoryWebhooks()
    await createWebhooks(server.api, webhooks)
    const started = performance.now()
    await insertHistory(databaseUrl, { rows, webhooks })
    bench.say(`filled in ${Math.round((performance.now() - started) / 1_000)} s`)
    const vacuumed = await vacuumHistory(databaseUrl)
    const sizes = await readSizes(databaseUrl, [...vacuumed.keys()])
    const answers: { name: string; took: number[] }[] = []
    const note = (name: string, took: number[]): void => {
      answers.push({ name, took })
      bench.say(`${name}: p95 ${percentile(took, 0.95).toFixed(1)} ms`)
    }
    for (const question of listQuestions(webhooks)) note(question.name, await askOften(server, question))
    note('retention: a day expires', await expireDays(databaseUrl))
    return {
      title: 'History',
      notes: [
        `Milliseconds of requests to the API, warm, with ${rows.toLocaleString('en')} events, deliveries and log rows in the partitions of 30 days, of ${ORGANIZATIONS} organizations with ${WEBHOOKS_EACH} webhooks each: the requests of the settings page, for one webhook, organization or record after another. One delivery in 101 failed, one in 99,991 was cancelled. Retention: the program's own job, which drops the partitions of one day.`,
      ],
      columns: ['Question', 'p50 ms', 'p95 ms', 'highest ms'],
      rows: answers.map(({ name, took }) => [
        name,
        percentile(took, 0.5),
        percentile(took, 0.95),
        Math.max(...took),
      ]),
      more: {
        note: 'Sizes after the history was inserted, and the first `vacuum (analyze)` of each table. The events have about 300 bytes of data.',
        columns: ['Table', 'table MiB', 'indexes MiB', 'vacuum s'],
        rows: sizes.map(({ table, tableMiB, indexMiB }): Cell[] => [
          table,
          tableMiB,
          indexMiB,
          vacuumed.get(table),
        ]),
      },
      goals: answers.map(({ name, took }) => ({
        text: `${name}, ${rows.toLocaleString('en')} rows: p95`,
        measured: percentile(took, 0.95),
        atMost: MAX_P95_MS,
        unit: 'ms',
      })),
    }
  } finally {
    await server.close()
  }
}

/** Their URL is never called. */
function createHistoryWebhooks(): Endpoint[] {
  return Array.from({ length: ORGANIZATIONS }, () =>
    createSiblings(WEBHOOKS_EACH, 'http://127.0.0.1:4601'),
  ).flat()
}
