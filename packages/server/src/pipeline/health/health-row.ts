import type { RowOf } from '../../database/statement.ts'
import type { EndpointPhase, HealthState } from '../../domain/circuit-breaker.ts'
import type { readHealth } from './sql/statements.generated.ts'

/** Times are milliseconds since the epoch by the database's clock. */
export type HealthRow = RowOf<typeof readHealth>

const PHASES: readonly EndpointPhase[] = ['healthy', 'degraded', 'held', 'draining']

function toPhase(text: string): EndpointPhase {
  const phase = PHASES.find((known) => known === text)
  if (phase === undefined) throw new Error(`"${text}" is not a phase of the circuit breaker`)
  return phase
}

export function toState(row: HealthRow): HealthState {
  return {
    phase: toPhase(row.phase),
    failures: row.failures,
    failingSince: row.failing_since ?? undefined,
    probeAt: row.probe_at ?? undefined,
    probeWait: row.probe_wait_ms ?? undefined,
    probeLease: row.probe_lease ?? undefined,
    drainingSince: row.draining_since ?? undefined,
    drained: row.drained,
  }
}
