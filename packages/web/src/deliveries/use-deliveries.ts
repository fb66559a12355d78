import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import type { InfiniteData } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useLiveLog } from '../api/live.ts'
import type { LiveState } from '../api/live.ts'
import type { Attempt } from '../api/types.ts'
import { fetchPage, newestFirst } from './fetch-page.ts'
import type { Cursor, Item, Page, Scope } from './fetch-page.ts'
import type { Filters } from './filters.ts'

/** A row appears at most this long after it was recorded, and the list is read at most this often. */
const GATHER_MS = 600
/** For what is decided without an attempt, and where there is no live log. */
const POLL_MS = 15_000

type Cached = InfiniteData<Page, Cursor | null>

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
      }, GATHER_MS)
    },
  )
  useEffect(() => {
    if (!isLive) return undefined
    const poll = setInterval(() => void refresh.current(), POLL_MS)
    return () => clearInterval(poll)
  }, [isLive])
  // What happened before it was followed.
  useEffect(() => {
    if (live === 'live') void refresh.current()
  }, [live])
  useEffect(() => () => clearTimeout(timer.current), [])
  return { list, live } satisfies { list: unknown; live: LiveState }
}

/** What is new goes to the front, what was changed is changed in place, and nothing that is shown disappears. */
function mergeFirst(cached: Cached, fresh: Page): Cached {
  const known = new Set(fresh.items.map(({ id }) => id))
  const pages = cached.pages.map((page, index) => {
    const kept = page.items.filter(({ id }) => !known.has(id))
    return index === 0
      ? { ...page, items: [...fresh.items, ...kept].sort(newestFirst) }
      : { ...page, items: kept }
  })
  return { ...cached, pages }
}

/** An attempt says how its delivery stands, wherever in the list that is. */
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
          attempts: Math.max(item.attempts, attempt.attempt),
          next_attempt_at: attempt.next_attempt_at,
        }
      : item
  return { ...cached, pages: cached.pages.map((page) => ({ ...page, items: page.items.map(change) })) }
}
