import { useQuery } from '@tanstack/react-query'
import { getRows, query } from '../../api/client.ts'

const RECENT_EVENTS = '200'
const MAX_VALUES = 30

/** Suggests the field's values in recent events. */
export function useKnownValues(organizationId: string, events: readonly string[], field: string): string[] {
  const kinds = [...new Set(events.map((event) => event.split('.')[0]))].filter((kind) => kind !== '*')
  const { data } = useQuery({
    queryKey: ['known-values', organizationId, kinds, field],
    queryFn: async ({ signal }) => {
      const path = field.replaceAll('.', '->').replace(/->([^>]*)$/, '->>$1')
      const column = path.includes('->>') ? `data->${path}` : `data->>${path}`
      const rows = await getRows<{ value: string | null }>(
        `webhook_events?${query([
          ['organization_id', `eq.${organizationId}`],
          ['select', `value:${column}`],
          ['or', kinds.length > 0 ? `(${kinds.map((kind) => `event.like.${kind}.*`).join(',')})` : undefined],
          ['order', 'created_at.desc'],
          ['limit', RECENT_EVENTS],
        ])}`,
        signal,
      )
      const values = rows.map(({ value }) => value).filter((value) => value !== null && value.length < 80)
      return [...new Set(values)].slice(0, MAX_VALUES) as string[]
    },
    enabled: field !== '' && /^[\w.]+$/.test(field),
    staleTime: 60_000,
    retry: false,
  })
  return data ?? []
}
