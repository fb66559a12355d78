import type { SharedCounts } from '../../api/limits/shared-counts.ts'
import type { NodeState, WorkerState } from './messages.ts'

/** How a worker reports on itself. */
export type OwnReports = { [Topic in keyof WorkerState]: () => Promise<WorkerState[Topic]> }

/** The workers of this node, seen from one of them. Any of them may get a request about the whole node. */
export interface Siblings {
  /** Sets how this worker reports on itself when the parent asks. */
  reportBy(reports: OwnReports): void
  /** Reads the state of the node, from all workers. */
  readNode<Topic extends keyof NodeState>(topic: Topic): Promise<NodeState[Topic]>
  sharedCounts: SharedCounts
}
