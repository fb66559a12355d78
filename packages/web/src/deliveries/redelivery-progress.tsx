import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import { outcomeQuery } from '../api/queries.ts'
import type { Redelivery } from '../api/types.ts'
import { X } from 'lucide-react'
import { Button, IconButton } from '../components/button.tsx'
import { ProgressBar } from '../components/progress-bar.tsx'
import { Notice } from '../components/surface.tsx'
import { toastError } from '../components/toast.tsx'
import { useAccess } from '../routes/organization.tsx'
import { formatList, formatNumber } from '../components/format.ts'
import { t } from '../messages/index.ts'
import { useRefreshTraffic } from '../webhooks/changes.ts'

interface ProgressProps {
  redelivery: Redelivery
  onDismiss?: () => void
}

/** The progress of a bulk retry or replay, with a button to cancel it, and its outcome. */
export function RedeliveryProgress({ redelivery, onDismiss }: ProgressProps) {
  const { canChange } = useAccess()
  const { id, status, queued, matched, failed, reason } = redelivery
  const refresh = useRefreshTraffic()
  const cancel = useMutation({
    mutationFn: () => call('cancel_redelivery', { redelivery_id: id }),
    onError: toastError,
    onSettled: refresh,
  })
  const isRunning = status === 'running'
  const share = matched === null ? 0 : matched === 0 ? 1 : (queued + failed) / matched
  return (
    <Notice
      live
      tone={failed > 0 ? 'warn' : status === 'cancelled' ? 'quiet' : isRunning ? 'info' : 'ok'}
      title={describeState(redelivery)}
      action={
        isRunning
          ? canChange && (
              <Button small busy={cancel.isPending} onClick={() => cancel.mutate()}>
                {t.redeliver.cancel}
              </Button>
            )
          : onDismiss !== undefined && (
              <IconButton label={t.dismiss} small onClick={onDismiss}>
                <X size={14} aria-hidden="true" />
              </IconButton>
            )
      }
    >
      {isRunning && matched !== null && <ProgressBar label={t.redeliver.progress} share={share} />}
      {!isRunning && queued > 0 && <Outcome redelivery={redelivery} />}
      {failed > 0 && <p>{t.redeliver.leftOut({ count: failed })}</p>}
      {status === 'cancelled' && reason}
    </Notice>
  )
}

function describeState({ kind, status, queued, matched }: Redelivery): string {
  const texts = t.redeliver.state[kind]
  if (status !== 'running') return texts[status]({ queued })
  const progress = matched === null ? formatNumber(queued) : t.redeliver.progressOf({ queued, matched })
  return texts.running({ progress })
}

/** What became of the deliveries that were queued again. */
function Outcome({ redelivery }: { redelivery: Redelivery }) {
  const outcome = useQuery(outcomeQuery(redelivery))
  if (outcome.data === undefined) return null
  const { delivered, failed, pending } = outcome.data
  const { outcome: texts } = t.redeliver
  const parts = [
    texts.delivered({ count: delivered }),
    failed > 0 && texts.failed({ count: failed }),
    pending > 0 && texts.pending({ count: pending }),
  ]
  return <p>{formatList(parts.filter((part) => part !== false))}</p>
}
