import { useLocation, useSearch } from 'wouter'
import { DELIVERY_STATUSES } from '../api/types.ts'
import type { DeliveryStatus } from '../api/types.ts'

export const STATUS_FILTERS = [...DELIVERY_STATUSES, 'test'] as const
export type StatusFilter = DeliveryStatus | 'test'

/** The filters of the list. All are in the URL, so that they can be bookmarked and shared. */
export interface Filters {
  status: StatusFilter | undefined
  event: string | undefined
  /** `500`, `5xx`, or `none` for no response. */
  code: string | undefined
  /** Id of the contact, deal or other record. */
  record: string | undefined
  /** ISO 8601. */
  since: string | undefined
  until: string | undefined
}

export const FILTER_NAMES = ['status', 'event', 'code', 'record', 'since', 'until'] as const

export function readFilters(search: string): Filters {
  const params = new URLSearchParams(search)
  const text = (name: string): string | undefined => params.get(name) ?? undefined
  const time = (name: string): string | undefined => {
    const given = params.get(name)
    return given === null || Number.isNaN(Date.parse(given)) ? undefined : new Date(given).toISOString()
  }
  return {
    status: STATUS_FILTERS.find((status) => status === params.get('status')),
    event: text('event'),
    code: text('code'),
    record: text('record'),
    since: time('since'),
    until: time('until'),
  }
}

export const isFiltering = (filters: Filters): boolean =>
  FILTER_NAMES.some((name) => filters[name] !== undefined)

/** The URL's query parameters as a record, and a function to change single parameters. */
export function useSearchEntries() {
  const search = useSearch()
  const [location, navigate] = useLocation()
  const hrefWith = (change: Record<string, string | undefined>): string => {
    const params = new URLSearchParams(search)
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined || value === '') params.delete(name)
      else params.set(name, value)
    }
    const text = params.toString()
    return text === '' ? location : `${location}?${text}`
  }
  return {
    search,
    get: (name: string): string | undefined => new URLSearchParams(search).get(name) ?? undefined,
    hrefWith,
    /** Changing filters should not fill the history. */
    change: (entries: Record<string, string | undefined>): void =>
      navigate(hrefWith(entries), { replace: true }),
  }
}
