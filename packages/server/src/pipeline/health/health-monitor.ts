import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import type { Connection, Database } from '../../database/database.ts'
import { runInHalves } from '../../database/input-fault.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import { isOfEndpoint } from '../../domain/attempt-errors.ts'
import { messageOf } from '../../domain/errors.ts'
import type { AttemptTally, BreakerLimits, DisableLimits, HealthState } from '../../domain/circuit-breaker.ts'
import {
  HEALTHY,
  describeHealth,
  explainDisabling,
  isPaused,
  nextHealthState,
} from '../../domain/circuit-breaker.ts'
import type { Messages, Stage } from '../messages.ts'
import type { HealthTransition } from './alerts.ts'
import { alertsFor, isExhausted, raiseAlerts } from './alerts.ts'
import type { HealthRow } from './health-row.ts'
import { toState } from './health-row.ts'
import { blameRecentChange } from './recent-change.ts'
import {
  disableWebhook,
  hasSucceeded,
  lockHealth,
  readHealth,
  writeHealth,
} from './sql/statements.generated.ts'

/** Between two writes, so that fast failures are counted in batches. */
const WRITE_GAP_MS = 100
const MAX_RETRY_MS = 5_000
/** The database's clock is known to some milliseconds: a pause must not end before the endpoint's own. */
const PAUSE_MARGIN_MS = 50

export interface HealthMonitorOptions {
  database: Database
  clock: Clock
  log: Logger
  breaker: BreakerLimits
  deactivation: DisableLimits
  /** Requests under way at once to a webhook that sets no limit of its own. */
  defaultMaxInFlight: number
  messages: Messages
}

/** Outcomes of one URL, by this process's clock, and the text of the last error. */
interface Tally extends Omit<AttemptTally, 'leases'> {
  webhookId: string
  url: string
  leases: Set<string>
  lastError: string
  /** Deliveries that failed after their last attempt. */
  exhausted: number
}

interface Evaluation {
  row: HealthRow
  tally: Tally
  before: HealthState
  state: HealthState
}

/**
 * Evaluates the health of endpoints from recorded attempts. Endpoints that only succeed cost nothing; the state of the others is
 * read and written at most ten times a second, however many attempts there are.
 */
export class HealthMonitor implements Stage {
  readonly #options: HealthMonitorOptions
  readonly #tallies = new Map<string, Tally>()
  /** Webhooks whose next success matters, as far as this process knows. */
  readonly #watched = new Set<string>()
  #running: Promise<void> | undefined
  #closing = false

  constructor(options: HealthMonitorOptions) {
    this.#options = options
  }

  start(): void {
    this.#options.messages.on('recorded', (attempts) => this.#observe(attempts))
  }

  #observe(records: readonly AttemptRecord[]): void {
    for (const record of records) {
      if (record.status === 'failed') this.#addFailure(record)
      else if (!record.was_healthy || this.#watched.has(record.webhook_id)) this.#addSuccess(record)
    }
    if (this.#tallies.size > 0) this.#running ??= this.#run()
  }

  /** Resolves when all observed attempts are written; gives up when the database does not respond. */
  async stop(): Promise<void> {
    this.#closing = true
    await this.#running
  }

  #addSuccess(record: AttemptRecord): void {
    const tally = this.#tally(record)
    tally.successes += 1
    tally.failures = 0
    tally.leases.clear()
    tally.isProven ||= isProof(record)
  }

  #addFailure(record: AttemptRecord): void {
    if (!countsForHealth(record)) return
    const tally = this.#tally(record)
    const startedAt = Date.parse(record.created_at)
    if (tally.failures === 0) tally.firstFailedAt = startedAt
    tally.failures += 1
    tally.lastFailedAt = startedAt
    tally.lastError = record.error_message ?? ''
    if (isExhausted(record)) tally.exhausted += 1
    if (record.lease !== null) tally.leases.add(record.lease)
    if (record.retry_after_ms !== null) {
      const pauseUntil = startedAt + record.duration_ms + record.retry_after_ms + PAUSE_MARGIN_MS
      tally.pauseUntil = Math.max(tally.pauseUntil ?? 0, pauseUntil)
    }
    this.#watched.add(record.webhook_id)
  }

  #tally({ webhook_id: webhookId, url }: AttemptRecord): Tally {
    const key = `${webhookId} ${url}`
    let tally = this.#tallies.get(key)
    if (tally === undefined) {
      const none = { successes: 0, failures: 0, exhausted: 0, firstFailedAt: 0, lastFailedAt: 0 }
      const nothing = { lastError: '', pauseUntil: undefined, isProven: false }
      tally = { webhookId, url, leases: new Set(), ...none, ...nothing }
      this.#tallies.set(key, tally)
    }
    return tally
  }

  async #run(): Promise<void> {
    let wait = WRITE_GAP_MS
    while (this.#tallies.size > 0) {
      const tallies = [...this.#tallies.values()]
      this.#tallies.clear()
      try {
        await runInHalves(
          tallies,
          (some) => this.#write(some),
          // One endpoint's health cannot be recorded; that of the others can.
          async ({ webhookId }, error) => this.#warn(error, webhookId),
        )
        wait = WRITE_GAP_MS
      } catch (error) {
        // Counts may be lost, as when a process dies: they decide what to do, and are no record of what was done.
        wait = Math.min(wait * 2, MAX_RETRY_MS)
        this.#warn(error)
      }
      if (this.#closing) continue
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
    // In the same turn of the event loop as the last check: attempts that are observed from here on start another run.
    this.#running = undefined
  }

  #warn(error: unknown, webhook_id?: string): void {
    const { log } = this.#options
    log.warn({ webhook_id, error: messageOf(error) }, 'cannot record endpoint health')
  }

  async #write(tallies: readonly Tally[]): Promise<void> {
    const evaluated = await this.#options.database.transaction((connection) =>
      this.#nextHealthState(connection, tallies),
    )
    const known = new Set(evaluated.map(({ row }) => row.webhook_id))
    for (const { webhookId } of tallies) if (!known.has(webhookId)) this.#watched.delete(webhookId)
    for (const { row, state } of evaluated) {
      if (state.phase === 'healthy' && state.failures === 0) this.#watched.delete(row.webhook_id)
      this.#options.messages.emit('healthEvaluated', {
        webhookId: row.webhook_id,
        phase: state.phase,
        isPaused: isPaused(state, row.now),
      })
    }
  }

  async #nextHealthState(connection: Connection, tallies: readonly Tally[]): Promise<Evaluation[]> {
    const ids = [...new Set(tallies.map(({ webhookId }) => webhookId))]
    await connection.query(...lockHealth({ webhooks: ids }))
    const { rows } = await connection.query(
      ...readHealth({ webhooks: ids, defaultMaxInFlight: this.#options.defaultMaxInFlight }),
    )
    const evaluated: Evaluation[] = []
    for (const row of rows) {
      const tally = tallies.find(({ webhookId, url }) => webhookId === row.webhook_id && url === row.url)
      if (tally === undefined) continue
      evaluated.push(await this.#evaluateOne(connection, row, tally))
    }
    const notes: object[] = []
    for (const evaluation of evaluated) notes.push(await toNote(connection, evaluation))
    await connection.query(...writeHealth({ rows: JSON.stringify(notes) }))
    for (const evaluation of evaluated) await this.#disable(connection, evaluation)
    await this.#alert(connection, evaluated)
    return evaluated
  }

  async #evaluateOne(connection: Connection, row: HealthRow, tally: Tally): Promise<Evaluation> {
    const lag = row.now - this.#options.clock.now()
    const results = {
      ...tally,
      firstFailedAt: tally.firstFailedAt + lag,
      lastFailedAt: tally.lastFailedAt + lag,
      pauseUntil: tally.pauseUntil === undefined ? undefined : tally.pauseUntil + lag,
    }
    const context = {
      now: row.now,
      hasBacklog: row.has_backlog ?? false,
      isWindowOpen: row.is_window_open,
      isRateLimited: row.is_rate_limited,
    }
    const before = toState(row)
    const after = nextHealthState(before, results, context, this.#options.breaker)
    const isWorse = before.phase === 'healthy' && after.phase !== 'healthy'
    const isMistaken = isWorse && (await this.#hasSucceeded(connection, row, after))
    const state = isMistaken ? nextHealthState(HEALTHY, results, context, this.#options.breaker) : after
    return { row, tally, before, state }
  }

  async #hasSucceeded(
    connection: Connection,
    { webhook_id, url }: HealthRow,
    { failingSince }: HealthState,
  ): Promise<boolean> {
    if (failingSince === undefined) return false
    const { rows } = await connection.query(
      ...hasSucceeded({ webhookId: webhook_id, url, sinceMs: failingSince }),
    )
    return rows[0]?.has_succeeded ?? false
  }

  async #alert(connection: Connection, evaluated: readonly Evaluation[]): Promise<void> {
    const alerts = evaluated
      .filter(({ row }) => row.is_active)
      .flatMap((evaluation) => alertsFor(toTransition(evaluation), this.#options.deactivation))
    await raiseAlerts(connection, alerts)
  }

  /** Disables the webhook of an endpoint that has failed for days without a success. */
  async #disable(connection: Connection, { row, tally, state }: Evaluation): Promise<void> {
    const { deactivation } = this.#options
    const { failures, failingSince = row.now } = state
    const lasted = row.now - failingSince
    if (!row.is_active || failures < deactivation.attempts || lasted < deactivation.after) return
    if (await this.#hasSucceeded(connection, row, state)) return
    const failing = explainDisabling(state, lasted, tally.lastError)
    const reason = await blameRecentChange(connection, row.webhook_id, failingSince, failing)
    await connection.query(...disableWebhook({ webhookId: row.webhook_id, reason }))
  }
}

/** Our own failures and tests say nothing about the endpoint's health. */
function countsForHealth({ trigger, error_code }: AttemptRecord): boolean {
  return trigger !== 'test' && (error_code === null || isOfEndpoint(error_code))
}

/** One that was sent at once although deliveries wait. */
function isProof({ trigger, was_healthy }: AttemptRecord): boolean {
  return !was_healthy && (trigger === 'test' || trigger === 'manual')
}

function toTransition({ row, tally, before, state }: Evaluation): HealthTransition {
  const { lastError, exhausted } = tally
  return { webhookId: row.webhook_id, before, after: state, now: row.now, lastError, exhausted }
}

async function toNote(connection: Connection, { row, tally, state }: Evaluation): Promise<object> {
  const shown = describeHealth(state, tally.lastError, row.now)
  // Of a pause and a drain only the reason tells which it is.
  const isOther = state.phase === 'draining' && shown.reason !== row.health_reason
  const isNoted = shown.health !== row.health || shown.is_parked !== row.is_parked || isOther
  const isWorse = isNoted && shown.reason !== null && state.phase !== 'draining'
  const reason =
    isWorse && shown.reason !== null
      ? await blameRecentChange(connection, row.webhook_id, state.failingSince, shown.reason)
      : shown.reason
  return {
    webhook_id: row.webhook_id,
    phase: state.phase,
    failures: state.failures,
    failing_since: state.failingSince,
    probe_at: state.probeAt,
    probe_wait_ms: state.probeWait,
    probe_lease: state.probeLease,
    draining_since: state.drainingSince,
    drained: state.drained,
    ...shown,
    reason,
    is_noted: isNoted,
  }
}
