import type { Endpoint } from '../load.ts'
import { EVENT } from '../load.ts'
import { RECORDS, recordId } from './insert-history.ts'

/** A request that the settings page makes, for one of several webhooks or records. */
export interface Question {
  name: string
  method: 'GET' | 'POST'
  /** Whether no rows are what it should find. */
  mayBeEmpty?: true
  /** Path and body below /rest/v1/. */
  ask(round: number): { path: string; body?: string }
}

const DAY_MS = 86_400_000
const LIST = 'order=created_at.desc,id.desc&limit=50'
/** The columns of the page's list. */
const DELIVERY = 'select=*,webhook_events(data->>first_name,data->>email),webhook_configurations(name)'
const TEST =
  'select=id,webhook_id,event,status,response_code,error_message,created_at,webhook_configurations(name)'

/** Lists what people ask of the history; each round asks for another webhook. */
export function listQuestions(webhooks: readonly Endpoint[]): Question[] {
  const pick = (round: number): Endpoint => {
    const webhook = webhooks[(round * 7) % webhooks.length]
    if (webhook === undefined) throw new Error('a history needs webhooks')
    return webhook
  }
  const organization = (round: number): string => `organization_id=eq.${pick(round).organizationId}`
  const webhook = (round: number): string => `webhook_id=eq.${pick(round).id}`
  const get = (name: string, path: (round: number) => string): Question => ({
    name,
    method: 'GET',
    ask: (round) => ({ path: path(round) }),
  })
  const rarely = (question: Question): Question => ({ ...question, mayBeEmpty: true })
  const deliveries = (scope: string, filter = ''): string =>
    `webhook_deliveries?${scope}&${LIST}&${DELIVERY}${filter}`
  const until = (daysAgo: number): string =>
    `&created_at=lte.${new Date(Date.now() - daysAgo * DAY_MS).toISOString()}`
  return [
    get('deliveries of an organization', (round) => deliveries(organization(round))),
    get('deliveries of an organization, 20 days ago', (round) => deliveries(organization(round), until(20))),
    get('deliveries of a webhook', (round) => deliveries(webhook(round))),
    get('log of a webhook', (round) => `webhook_logs?${webhook(round)}&${LIST}`),
    get('failed, of an organization', (round) => deliveries(organization(round), '&status=eq.failed')),
    get('failed, of a webhook', (round) => deliveries(webhook(round), '&status=eq.failed')),
    rarely(
      get('a rare status, of an organization', (round) =>
        deliveries(organization(round), '&status=eq.cancelled'),
      ),
    ),
    rarely(get('a rare status, of a webhook', (round) => deliveries(webhook(round), '&status=eq.cancelled'))),
    rarely(
      get('a status that never occurred, of an organization', (round) =>
        deliveries(organization(round), '&status=eq.filtered'),
      ),
    ),
    get('a response code, of an organization', (round) =>
      deliveries(organization(round), '&last_response_code=eq.500'),
    ),
    rarely(
      get('another event type, of an organization', (round) =>
        deliveries(organization(round), `&event=neq.${EVENT}`),
      ),
    ),
    rarely(
      get(
        'tests, of an organization',
        (round) => `webhook_logs?${organization(round)}&${LIST}&${TEST}&trigger=eq.test`,
      ),
    ),
    get('history of a record', (round) => {
      const number = (round * 7) % webhooks.length
      const record = (number + webhooks.length * (round * 13)) % RECORDS
      return deliveries(organization(round), `&record_id=eq.${recordId(record)}`)
    }),
    chart('chart of a webhook, 30 days', 30, '1d', (round) => ({ webhook_id: pick(round).id })),
    chart('chart of an organization, 30 days by the hour', 30, '1h', (round) => ({
      organization_id: pick(round).organizationId,
    })),
    chart('chart of an organization, 2 days by 5 minutes', 2, '5m', (round) => ({
      organization_id: pick(round).organizationId,
    })),
  ]
}

function chart(
  name: string,
  days: number,
  bucket: string,
  scope: (round: number) => Record<string, string>,
): Question {
  return {
    name,
    method: 'POST',
    ask: (round) => ({
      path: 'rpc/webhook_stats',
      body: JSON.stringify({
        ...scope(round),
        bucket,
        since: new Date(Date.now() - days * DAY_MS).toISOString(),
        until: new Date().toISOString(),
      }),
    }),
  }
}
