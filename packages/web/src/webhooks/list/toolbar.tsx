import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { eventTypesQuery } from '../../api/queries.ts'
import { Button } from '../../components/button.tsx'
import { Input, Select } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import type { HealthFilter, ListFilters, Order } from './list-filters.ts'
import { HEALTH_FILTERS, ORDERS, isFiltering } from './list-filters.ts'
import styles from './toolbar.module.css'

const TYPING_MS = 150

interface ToolbarProps {
  filters: ListFilters
  /** How many webhooks there are of each health. */
  counts: ReadonlyMap<HealthFilter, number>
  shown: number
  all: number
  onChange: (entries: Record<string, string | undefined>) => void
}

export function Toolbar({ filters, counts, shown, all, onChange }: ToolbarProps) {
  const types = useQuery(eventTypesQuery)
  return (
    <div className={styles.toolbar} role="search" aria-label={t.list.find}>
      <SearchField value={filters.search} onChange={(search) => onChange({ search })} />
      <Select
        aria-label={t.list.health}
        value={filters.health ?? ''}
        onChange={({ target }) => onChange({ health: target.value })}
      >
        <option value="">{t.list.anyHealth}</option>
        {HEALTH_FILTERS.map((health) => (
          <option key={health} value={health}>
            {t.list.healthFilter[health]({ count: counts.get(health) ?? 0 })}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t.deliveries.event}
        value={filters.event ?? ''}
        onChange={({ target }) => onChange({ event: target.value })}
      >
        <option value="">{t.deliveries.anyEvent}</option>
        {types.data?.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t.list.order}
        value={filters.order}
        onChange={({ target }) =>
          onChange({ order: target.value === ('attention' satisfies Order) ? undefined : target.value })
        }
      >
        {ORDERS.map((order) => (
          <option key={order} value={order}>
            {t.list.orders[order]}
          </option>
        ))}
      </Select>
      {isFiltering(filters) && (
        <p className={styles.found}>
          <span role="status">{t.list.found({ shown, all })}</span>
          <Button
            small
            variant="ghost"
            onClick={() =>
              onChange({ search: undefined, health: undefined, event: undefined, cause: undefined })
            }
          >
            {t.deliveries.clear}
          </Button>
        </p>
      )}
    </div>
  )
}

/** Keeps what is typed; the address follows when typing pauses. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    if (typed === value) return undefined
    const timer = setTimeout(() => onChange(typed), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, value, onChange])
  return (
    <div className={styles.search}>
      <Search size={16} aria-hidden="true" />
      <Input
        type="search"
        aria-label={t.list.search}
        placeholder={t.list.search}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </div>
  )
}
