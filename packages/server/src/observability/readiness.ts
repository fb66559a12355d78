import type { Clock } from '../domain/clock.ts'
import { CLOCK_TOLERANCE_MS } from '../domain/clock.ts'
import type { Database } from '../database/database.ts'
import { readMigrations } from '../database/migrate.ts'
import type { DiskSpace, FreeSpace } from '../database/disk-space.ts'
import { isLow } from '../database/disk-space.ts'
import { messageOf } from '../domain/errors.ts'
import { within } from '../loops/loop.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'
import type { ProcessProgress } from './relay-progress.ts'
import type { QueueState } from './queue-state.ts'
import { checkStreams } from './streams-check.ts'
import type { StreamsCheck } from './streams-check.ts'
import type { StreamsReport } from './stream-metrics.ts'
import { readHealth } from './sql/statements.generated.ts'

/** A database of the CRM that hangs must not keep the others from being checked. */
const CRM_TIMEOUT_MS = 1_500
/** On the embedded database a probe waits for its turn on the one connection. */
const PROBE_TIMEOUT_MS = { postgresql: 2_000, pglite: 5_000 }
/** Extra age allowed for progress that other processes report through the database. */
const REPORTED_PROGRESS_TOLERANCE_MS = 10_000

type Status = 'ok' | 'unavailable'

/** The body of `GET /health/ready`. The endpoint is public, so nothing in it names an organization. */
export interface Readiness {
  status: Status
  /** The cause, if the check fails. */
  reason?: string
  checks: {
    database: { status: Status }
    /**
     * The database of the CRM, where the log is in another. It does not make the node unready: the API works, and events that are
     * captured meanwhile wait there.
     */
    crm_database?: { status: Status }
    migrations?: { status: 'ok' | 'missing' }
    relay?: {
      status: 'ok' | 'stalled'
      /** Age in seconds of the oldest event in the outbox, over all nodes. */
      lag_seconds: number
      /** Progress of this process if it has a worker, otherwise of any node. */
      last_progress_at: string | null
    }
    queue?: { oldest_due_seconds: number }
    /** How far this machine's clock is ahead of the database's. Requests are signed with the database's time. */
    clock?: { status: 'ok' | 'off'; offset_seconds: number }
    /** Disk of the embedded database; `full` means that it refuses writes. */
    disk?: { status: 'ok' | 'low' | 'full'; free_bytes: number; size_bytes: number }
    /** The events that wait in NATS; absent without it. */
    streams?: StreamsCheck
    /** The workers of this node; absent if it is one process. */
    workers?: { status: 'ok' | 'incomplete'; running: number; expected: number }
    /** The background loops of this process. */
    loops: Record<string, LoopCheck>
  }
}

export interface LoopCheck {
  status: 'ok' | 'failing'
  last_success_at: string | null
  failures: number
  running_seconds: number
}

export interface ReadinessOptions {
  /** Has a connection of its own: requests that use up the other pools must not make the node unready. */
  database: Database
  /** The database of the CRM; undefined: it is the only one. */
  crm: Database | undefined
  /** Disk of the embedded database; reports nothing for a database server. */
  diskSpace: Pick<DiskSpace, 'readSpace' | 'shortage'>
  clock: Clock
  /** Milliseconds by which this machine's clock is ahead of the database's. */
  clockOffset(): number
  watch: LoopWatch
  readState(): Promise<QueueState>
  /** Undefined where no relay runs in this process. */
  relayProgress: ProcessProgress | undefined
  /** Milliseconds without progress, while events wait, after which the relay has stalled. */
  stallTimeout: number
  /** Undefined without NATS. */
  streams?: Pick<StreamsReport, 'readState'> | undefined
  /** @param error the message of the database or of the connection to it */
  onUnavailable(reason: string, error?: string): void
}

/** Creates the readiness check of this process. It answers in bounded time, and concurrent calls share one check. */
export function createReadinessCheck(options: ReadinessOptions): () => Promise<Readiness> {
  const migrations = readMigrations('core').map(({ name }) => name)
  let asking: Promise<Readiness> | undefined
  return async () => {
    asking ??= check(options, migrations).finally(() => (asking = undefined))
    return await asking
  }
}

async function check(options: ReadinessOptions, migrations: readonly string[]): Promise<Readiness> {
  const { database, clock, watch } = options
  const loops = Object.fromEntries(
    [...watch.read()].map(([name, state]): [string, LoopCheck] => [
      name,
      {
        status: state.failures === 0 ? 'ok' : 'failing',
        last_success_at: toIso(state.lastSuccessAt),
        failures: state.failures,
        running_seconds: state.runningSince === null ? 0 : seconds(clock.now() - state.runningSince),
      },
    ]),
  )
  const unavailable = (reason: string, error?: string): Readiness => {
    options.onUnavailable(reason, error)
    return { status: 'unavailable', reason, checks: { database: { status: 'unavailable' }, loops } }
  }
  const limit = PROBE_TIMEOUT_MS[database.engine]
  // At the same time as the database, so that the answer comes in time when both are away.
  const checkingStreams = options.streams && checkStreams(options.streams, limit)
  try {
    const status = await within(limit, queryStatus(options, migrations))
    if (status === undefined) return unavailable(`the database did not respond within ${limit / 1_000} s`)
    const disk = await readDisk(options.diskSpace)
    const readiness = withStreams(toReadiness(options, status, loops, disk), await checkingStreams)
    if (readiness.reason !== undefined) options.onUnavailable(readiness.reason)
    return readiness
  } catch (error) {
    // The message may name hosts, and the endpoint is public.
    return unavailable('the database does not respond', messageOf(error))
  }
}

/** Without streams nothing is accepted and nothing is sent, whatever the role. */
function withStreams(readiness: Readiness, streams: StreamsCheck | undefined): Readiness {
  if (streams === undefined) return readiness
  const checks = { ...readiness.checks, streams }
  if (streams.status !== 'unavailable') return { ...readiness, checks }
  return { status: 'unavailable', reason: readiness.reason ?? 'NATS does not respond', checks }
}

interface DatabaseStatus {
  isMigrated: boolean
  /** Undefined: there is no other database. */
  isCrmUp: boolean | undefined
  /** Milliseconds since the Unix epoch; null if unknown. */
  progressedAt: number | null
  state: QueueState
}

async function queryStatus(
  { database, crm, readState }: ReadinessOptions,
  migrations: readonly string[],
): Promise<DatabaseStatus> {
  const ofCrm = crm && within(CRM_TIMEOUT_MS, crm.query(...readHealth({ migrations }))).catch(() => undefined)
  const { rows } = await database.query(...readHealth({ migrations }))
  const [row] = rows
  const state = await readState()
  const crmRow = (await ofCrm)?.rows[0]
  return {
    isMigrated: [row, ...(crmRow === undefined ? [] : [crmRow])].every(
      (each) => each?.applied === migrations.length,
    ),
    isCrmUp: crm && crmRow !== undefined && state.isCrmUp,
    progressedAt: row?.progressed_at ?? null,
    state,
  }
}

interface Disk {
  shortage: string | undefined
  space: FreeSpace | undefined
}

async function readDisk(diskSpace: ReadinessOptions['diskSpace']): Promise<Disk> {
  return { space: await diskSpace.readSpace(), shortage: await diskSpace.shortage() }
}

function toReadiness(
  { clock, clockOffset, relayProgress, stallTimeout }: ReadinessOptions,
  { isMigrated, isCrmUp, progressedAt, state }: DatabaseStatus,
  loops: Readiness['checks']['loops'],
  { shortage, space }: Disk,
): Readiness {
  const lag = Math.max(0, state.outbox_age ?? 0)
  const progress = relayProgress === undefined ? progressedAt : relayProgress.lastAt
  const limitMs = relayProgress === undefined ? stallTimeout + REPORTED_PROGRESS_TOLERANCE_MS : stallTimeout
  const isStalled = lag * 1_000 > stallTimeout && clock.now() - (progress ?? 0) > limitMs
  const reason = !isMigrated
    ? 'the database is missing migrations of this version'
    : isStalled && relayProgress !== undefined
      ? `the relay has made no progress since ${toIso(progress)} while events are waiting`
      : shortage
  return {
    status: reason === undefined ? 'ok' : 'unavailable',
    ...(reason === undefined ? {} : { reason }),
    checks: {
      database: { status: 'ok' },
      ...(isCrmUp === undefined ? {} : { crm_database: { status: isCrmUp ? 'ok' : 'unavailable' } }),
      migrations: { status: isMigrated ? 'ok' : 'missing' },
      relay: {
        status: isStalled ? 'stalled' : 'ok',
        lag_seconds: rounded(lag),
        last_progress_at: toIso(progress),
      },
      queue: { oldest_due_seconds: rounded(state.oldest_due_age ?? 0) },
      clock: {
        status: Math.abs(clockOffset()) > CLOCK_TOLERANCE_MS ? 'off' : 'ok',
        offset_seconds: rounded(clockOffset() / 1_000),
      },
      ...(space === undefined
        ? {}
        : {
            disk: {
              status:
                shortage !== undefined
                  ? ('full' as const)
                  : isLow(space)
                    ? ('low' as const)
                    : ('ok' as const),
              free_bytes: space.free,
              size_bytes: space.size,
            },
          }),
      loops,
    },
  }
}

const toIso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000
const seconds = (ms: number): number => rounded(Math.max(0, ms) / 1_000)
