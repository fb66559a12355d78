import type { CountsByCounter } from '../../api/limits/shared-counts.ts'
import type { MetricValues } from '../../observability/merge-metrics.ts'
import type { MetricsText } from '../../observability/metrics.ts'
import type { Readiness } from '../../observability/readiness.ts'

/** What one worker says of itself. */
export interface WorkerState {
  readiness: Readiness
  metrics: MetricValues
}

/** What the workers of one node say together. */
export interface NodeState {
  readiness: Readiness
  metrics: MetricsText
}

export type Topic = keyof WorkerState

/** Messages of a worker. Both sides are of one version, so messages are not validated. */
export type FromWorker =
  | { kind: 'started'; address: string; databaseVersion: string }
  /** The start failed. */
  | { kind: 'refused'; message: string; exitCode: number }
  /** Asks for the state of the node. */
  | { kind: 'ask'; id: number; topic: Topic }
  /** Replies to `report`. */
  | { kind: 'report'; id: number; state: Partial<WorkerState> }
  | { kind: 'counted'; counts: CountsByCounter }

/** Messages of the parent. */
export type FromParent =
  | { kind: 'stop' }
  /** Asks a worker for its own state. */
  | { kind: 'report'; id: number; topic: Topic }
  /** Replies to `ask`. */
  | { kind: 'answer'; id: number; state: Partial<NodeState> }
  /** What another worker counted. */
  | { kind: 'counted'; counts: CountsByCounter }
