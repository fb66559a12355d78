import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import type { InfiniteData } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useLiveLog } from '../api/live.ts'
import type { LiveState } from '../api/live.ts'
import type { Attempt } from '../api/types.ts'
import { fetchPage } from './fetch-page.ts'
import type { Item } from './fetch-page.ts'
import { newestFirst } from './list-query.ts'
import type { Cursor, Page, Scope } from './list-query.ts'
import type { Filters } from './filters.ts'

/** Maximum delay until a new row appears, and minimum interval of reading the list. */
const REFRESH_DEBOUNCE_MS = 600
/** For changes without an attempt, and when the live log is unavailable. */
const POLL_MS = 15_000

type Cached = InfiniteData<Page<Item>, Cursor | null>

export function useDeliveries(scope: Scope, filters: Filters, isLive: boolean) {
  const client = useQueryClient()
  const queryKey = ['deliveries', scope, filters]
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(scope, filters, pageParam, signal),
    initialPageParam: null as Cursor | null,
    getNextPageParam: (page) => page.next,
    staleTime: POLL_MS,
  })

  async function refreshFirst(): Promise<void> {
    if (client.getQueryData(queryKey) === undefined) return
    const fresh = await fetchPage(scope, filters, null).catch(() => undefined)
    if (fresh === undefined) return
    client.setQueryData<Cached>(queryKey, (cached) => cached && mergeFirst(cached, fresh))
  }

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const refresh = useRef(refreshFirst)
  useEffect(() => {
    refresh.current = refreshFirst
  })
  const live = useLiveLog(
    { webhook_id: scope.webhookId && `eq.${scope.webhookId}`, organization_id: `eq.${scope.organizationId}` },
    isLive,
    (attempt) => {
      client.setQueryData<Cached>(queryKey, (cached) => cached && applyAttempt(cached, attempt))
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        void refresh.current()
      }, REFRESH_DEBOUNCE_MS)
    },
  )
  useEffect(() => {
    if (!isLive) return undefined
    const poll = setInterval(() => void refresh.current(), POLL_MS)
    return () => clearInterval(poll)
  }, [isLive])
  // Reads what happened before the live log connected.
  useEffect(() => {
    if (live === 'live') void refresh.current()
  }, [live])
  useEffect(() => () => clearTimeout(timer.current), [])
  return { list, live } satisfies { list: unknown; live: LiveState }
}

/** Adds new items at the front, updates changed ones in place, and removes none. */
function mergeFirst(cached: Cached, fresh: Page<Item>): Cached {
  const known = new Set(fresh.items.map(({ id }) => id))
  const pages = cached.pages.map((page, index) => {
    const kept = page.items.filter(({ id }) => !known.has(id))
    return index === 0
      ? { ...page, items: [...fresh.items, ...kept].sort(newestFirst) }
      : { ...page, items: kept }
  })
  return { ...cached, pages }
}

/** Updates the delivery of an attempt, wherever it is in the list. */
function applyAttempt(cached: Cached, attempt: Attempt): Cached {
  const change = (item: Item): Item =>
    item.id === attempt.delivery_id
      ? {
          ...item,
          status:
            attempt.status === 'success'
              ? 'delivered'
              : attempt.next_attempt_at === null
                ? 'failed'
                : 'retrying',
          code: attempt.response_code,
          reason: attempt.error_message,
          coded: attempt.codes?.error_message,
          attempts: Math.max(item.attempts, attempt.attempt),
          next_attempt_at: attempt.next_attempt_at,
        }
      : item
  return { ...cached, pages: cached.pages.map((page) => ({ ...page, items: page.items.map(change) })) }
}
