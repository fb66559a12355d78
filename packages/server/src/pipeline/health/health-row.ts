import type { EndpointPhase, HealthState } from '../../domain/circuit-breaker.ts'

/** A row of `sql/read-health.sql`. Times are milliseconds since the epoch by the database's clock. */
export interface HealthRow {
  webhook_id: string
  url: string
  is_active: boolean
  health: string
  is_parked: boolean
  is_rate_limited: boolean
  now: number
  phase: EndpointPhase
  failures: number
  failing_since: number | null
  probe_at: number | null
  probe_wait_ms: number | null
  probe_lease: string | null
  draining_since: number | null
  drained: number
  is_window_open: boolean
  has_backlog: boolean | null
}

export function toState(row: HealthRow): HealthState {
  return {
    phase: row.phase,
    failures: row.failures,
    failingSince: row.failing_since ?? undefined,
    probeAt: row.probe_at ?? undefined,
    probeWait: row.probe_wait_ms ?? undefined,
    probeLease: row.probe_lease ?? undefined,
    drainingSince: row.draining_since ?? undefined,
    drained: row.drained,
  }
}
