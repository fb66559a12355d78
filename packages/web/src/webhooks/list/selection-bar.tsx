import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, patchRows } from '../../api/client.ts'
import { Button } from '../../components/button.tsx'
import { Confirm } from '../../components/dialog.tsx'
import { toast, toastError } from '../../components/toast.tsx'
import { t } from '../../messages/index.ts'
import { useRefreshTraffic } from '../changes.ts'
import type { Item } from './list-filters.ts'
import styles from './list.module.css'

const RETRY_HOURS = 24

type Action = 'enable' | 'disable' | 'retry'

/** What can be done with the selected webhooks. */
export function SelectionBar({ selected, onClear }: { selected: readonly Item[]; onClear: () => void }) {
  const [asked, setAsked] = useState<Action>()
  const refresh = useRefreshTraffic()
  const run = useMutation({
    mutationFn: (action: Action) => (action === 'retry' ? retryAll(selected) : switchAll(selected, action)),
    onSuccess: (message) => {
      toast(message)
      onClear()
    },
    onError: toastError,
    onSettled: async () => {
      setAsked(undefined)
      await refresh()
    },
  })
  const off = selected.filter(({ webhook }) => !webhook.is_active).length
  return (
    <div className={styles.selection} role="region" aria-label={t.list.selection}>
      <span role="status">{t.list.selected({ count: selected.length })}</span>
      <span className={styles.grow} />
      {off > 0 && (
        <Button small busy={run.isPending && asked === undefined} onClick={() => run.mutate('enable')}>
          {t.list.enable}
        </Button>
      )}
      {off < selected.length && (
        <Button small onClick={() => setAsked('disable')}>
          {t.list.disable}
        </Button>
      )}
      <Button small onClick={() => setAsked('retry')}>
        {t.redeliver.failed}
      </Button>
      <Button small variant="ghost" onClick={onClear}>
        {t.list.unselect}
      </Button>
      {asked !== undefined && (
        <Confirm
          title={
            asked === 'retry'
              ? t.list.retryTitle({ count: selected.length })
              : t.list.disableTitle({ count: selected.length })
          }
          action={asked === 'retry' ? t.redeliver.start : t.active.offAction}
          danger={asked === 'disable'}
          busy={run.isPending}
          onClose={() => setAsked(undefined)}
          onConfirm={() => run.mutate(asked)}
        >
          <p>{asked === 'retry' ? t.list.retryText : t.list.disableText}</p>
        </Confirm>
      )}
    </div>
  )
}

async function switchAll(selected: readonly Item[], action: 'enable' | 'disable'): Promise<string> {
  const isActive = action === 'enable'
  const ids = selected
    .filter(({ webhook }) => webhook.is_active !== isActive)
    .map(({ webhook }) => webhook.id)
  await patchRows(`webhook_configurations?id=in.(${ids.join(',')})`, { is_active: isActive })
  return isActive ? t.list.enabled({ count: ids.length }) : t.list.disabled({ count: ids.length })
}

/** One after another: each starts a bulk retry of its own. */
async function retryAll(selected: readonly Item[]): Promise<string> {
  const since = new Date(Date.now() - RETRY_HOURS * 3_600_000).toISOString()
  let matched = 0
  for (const { webhook } of selected) {
    if (!webhook.is_active) continue
    const started = await call('retry_failed', { webhook_id: webhook.id, since })
    matched += started.matched ?? 0
  }
  return t.list.retried({ count: matched })
}
