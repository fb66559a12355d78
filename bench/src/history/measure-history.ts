import { keepPartitions } from '../../../packages/server/src/maintenance/partitions.ts'
import { openPostgres } from '../../../packages/server/src/database/postgres.ts'
import { createLog } from '../../../packages/server/src/server/log.ts'
import { parseConfig } from '../../../packages/server/src/settings/config.ts'
import type { OurServer } from '../ours.ts'
import { runQuery } from '../postgres.ts'
import { HISTORY_DAYS } from './insert-history.ts'
import type { Question } from './questions.ts'

const ROUNDS = 20
const REPEATS = 3

/** Returns the milliseconds of each request; the first pass, which warms the caches, is left out. */
export async function askOften({ api }: OurServer, question: Question): Promise<number[]> {
  const took: number[] = []
  let found = 0
  for (let pass = 0; pass <= REPEATS; pass += 1) {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { path, body } = question.ask(round)
      const started = performance.now()
      const response = await api.request(question.method, path, body)
      if (pass > 0) took.push(performance.now() - started)
      if (response.status !== 200) {
        throw new Error(`${question.name}: ${response.status} ${JSON.stringify(response.body)}`)
      }
      found += Array.isArray(response.body) ? response.body.length : 1
    }
  }
  // A question that finds nothing is answered fast.
  if (found === 0 && question.mayBeEmpty === undefined) throw new Error(`${question.name}: found nothing`)
  return took
}

const DAY_MS = 86_400_000
const DROPPED_DAYS = 10

/** Shortens the retention day by day, and returns the milliseconds that each run of the program's own job took. */
export async function expireDays(databaseUrl: string): Promise<number[]> {
  const database = openPostgres({ url: databaseUrl, poolSize: 1 })
  const log = createLog({ ...parseConfig({}), logLevel: 'warn' })
  const took: number[] = []
  try {
    // The first run creates the partitions of the coming days.
    await keepPartitions(database, { retention: HISTORY_DAYS * DAY_MS, log })
    for (let dropped = 1; dropped <= DROPPED_DAYS; dropped += 1) {
      const started = performance.now()
      await keepPartitions(database, { retention: (HISTORY_DAYS - dropped) * DAY_MS, log })
      took.push(performance.now() - started)
    }
  } finally {
    await database.close()
  }
  return took
}

export interface TableSize {
  table: string
  tableMiB: number
  indexMiB: number
}

const SIZES = `
  select parent::regclass::text as table,
    sum(pg_table_size(relid)) / 1048576.0 as table_mib, sum(pg_indexes_size(relid)) / 1048576.0 as index_mib
  from unnest($1::text[]) as parent
  cross join lateral (
    select relid from pg_partition_tree(parent::regclass) where isleaf
    union select parent::regclass
  ) as leaves
  group by 1`

export async function readSizes(databaseUrl: string, tables: readonly string[]): Promise<TableSize[]> {
  const rows = await runQuery<{ table: string; table_mib: string; index_mib: string }>(databaseUrl, SIZES, [
    tables,
  ])
  return rows.map(({ table, table_mib, index_mib }) => ({
    table,
    tableMiB: Number(table_mib),
    indexMiB: Number(index_mib),
  }))
}
