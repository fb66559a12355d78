import { systemClock } from '../../../packages/server/src/domain/clock.ts'
import type { Database } from '../../../packages/server/src/database/database.ts'
import { claimDue } from '../../../packages/server/src/pipeline/claim/claim-due.ts'
import type { ClaimOptions } from '../../../packages/server/src/pipeline/claim/claim-due.ts'
import { newToken } from '../../../packages/server/src/domain/ids.ts'
import { createTargetOpener } from '../../../packages/server/src/secrets/webhook-target.ts'
import { addDue, box, insertWebhooks, openMigrated } from '../backlog.ts'
import type { Bench } from '../bench.ts'
import { createEndpoints } from '../load.ts'
import type { Endpoint } from '../load.ts'
import type { Engine } from '../ours.ts'
import type { Cell, Goal, Section } from '../section.ts'
import { median, percentile } from '../statistics.ts'
import { withTemporaryDatabase } from '../temporary-database.ts'

const CLAIMED = 200
const ENDPOINTS = 100

/** Measures the cost of the program's claim statement, by the number of due deliveries. */
export async function measureClaimCost(bench: Bench): Promise<Section> {
  const sizes = bench.options.quick ? [1_000, 10_000] : [10_000, 100_000, 1_000_000]
  const rows: Cell[][] = []
  const goals: Goal[] = []
  for (const engine of ['postgresql', 'pglite'] as const) {
    const medians: number[] = []
    await withTemporaryDatabase(bench.postgres, engine, async (at) => {
      const database = await openMigrated(at)
      try {
        const endpoints = createEndpoints(ENDPOINTS, 'http://127.0.0.1:4601')
        await insertWebhooks(database, endpoints)
        for (const [index, size] of sizes.entries()) {
          await addDue(database, size - (sizes[index - 1] ?? 0), endpoints[0] as Endpoint)
          const took = await claimOften(database, bench.options.quick ? 10 : 50)
          medians.push(median(took))
          rows.push([caseName(engine, size), median(took), percentile(took, 0.95)])
          bench.say(`${caseName(engine, size)}: ${median(took).toFixed(2)} ms`)
        }
      } finally {
        await database.close()
      }
    })
    goals.push({
      text: `${engine}: claim with ${sizes.at(-1)?.toLocaleString('en')} due against ${sizes[0]?.toLocaleString('en')}`,
      measured: (medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN),
      atMost: 1.5,
      unit: '×',
    })
  }
  return {
    title: 'Claim cost',
    notes: [
      `Milliseconds to claim ${CLAIMED} due deliveries, bodies included, by the program's own statement in a transaction that is rolled back; ${ENDPOINTS} endpoints with an equal share each.`,
    ],
    columns: ['Due', 'median ms', 'p95 ms'],
    rows,
    goals,
  }
}

function caseName(engine: Engine, size: number): string {
  return `${engine}, ${size.toLocaleString('en')}`
}

async function claimOften(database: Database, times: number): Promise<number[]> {
  const options: ClaimOptions = {
    clock: systemClock,
    nodeId: newToken(),
    openTarget: createTargetOpener(box, { timeout: 10_000, maxInFlight: 32 }),
    defaultTimeout: 10_000,
    defaultMaxInFlight: 32,
  }
  const took: number[] = []
  // The first runs plan the statement and fill the caches.
  for (let run = -5; run < times; run += 1) {
    const ms = await claimAndRollBack(database, options)
    if (run >= 0) took.push(ms)
  }
  return took
}

class RollBack extends Error {}

async function claimAndRollBack(database: Database, options: ClaimOptions): Promise<number> {
  let ms = Number.NaN
  try {
    await database.transaction(async (connection) => {
      const started = performance.now()
      const within: Database = { ...database, ...connection, transaction: (work) => work(connection) }
      const claimed = await claimDue(within, CLAIMED, [], options)
      ms = performance.now() - started
      if (claimed.length !== CLAIMED) throw new Error(`claimed ${claimed.length} instead of ${CLAIMED}`)
      throw new RollBack()
    })
  } catch (error) {
    if (!(error instanceof RollBack)) throw error
  }
  return ms
}
