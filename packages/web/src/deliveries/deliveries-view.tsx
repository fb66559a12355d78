import { Download, ListChecks, RotateCcw, SearchX } from 'lucide-react'
import { useState } from 'react'
import type { ComponentProps } from 'react'
import { useQuery } from '@tanstack/react-query'
import { recordsOf } from '../api/existing.ts'
import { redeliveriesQuery } from '../api/queries.ts'
import type { Redelivery, Webhook } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Switch } from '../components/field.tsx'
import { Menu, MenuItem } from '../components/menu.tsx'
import { Empty, ErrorNotice, Loading, Notice } from '../components/surface.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../messages/index.ts'
import { useDismissed } from '../webhooks/dismissed.ts'
import { ExistingDialog } from '../webhooks/existing/existing-dialog.tsx'
import { Syncs } from '../webhooks/existing/syncs.tsx'
import styles from './deliveries.module.css'
import { DeliveryDrawer } from './drawer.tsx'
import { DeliveryList } from './delivery-list.tsx'
import { ExportDialog } from './export/export-dialog.tsx'
import { FilterBar } from './filter-bar.tsx'
import { FILTER_NAMES, isFiltering, readFilters, useSearchEntries } from './filters.ts'
import { RedeliverDialog } from './redeliver-dialog.tsx'
import { RedeliveryProgress } from './redelivery-progress.tsx'
import { useDeliveries } from './use-deliveries.ts'

interface ViewProps {
  organizationId: string
  /** Undefined: all webhooks. */
  webhook?: Webhook
}

export function DeliveriesView({ organizationId, webhook }: ViewProps) {
  const { search, get, change } = useSearchEntries()
  const filters = readFilters(search)
  const [isLive, setLive] = useState(true)
  const scope = { organizationId, webhookId: webhook?.id }
  const { list, live } = useDeliveries(scope, filters, isLive)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const open = get('delivery') ?? get('attempt')
  const clear = (): void => change(Object.fromEntries(FILTER_NAMES.map((name) => [name, undefined])))
  return (
    <>
      {webhook !== undefined && <StateNotice webhook={webhook} />}
      <div className={styles.toolbar}>
        <span className={styles.live}>
          <Switch label={t.deliveries.live} checked={isLive} onChange={setLive} />
          <span className={styles.dot} data-live={isLive && live === 'live'} aria-hidden="true" />
          <span role="status">{isLive ? t.deliveries.liveState[live] : t.deliveries.paused}</span>
        </span>
        <span className={styles.grow} />
        <Export scope={scope} filters={filters} webhookName={webhook?.name} />
        {webhook !== undefined && <Bulk webhook={webhook} />}
      </div>
      <FilterBar filters={filters} onChange={change} />
      {webhook !== undefined && <Syncs webhook={webhook} />}
      {webhook !== undefined && <Running webhookId={webhook.id} />}
      {list.isPending && <Loading rows={8} height="2.875rem" />}
      {list.isError && list.data === undefined && (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data !== undefined && items.length === 0 && (
        <Nothing isFiltered={isFiltering(filters)} onClear={clear} />
      )}
      {items.length > 0 && <DeliveryList items={items} isOfAll={webhook === undefined} openId={open} />}
      {list.hasNextPage && (
        <div className={styles.more}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t.deliveries.more}
          </Button>
        </div>
      )}
      {open !== undefined && (
        <DeliveryDrawer
          key={open}
          id={open}
          isAttempt={get('delivery') === undefined}
          items={items}
          onClose={() => change({ delivery: undefined, attempt: undefined })}
        />
      )}
    </>
  )
}

/** Why nothing is sent now, where people look for what was sent. */
function StateNotice({ webhook: { is_active: isActive, health } }: { webhook: Webhook }) {
  if (!isActive)
    return (
      <Notice tone="quiet" title={t.overview.isOff}>
        {t.overview.offDeliveries}
      </Notice>
    )
  if (health !== 'held') return null
  return (
    <Notice tone="bad" title={t.overview.held}>
      {t.overview.heldDeliveries}
    </Notice>
  )
}

type ExportProps = Omit<ComponentProps<typeof ExportDialog>, 'onClose'>

function Export(what: ExportProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button small onClick={() => setOpen(true)}>
        <Download size={14} aria-hidden="true" />
        {t.export.action}
      </Button>
      {isOpen && <ExportDialog {...what} onClose={() => setOpen(false)} />}
    </>
  )
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  return isFiltered ? (
    <Empty
      icon={<SearchX size={20} />}
      title={t.deliveries.noMatch}
      action={<Button onClick={onClear}>{t.deliveries.clear}</Button>}
    />
  ) : (
    <Empty icon={<ListChecks size={20} />} title={t.deliveries.none}>
      <p>{t.deliveries.noneText}</p>
    </Empty>
  )
}

/**
 * Bulk retry and replay, and existing records. `?replay=<time>` opens the replay dialog, starting at that time, and `?retry=failed` the one for failed
 * deliveries.
 */
function Bulk({ webhook }: { webhook: Webhook }) {
  const { canChange } = useAccess()
  const { get, change } = useSearchEntries()
  const replaySince = get('replay')
  const asked =
    get('retry') === 'failed' ? 'retry_failed' : replaySince === undefined ? undefined : 'replay_events'
  const [kind, setKind] = useState<Redelivery['kind']>()
  const [isSending, setSending] = useState(false)
  const shown = kind ?? asked
  if (!canChange) return null
  return (
    <>
      <Menu
        trigger={
          <Button small>
            <RotateCcw size={14} aria-hidden="true" />
            {t.redeliver.menu}
          </Button>
        }
      >
        <MenuItem onSelect={() => setKind('retry_failed')}>{t.redeliver.failed}</MenuItem>
        <MenuItem onSelect={() => setKind('replay_events')}>{t.redeliver.missed}</MenuItem>
        {recordsOf(webhook).length > 0 && (
          <MenuItem onSelect={() => setSending(true)}>{t.existing.menu}</MenuItem>
        )}
      </Menu>
      {isSending && <ExistingDialog webhook={webhook} onClose={() => setSending(false)} />}
      {shown !== undefined && (
        <RedeliverDialog
          webhook={webhook}
          kind={shown}
          since={replaySince}
          onClose={() => {
            setKind(undefined)
            if (asked !== undefined) change({ replay: undefined, retry: undefined })
          }}
        />
      )}
    </>
  )
}

function Running({ webhookId }: { webhookId: string }) {
  const redeliveries = useQuery(redeliveriesQuery(webhookId))
  const { isShown, dismiss } = useDismissed()
  const shown = (redeliveries.data ?? []).filter(({ id, completed_at: end }) => isShown(id, end))
  return shown.map((redelivery) => (
    <RedeliveryProgress
      key={redelivery.id}
      redelivery={redelivery}
      onDismiss={() => dismiss(redelivery.id)}
    />
  ))
}
