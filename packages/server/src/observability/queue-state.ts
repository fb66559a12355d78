import type { Database } from '../database/database.ts'
import type { RowOf } from '../database/statement.ts'
import { within } from '../loops/loop.ts'
import { shareReading } from './share-reading.ts'
import { readOutboxState, readQueueState } from './sql/statements.generated.ts'

/** A database of the CRM that hangs must not keep the state of the log database from being read. */
const CRM_TIMEOUT_MS = 1_500

type Outbox = RowOf<typeof readOutboxState>

/** The queues of all nodes. Ages are in seconds, null where nothing waits. */
export type QueueState = RowOf<typeof readQueueState> &
  Outbox & {
    /** Whether the database of the CRM responds; undefined: it is the only database. Its part is missing if it does not. */
    isCrmUp: boolean | undefined
  }

export interface WatchedDatabases {
  health: Database
  /** The database of the CRM: `health`, unless that is a log database of its own. */
  crmHealth: Database
}

export function createQueueStateReader(databases: WatchedDatabases): () => Promise<QueueState> {
  return shareReading(() => readState(databases))
}

async function readState({ health, crmHealth }: WatchedDatabases): Promise<QueueState> {
  const isApart = crmHealth !== health
  const [own, crm, queue] = await Promise.all([
    readOutbox(health),
    isApart ? within(CRM_TIMEOUT_MS, readOutbox(crmHealth)).catch(() => undefined) : undefined,
    health.query(...readQueueState()).then(({ rows }) => rows[0]!),
  ])
  const outboxes = crm === undefined ? [own] : [own, crm]
  return { ...queue, ...merge(outboxes), isCrmUp: isApart ? crm !== undefined : undefined }
}

const readOutbox = async (database: Database): Promise<Outbox> =>
  (await database.query(...readOutboxState())).rows[0]!

/** Events wait in both: captured ones in the CRM's database, some of those posted to the API in the log database. */
function merge(outboxes: readonly Outbox[]): Outbox {
  const ages = outboxes.flatMap(({ outbox_age: age }) => age ?? [])
  const sum = (key: 'outbox_backlog' | 'drifted_captures'): number =>
    outboxes.reduce((total, outbox) => total + outbox[key], 0)
  return {
    outbox_age: ages.length === 0 ? null : Math.max(...ages),
    outbox_backlog: sum('outbox_backlog'),
    drifted_captures: sum('drifted_captures'),
  }
}
