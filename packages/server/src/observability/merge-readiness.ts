import type { LoopCheck, Readiness } from './readiness.ts'

type Checks = Readiness['checks']

/** The answer of one worker; undefined: it did not answer in time. */
export interface WorkerReadiness {
  worker: number
  readiness: Readiness | undefined
}

/**
 * Merges the readiness of the workers of one node. The node is ready if all workers that run are; of each check, the
 * worst is reported. A worker that is being restarted does not make the node unready, because the others serve its port.
 * @param expected how many workers the node runs when none is being restarted
 */
export function mergeReadiness(all: readonly WorkerReadiness[], expected: number): Readiness {
  const answers = all.flatMap(({ readiness }) => readiness ?? [])
  const running = answers.length
  const checks: Checks = {
    ...mergeChecks(answers.map((readiness) => readiness.checks)),
    workers: { status: running === expected ? 'ok' : 'incomplete', running, expected },
  }
  const reason = all.map(reasonOf).find((found) => found !== undefined)
  return reason === undefined ? { status: 'ok', checks } : { status: 'unavailable', reason, checks }
}

function reasonOf({ worker, readiness }: WorkerReadiness): string | undefined {
  if (readiness === undefined) return `worker ${worker} does not respond`
  return readiness.status === 'ok' ? undefined : `worker ${worker}: ${readiness.reason ?? 'unavailable'}`
}

const STREAM_RANKS = { ok: 0, degraded: 1, unavailable: 2 } as const

function mergeChecks(all: readonly Checks[]): Checks {
  const pick = <Key extends keyof Checks>(key: Key): NonNullable<Checks[Key]>[] =>
    all.map((checks) => checks[key]).filter((check) => check !== undefined)
  const relay = maxBy(
    pick('relay'),
    ({ status, lag_seconds }) => (status === 'stalled' ? 1e9 : 0) + lag_seconds,
  )
  const queue = maxBy(pick('queue'), ({ oldest_due_seconds }) => oldest_due_seconds)
  const clock = maxBy(pick('clock'), ({ offset_seconds }) => Math.abs(offset_seconds))
  const streams = maxBy(pick('streams'), ({ status }) => STREAM_RANKS[status])
  const migrations = maxBy(pick('migrations'), ({ status }) => Number(status === 'missing'))
  const crm = maxBy(pick('crm_database'), ({ status }) => Number(status !== 'ok'))
  return {
    database: maxBy(pick('database'), ({ status }) => Number(status !== 'ok')) ?? { status: 'unavailable' },
    ...(crm === undefined ? {} : { crm_database: crm }),
    ...(migrations === undefined ? {} : { migrations }),
    ...(relay === undefined
      ? {}
      : { relay: { ...relay, last_progress_at: oldest(pick('relay'), 'last_progress_at') } }),
    ...(queue === undefined ? {} : { queue }),
    ...(clock === undefined ? {} : { clock }),
    ...(streams === undefined ? {} : { streams }),
    loops: mergeLoops(pick('loops')),
  }
}

function mergeLoops(all: readonly Checks['loops'][]): Checks['loops'] {
  const names = new Set(all.flatMap((loops) => Object.keys(loops)))
  return Object.fromEntries(
    [...names].map((name) => [name, mergeLoop(all.flatMap((loops) => loops[name] ?? []))]),
  )
}

function mergeLoop(all: readonly LoopCheck[]): LoopCheck {
  return {
    status: all.some(({ status }) => status === 'failing') ? 'failing' : 'ok',
    last_success_at: oldest(all, 'last_success_at'),
    failures: Math.max(...all.map(({ failures }) => failures)),
    running_seconds: Math.max(...all.map(({ running_seconds: seconds }) => seconds)),
  }
}

/** Null, which means never, is older than any time. */
function oldest<Key extends string>(all: readonly Record<Key, string | null>[], key: Key): string | null {
  return all
    .map((each) => each[key])
    .reduce((a, b) => (a === null || b === null ? null : a < b ? a : b), all[0]?.[key] ?? null)
}

function maxBy<T>(all: readonly T[], rank: (each: T) => number): T | undefined {
  return all.toSorted((a, b) => rank(b) - rank(a))[0]
}
