import { useMutation } from '@tanstack/react-query'
import { RotateCcw, Terminal } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../api/client.ts'
import type { Attempt } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { copyText } from '../components/code.tsx'
import { formatDateTime } from '../components/format.ts'
import { Notice } from '../components/surface.tsx'
import { toast, toastError } from '../components/toast.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t, textFor } from '../messages/index.ts'
import { say } from '../messages/server-words.ts'
import { describeAttempt } from './describe-attempt.ts'
import { useRefreshTraffic } from '../webhooks/changes.ts'
import { toSentence } from '../messages/sentence.ts'
import { AttemptView } from './attempt-view.tsx'
import { Changes } from './changes-table.tsx'
import { MASK, toCurl } from './curl.ts'
import styles from './drawer.module.css'
import { StatusPill } from './status.tsx'
import { Timeline } from './timeline.tsx'
import type { Delivered } from './use-delivery.ts'

/** Shows the cause of a failure and its remedy first, then the history, then every byte. */
export function DeliveryDetails({ delivery }: { delivery: Delivered }) {
  const { row, attempts, webhook } = delivery
  const [chosenId, setChosenId] = useState<string>()
  const last = attempts.at(-1)
  const chosen = attempts.find(({ id }) => id === chosenId) ?? last
  const event = row?.webhook_events
  return (
    <div className="stack">
      <div className={styles.facts}>
        <StatusPill
          status={row?.status ?? (last?.status === 'success' ? 'delivered' : 'failed')}
          isTest={row === undefined}
        />
        <Link href={`/${delivery.webhookId}`}>{webhook?.name ?? t.deliveries.deleted}</Link>
        <time dateTime={row?.created_at ?? last?.created_at}>
          {formatDateTime(row?.created_at ?? last?.created_at ?? '')}
        </time>
      </div>
      {row?.record_id != null && (
        <p className="small">
          <Link href={`/deliveries?record=${encodeURIComponent(row.record_id)}`}>{t.drawer.history}</Link>
        </p>
      )}
      {event?.origin != null && <p className="muted small">{t.drawer.origin({ name: event.origin })}</p>}
      <Outcome delivery={delivery} last={last} />
      <Actions delivery={delivery} attempt={chosen} />
      {event?.previous != null && <Changes previous={event.previous} data={event.data} />}
      {row !== undefined && (
        <section className={styles.section} aria-label={t.drawer.timeline}>
          <h3>{t.drawer.timeline}</h3>
          <Timeline
            row={row}
            isHeld={webhook?.health === 'held'}
            attempts={attempts}
            chosenId={chosen?.id}
            onChoose={setChosenId}
          />
        </section>
      )}
      {chosen !== undefined && <AttemptView attempt={chosen} isOnly={attempts.length === 1} />}
    </div>
  )
}

function Outcome({ delivery, last }: { delivery: Delivered; last: Attempt | undefined }) {
  const { row } = delivery
  if (last?.status === 'failed' && row?.status !== 'delivered') {
    return (
      <Notice tone="bad" title={toSentence(last.error_message ?? t.status.failed, last.codes?.error_message)}>
        {last.diagnosis !== null && <p>{toSentence(last.diagnosis, last.codes?.diagnosis)}</p>}
      </Notice>
    )
  }
  // Failed for good without any attempt in the log.
  if (row?.status === 'failed')
    return <Notice tone="bad" title={toSentence(row.reason ?? t.status.failed, row.codes?.reason)} />
  if (row?.status === 'filtered' || row?.status === 'cancelled') {
    return (
      <Notice tone="quiet" title={t.drawer.notSent[row.status]}>
        {row.reason !== null &&
          toSentence(textFor(t.keptBack, row.reason) ?? say(row.reason, row.codes?.reason))}
      </Notice>
    )
  }
  return null
}

function Actions({ delivery, attempt }: { delivery: Delivered; attempt: Attempt | undefined }) {
  const { canChange } = useAccess()
  const refresh = useRefreshTraffic()
  const retry = useMutation({
    mutationFn: () => call('retry_delivery', { delivery_id: delivery.id }),
    onSuccess: ({ status, response_code: code }) => toast(describeAttempt(t.drawer.retried, status, code)),
    onError: toastError,
    onSettled: refresh,
  })
  const canRetry = canChange && delivery.row !== undefined && delivery.webhook !== null
  return (
    <div className={styles.actions}>
      {canRetry && (
        <Button
          variant={delivery.row?.status === 'delivered' ? 'secondary' : 'primary'}
          busy={retry.isPending}
          onClick={() => retry.mutate()}
        >
          <RotateCcw size={14} aria-hidden="true" />
          {delivery.row?.status === 'delivered' ? t.drawer.sendAgain : t.drawer.retry}
        </Button>
      )}
      {attempt !== undefined && (
        <Button
          onClick={() => {
            const command = toCurl(attempt)
            const copied = command.includes(MASK) ? t.drawer.curlCopiedHidden : t.drawer.curlCopied
            void copyText(command).then(() => toast(copied), toastError)
          }}
        >
          <Terminal size={14} aria-hidden="true" />
          {t.drawer.curl}
        </Button>
      )}
    </div>
  )
}
