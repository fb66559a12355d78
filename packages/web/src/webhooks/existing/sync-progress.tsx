import { useMutation } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { patchRow, query } from '../../api/client.ts'
import { typesOf } from '../../api/existing.ts'
import type { Sync, Webhook } from '../../api/types.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Confirm } from '../../components/dialog.tsx'
import { formatCountdown } from '../../components/format.ts'
import { ProgressBar } from '../../components/progress-bar.tsx'
import { Notice } from '../../components/surface.tsx'
import type { Tone } from '../../components/surface.tsx'
import { useNow } from '../../components/time.tsx'
import { toastError } from '../../components/toast.tsx'
import { t } from '../../messages/index.ts'
import { toSentence } from '../../messages/sentence.ts'
import { useAccess } from '../../routes/organization.tsx'
import { useRefreshTraffic } from '../changes.ts'
import { estimateEnd } from './estimate-end.ts'
import { kindName } from './kind-list.tsx'

interface ProgressProps {
  webhook: Webhook
  sync: Sync
  onDismiss: () => void
}

/** How far a sync is, with buttons to pause and cancel it, and its outcome. */
export function SyncProgress({ webhook, sync, onDismiss }: ProgressProps) {
  const { canChange } = useAccess()
  const { matched, sent, failed, finished_at: end } = sync
  return (
    <Notice
      live
      tone={toneOf(sync)}
      title={`${t.existing.state[sync.status]} · ${kindName(sync.record)}`}
      action={
        end !== null ? (
          <IconButton label={t.dismiss} small onClick={onDismiss}>
            <X size={14} aria-hidden="true" />
          </IconButton>
        ) : (
          canChange && <Controls sync={sync} />
        )
      }
    >
      {end === null && matched !== null && (
        <ProgressBar label={t.existing.progress} share={matched === 0 ? 1 : (sent + failed) / matched} />
      )}
      <Numbers sync={sync} />
      <Why webhook={webhook} sync={sync} />
    </Notice>
  )
}

function toneOf({ status, failed, reason }: Sync): Tone {
  if (status === 'cancelled') return 'quiet'
  if (failed > 0 || reason !== null) return 'warn'
  return status === 'done' ? 'ok' : 'info'
}

function Controls({ sync: { id, status } }: { sync: Sync }) {
  const [isAsking, setAsking] = useState(false)
  const refresh = useRefreshTraffic()
  const change = useMutation({
    mutationFn: (next: Sync['status']) => patchRow<Sync>(`webhook_syncs?id=eq.${id}`, { status: next }),
    onError: toastError,
    onSettled: async () => {
      setAsking(false)
      await refresh()
    },
  })
  const isPaused = status === 'paused'
  return (
    <div className="line">
      <Button
        small
        busy={change.isPending && !isAsking}
        onClick={() => change.mutate(isPaused ? 'running' : 'paused')}
      >
        {isPaused ? t.existing.resume : t.existing.pause}
      </Button>
      <Button small onClick={() => setAsking(true)}>
        {t.existing.cancel}
      </Button>
      {isAsking && (
        <Confirm
          title={t.existing.cancelTitle}
          action={t.existing.cancelAction}
          cancel={t.existing.keep}
          danger
          busy={change.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() => change.mutate('cancelled')}
        >
          <ul className="points">
            <li>{t.existing.cancelWaiting}</li>
            <li>{t.existing.cancelSent}</li>
          </ul>
        </Confirm>
      )}
    </div>
  )
}

function Numbers({ sync }: { sync: Sync }) {
  const { webhook_id: webhookId, status, matched, sent, failed } = sync
  const now = useNow()
  const end = status === 'running' ? estimateEnd(sync, now) : undefined
  return (
    <p>
      {matched === null ? t.existing.sent({ sent }) : t.existing.sentOf({ sent, matched })}
      {failed > 0 && ' · '}
      {failed > 0 &&
        // Of a cancelled sync, what was not sent counts as failed.
        (status === 'cancelled' ? (
          t.existing.notSent({ count: failed })
        ) : (
          <Link href={`/${webhookId}/deliveries?${failedQuery(sync)}`}>
            {t.existing.failed({ count: failed })}
          </Link>
        ))}
      {end !== undefined && ` · ${t.existing.left({ time: formatCountdown(end, now) })}`}
    </p>
  )
}

function failedQuery({ record, started_at: since, finished_at: until }: Sync): string {
  const [type, ...others] = typesOf(record)
  return query({
    status: 'failed',
    since: new Date(since).toISOString(),
    ...(others.length === 0 ? { event: type } : {}),
    ...(until === null ? {} : { until: new Date(until).toISOString() }),
  })
}

/** Why it does not go on. */
function Why({ webhook, sync: { status, reason, codes } }: { webhook: Webhook; sync: Sync }) {
  if (reason !== null) return <p>{toSentence(reason, codes?.reason)}</p>
  if (status === 'paused') return <p>{t.existing.pausedText}</p>
  if (status !== 'running') return null
  if (!webhook.is_active) return <p>{t.existing.offText}</p>
  return webhook.health === 'held' ? <p>{t.existing.heldText}</p> : null
}
