import { newId } from '../../src/domain/ids.ts'
import { within } from '../../src/loops/loop.ts'
import type { Api } from '../harness/api.ts'

/** Events that are emitted without a pause until `stop`. */
export interface Load {
  /** Ids of events that were acknowledged. */
  acknowledged: ReadonlySet<string>
  /** Nothing new; resolves when all that was begun is acknowledged. */
  stop(): Promise<void>
  /** Nothing new; what was begun is left as it is. */
  abandon(): void
}

export interface LoadOptions {
  /** The node to ask now: it may be another one after a restart. */
  api(): Api
  organizationId: string
  /** Default: `resolution=ignore-duplicates`, with which a post goes through the database. Empty: none. */
  prefer?: string
}

const LANES = 3
const BATCH = 2
const PAUSE_MS = 25
/** Without an answer for so long it asks again. */
const RESPONSE_TIMEOUT_MS = 5_000

/**
 * A client that does everything right: it gives each event an id of its own and repeats what was not acknowledged until
 * it is. So in the end every event that it began is acknowledged, even if responses were lost.
 */
export function startLoad({
  api,
  organizationId,
  prefer = 'resolution=ignore-duplicates',
}: LoadOptions): Load {
  const acknowledged = new Set<string>()
  const stopping = new AbortController()
  const abandoning = new AbortController()

  async function emitBatch(): Promise<void> {
    const events = Array.from({ length: BATCH }, () => ({
      id: newId(),
      organization_id: organizationId,
      event: 'deal.updated',
      data: { id: 'd-1' },
    }))
    while (!(await isAcknowledged(events))) {
      if (abandoning.signal.aborted) return
      await pause()
    }
    for (const { id } of events) acknowledged.add(id)
  }

  async function isAcknowledged(events: readonly object[]): Promise<boolean> {
    try {
      const answer = await within(
        RESPONSE_TIMEOUT_MS,
        api().request('POST', 'webhook_events', events, prefer === '' ? {} : { prefer }),
      )
      if (answer === undefined) return false
      const { status, body } = answer
      if (status >= 400 && status < 500) throw new Refused(`${status} ${JSON.stringify(body)}`)
      return status < 300
    } catch (error) {
      if (error instanceof Refused) throw error
      return false
    }
  }

  const lanes = Array.from({ length: LANES }, async () => {
    while (!stopping.signal.aborted) {
      await emitBatch()
      await pause()
    }
  })
  return {
    acknowledged,
    async stop() {
      stopping.abort()
      await Promise.all(lanes)
    },
    abandon() {
      stopping.abort()
      abandoning.abort()
    },
  }
}

class Refused extends Error {}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
