import { useMutation } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import type { Redelivery } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/surface.tsx'
import { toastError } from '../components/toast.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../strings/index.ts'
import { useRefreshTraffic } from '../webhooks/changes.ts'
import styles from './deliveries.module.css'

/** The progress of a bulk retry or replay, with a button to cancel it. */
export function RedeliveryProgress({ redelivery }: { redelivery: Redelivery }) {
  const { canChange } = useAccess()
  const { id, kind, status, queued, matched, failed, reason } = redelivery
  const refresh = useRefreshTraffic()
  const cancel = useMutation({
    mutationFn: () => call('cancel_redelivery', { redelivery_id: id }),
    onError: toastError,
    onSettled: refresh,
  })
  const isRunning = status === 'running'
  const share = matched === null ? 0 : matched === 0 ? 1 : Math.min(1, (queued + failed) / matched)
  return (
    <Notice
      live
      tone={failed > 0 ? 'warn' : status === 'cancelled' ? 'quiet' : isRunning ? 'info' : 'ok'}
      title={t.redeliver.state[kind][status](queued, matched)}
      action={
        isRunning &&
        canChange && (
          <Button small busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {t.redeliver.cancel}
          </Button>
        )
      }
    >
      {isRunning && matched !== null && (
        <div
          className={styles.progress}
          role="progressbar"
          aria-label={t.redeliver.progress}
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <div className={styles.progressBar} style={{ width: `${share * 100}%` }} />
        </div>
      )}
      {failed > 0 && <p>{t.redeliver.leftOut(failed)}</p>}
      {status === 'cancelled' && reason}
    </Notice>
  )
}
