import type { Subscription } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'

interface Existing {
  event: string
  /** JSON text. */
  data: string
}

/**
 * Keeps the records that the webhook gets: it subscribes to their events, and its filter and that of the sync let them pass.
 * @param filter JSON text; null: none
 */
export function chooseRecords<Row extends Existing>(
  rows: readonly Row[],
  subscription: Subscription,
  filter: string | null,
): Row[] {
  const organization_id = subscription.organization_id
  const own = { ...subscription, is_active: true, ignore_origins: [] }
  const asked = { ...own, events: ['*'], filter }
  return rows.filter(({ event, data }) => {
    const body = `{"event":${JSON.stringify(event)},"data":${data}}`
    const subject = { organization_id, event, origin: null, body }
    // One by one: a batch of costly filters would be refused.
    return [own, asked].every((one) => {
      const [match] = matchWebhooks([subject], new Map([[organization_id, [one]]])).matches
      return match !== undefined && match.filtered === undefined
    })
  })
}
