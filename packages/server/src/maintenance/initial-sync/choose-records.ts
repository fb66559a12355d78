import { setImmediate } from 'node:timers/promises'
import type { Subscription } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'

/** Filter steps between two pauses: some milliseconds of the thread. */
const TURN_STEPS = 100_000

interface Existing {
  event: string
  /** JSON text. */
  data: string
}

export interface RecordRules {
  subscription: Subscription
  /** Of the sync, as JSON text; null: none. */
  filter: string | null
}

/** Whether the webhook gets the record: it subscribes to the event, and its filter and that of the sync let it pass. */
export function isChosen(
  { event, data }: Existing,
  { subscription, filter }: RecordRules,
): { isChosen: boolean; steps: number } {
  const organization_id = subscription.organization_id
  const own = { ...subscription, is_active: true, ignore_origins: [] }
  const body = `{"event":${JSON.stringify(event)},"data":${data}}`
  const subject = { organization_id, event, origin: null, body }
  let steps = 0
  const passes = (one: Subscription): boolean => {
    const looked = matchWebhooks([subject], new Map([[organization_id, [one]]]))
    steps += looked.steps
    const [match] = looked.matches
    return match !== undefined && match.filtered === undefined
  }
  return { isChosen: passes(own) && passes({ ...own, events: ['*'], filter }), steps }
}

/**
 * Chooses among records, with pauses, so that costly filters do not hold up the thread.
 *
 * @param budget of filter steps
 * @returns the chosen ones, and what is left of the budget: less than 0 if it was not enough, and not all were looked at
 */
export async function chooseRecords<Row extends Existing>(
  rows: readonly Row[],
  rules: RecordRules,
  budget = Number.POSITIVE_INFINITY,
): Promise<{ chosen: Row[]; left: number }> {
  const chosen: Row[] = []
  let [left, sinceTurn] = [budget, 0]
  for (const row of rows) {
    if (left < 0) break
    const looked = isChosen(row, rules)
    if (looked.isChosen) chosen.push(row)
    left -= looked.steps
    sinceTurn += looked.steps
    if (sinceTurn < TURN_STEPS) continue
    sinceTurn = 0
    await setImmediate()
  }
  return { chosen, left }
}
