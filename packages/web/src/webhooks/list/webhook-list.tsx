import { useQuery } from '@tanstack/react-query'
import { SearchX } from 'lucide-react'
import { useState } from 'react'
import { activityQuery, waitingCountsQuery } from '../../api/queries.ts'
import type { ListedWebhook } from '../../api/types.ts'
import { Checkbox } from '../../components/field.tsx'
import { Empty } from '../../components/surface.tsx'
import { useSearchEntries } from '../../deliveries/filters.ts'
import { useAccess } from '../../routes/organization.tsx'
import { t } from '../../messages/index.ts'
import { getCondition } from '../condition.ts'
import type { HealthFilter, Item } from './list-filters.ts'
import { filterItems, causeOf, findSharedCauses, healthOf, readListFilters } from './list-filters.ts'
import styles from './list.module.css'
import { WebhookRow } from './row.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { Summary } from './summary.tsx'
import { Toolbar } from './toolbar.tsx'

/** Fewer webhooks need no search. */
const MIN_FOR_TOOLBAR = 6

export function WebhookList({ webhooks }: { webhooks: readonly ListedWebhook[] }) {
  const { canChange } = useAccess()
  const items = useItems(webhooks)
  const { search, change } = useSearchEntries()
  const filters = readListFilters(search)
  const shown = filterItems(items, filters)
  const [selectedIds, setSelectedIds] = useState<ReadonlySet<string>>(new Set())
  // A webhook that a filter hides is not selected: what happens to it would not be seen.
  const selected = shown.filter(({ webhook }) => selectedIds.has(webhook.id))
  const shared = new Set(findSharedCauses(items).map(({ cause }) => cause.text))
  const select = (item: Item, isSelected: boolean): void => {
    const next = new Set(selectedIds)
    if (isSelected) next.add(item.webhook.id)
    else next.delete(item.webhook.id)
    setSelectedIds(next)
  }
  const hasToolbar = items.length >= MIN_FOR_TOOLBAR || search !== ''
  return (
    <>
      <Summary items={items} />
      {hasToolbar && (
        <Toolbar
          filters={filters}
          counts={countByHealth(items)}
          shown={shown.length}
          all={items.length}
          onChange={change}
        />
      )}
      {shown.length === 0 && (
        <Empty icon={<SearchX size={20} />} title={t.list.nothingFound}>
          <p>{t.list.nothingFoundText}</p>
        </Empty>
      )}
      {canChange && hasToolbar && shown.length > 0 && (
        <div className={styles.selectAll} data-sticky={selected.length > 0}>
          <Checkbox
            label={t.list.selectAll}
            checked={
              selected.length === 0 ? false : selected.length === shown.length ? true : 'indeterminate'
            }
            onChange={(isAll) => setSelectedIds(new Set(isAll ? shown.map(({ webhook }) => webhook.id) : []))}
          />
          {selected.length === 0 ? (
            <span aria-hidden="true">{t.list.selectAll}</span>
          ) : (
            <SelectionBar selected={selected} onClear={() => setSelectedIds(new Set())} />
          )}
        </div>
      )}
      {shown.length > 0 && (
        <ul className={styles.list} aria-label={t.webhooks}>
          {shown.map((item) => (
            <WebhookRow
              key={item.webhook.id}
              item={item}
              canChange={canChange}
              canSelect={canChange && items.length > 1}
              isReasonShared={shared.has(causeOf(item)?.text ?? '') && filters.cause === undefined}
              isSelected={selectedIds.has(item.webhook.id)}
              onSelect={(isSelected) => select(item, isSelected)}
            />
          ))}
        </ul>
      )}
    </>
  )
}

function useItems(webhooks: readonly ListedWebhook[]): Item[] {
  const { organizationId } = useAccess()
  const waiting = useQuery(waitingCountsQuery(organizationId))
  const activity = useQuery(activityQuery(organizationId))
  return webhooks.map((webhook) => {
    const day = activity.data?.get(webhook.id)
    return {
      webhook,
      condition: getCondition(webhook, webhook.webhook_logs.length > 0, day),
      activity: day,
      waiting: waiting.data === undefined ? undefined : (waiting.data.get(webhook.id) ?? 0),
    }
  })
}

function countByHealth(items: readonly Item[]): Map<HealthFilter, number> {
  const counts = new Map<HealthFilter, number>()
  for (const { condition } of items) {
    const health = healthOf(condition)
    counts.set(health, (counts.get(health) ?? 0) + 1)
  }
  return counts
}
