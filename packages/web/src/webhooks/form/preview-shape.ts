import { useQuery } from '@tanstack/react-query'
import type { Result } from '@connectgain/webhooks-client'
import { useSettled } from '../../components/use-settled.ts'
import { call, getRows, query } from '../../api/client.ts'
import { eventTypesQuery } from '../../api/queries.ts'
import type { WebhookEvent } from '../../api/types.ts'
import { recordTitle } from '../../deliveries/record-title.ts'
import { covers } from '../event-names.ts'
import { toList } from './draft.ts'
import type { Draft } from './draft.ts'

const TYPING_MS = 350
const RECENT_EVENTS = '20'

/** An event that a shape is tried with. */
export interface Sample {
  key: string
  title: string
  isRecent: boolean
  body: EventBody
}

/** An event as a webhook without a format sends it. */
export interface EventBody {
  event: string
  timestamp?: string
  data: Record<string, unknown>
  previous?: Record<string, unknown>
}

export type Outcome = Result<'preview_transform'>

type Recent = Pick<WebhookEvent, 'id' | 'event' | 'timestamp' | 'data' | 'previous'>

/** The latest events that the webhook subscribes to, and the examples of their types. */
export function useSamples(events: readonly string[], organizationId: string): Sample[] | undefined {
  const types = useQuery(eventTypesQuery)
  const recent = useQuery({
    queryKey: ['recent-events', organizationId],
    queryFn: ({ signal }) =>
      getRows<Recent>(
        `webhook_events?${query({
          organization_id: `eq.${organizationId}`,
          select: 'id,event,timestamp,data,previous',
          order: 'created_at.desc',
          limit: RECENT_EVENTS,
        })}`,
        signal,
      ),
    staleTime: 60_000,
    retry: false,
  })
  if (types.data === undefined || recent.isPending) return undefined
  const isWanted = (name: string): boolean =>
    events.length === 0 || events.some((event) => covers(event, name))
  return [
    ...(recent.data ?? []).filter(({ event }) => isWanted(event)).map(toSample),
    ...types.data
      .filter(({ name }) => isWanted(name))
      .map(({ name, example }) => ({
        key: name,
        title: name,
        isRecent: false,
        body: { event: name, timestamp: '2025-01-15T10:30:00.000Z', data: example },
      })),
  ]
}

function toSample({ id, event, timestamp, data, previous }: Recent): Sample {
  const title = recordTitle(data)
  return {
    key: id,
    title: title === undefined ? event : `${event} · ${title}`,
    isRecent: true,
    body: {
      event,
      timestamp: new Date(timestamp).toISOString(),
      data,
      ...(previous !== null && { previous }),
    },
  }
}

/** The arguments of a preview, as text; undefined: nothing to preview. */
export function toPreview(
  draft: Draft,
  organizationId: string,
  event: EventBody | undefined,
): string | undefined {
  if (event === undefined) return undefined
  return JSON.stringify({
    organization_id: organizationId,
    format: draft.format,
    payload: draft.payload,
    redact: toList(draft.redact),
    ...(draft.format === 'transform' && { transform: draft.transform }),
    event,
  })
}

/** What would be sent, once nothing has been typed for a moment. */
export function usePreview(wanted: string | undefined): { data: Outcome | undefined; error: Error | null } {
  const asked = useSettled(wanted, TYPING_MS)
  const { data, error } = useQuery({
    queryKey: ['preview-shape', asked],
    queryFn: ({ signal }): Promise<Outcome> =>
      call('preview_transform', JSON.parse(asked ?? '{}') as object, signal),
    enabled: asked !== undefined,
    placeholderData: (before) => before,
    retry: false,
    gcTime: 10_000,
  })
  return { data, error }
}
