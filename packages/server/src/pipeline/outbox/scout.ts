import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import { MAX_BATCH } from '../batch-size.ts'
import type { TakenEvent } from '../relay/taken-event.ts'
import type { OutboxEvents } from './outbox-events.ts'
import { scoutOutbox } from './sql/statements.generated.ts'

/** An organization with this share of a full batch is busy. */
const BUSY_SHARE = 0.1
/** Rows that one search reads: some tens of milliseconds of the database's time. */
const RANGE = 200_000
/** Transactions do not commit in the order of their rows: each search begins this many rows before the end of the last one. */
const OVERLAP = 1_000

/** Finds events of quiet organizations behind the backlog of a busy one. */
export interface Scout {
  /**
   * @param batch the full batch that was just relayed
   * @returns rows of the outbox, of organizations that have little in it
   */
  find(batch: readonly TakenEvent[]): Promise<number[]>
  /** To be called when the backlog is over. */
  rest(): void
}

/**
 * Lets organizations take turns: a bulk insert of one must not delay the events of others until it is relayed. Each row of the
 * backlog is read once; from then on, the cost of a search depends on what was added since.
 */
export function createScout(database: Database, leasedEvents: OutboxEvents): Scout {
  let lookedTo: number | undefined
  const limit = MAX_BATCH[database.engine]
  return {
    async find(batch) {
      const busy = findBusy(batch)
      if (busy.length === 0) return []
      const { nodeId, held } = leasedEvents.holder
      const after = lookedTo ?? batch.at(-1)!.key
      const { rows } = await database.query(
        ...scoutOutbox({ after, range: RANGE, busy: plainArray(busy), held, nodeId, limit }),
      )
      const { found, looked_to } = rows[0]!
      const ids = found === '{}' ? [] : found.slice(1, -1).split(',').map(Number)
      // The next search finds the rows beyond the limit.
      const end = ids.length === limit ? ids.at(-1)! : (looked_to ?? after)
      lookedTo = Math.max(after, end - OVERLAP)
      return ids
    },
    rest: () => void (lookedTo = undefined),
  }
}

function findBusy(batch: readonly TakenEvent[]): string[] {
  const counts = new Map<string, number>()
  for (const { organization_id: id } of batch) counts.set(id, (counts.get(id) ?? 0) + 1)
  return [...counts].flatMap(([id, count]) => (count >= batch.length * BUSY_SHARE ? [id] : []))
}
