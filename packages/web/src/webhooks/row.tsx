import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { statsQuery } from '../api/queries.ts'
import type { ListedWebhook } from '../api/types.ts'
import { Sparkline } from '../components/charts.tsx'
import { formatNumber, formatShare } from '../components/format.ts'
import { RelativeTime } from '../components/time.tsx'
import { t } from '../strings/index.ts'
import { certificateDays } from './certificate.tsx'
import { ConditionPill, getCondition, needsAttention, toSentence } from './health.tsx'
import styles from './list.module.css'
import { ActiveSwitch } from './active-switch.tsx'
import { TestButton } from './test-button.tsx'

const MAX_CHIPS = 4

interface RowProps {
  webhook: ListedWebhook
  /** Pending deliveries; undefined while loading. */
  waiting: number | undefined
  canChange: boolean
}

export function WebhookRow({ webhook, waiting, canChange }: RowProps) {
  const [last] = webhook.webhook_logs
  const condition = getCondition(webhook, last !== undefined)
  const certificate = certificateDays(webhook)
  const reason = webhook.is_active ? webhook.health_reason : webhook.disabled_reason
  return (
    <li className={styles.row}>
      <div>
        <Link href={`/${webhook.id}`} className={styles.name}>
          {webhook.name}
        </Link>
        <p className={styles.url}>{webhook.url}</p>
        <EventChips events={webhook.events} />
      </div>
      <div className={styles.health}>
        <ConditionPill condition={condition} />
        {waiting !== undefined && waiting > 0 && (
          <span className={styles.small}>{t.list.waiting(waiting, condition === 'held')}</span>
        )}
      </div>
      <Day webhookId={webhook.id} />
      <div className={styles.last}>
        {last === undefined ? (
          <span className={styles.small}>{t.list.nothingYet}</span>
        ) : (
          <>
            <RelativeTime time={last.created_at} />
            <span className={styles.small}>{t.list.lastResult(last.status, last.response_code)}</span>
          </>
        )}
      </div>
      <div className={styles.controls}>
        {canChange && <TestButton webhook={webhook} small />}
        <ActiveSwitch webhook={webhook} disabled={!canChange} />
      </div>
      {certificate !== undefined && <p className={styles.why}>{t.certificate.short(certificate)}</p>}
      {needsAttention(condition) && reason !== null && <p className={styles.why}>{toSentence(reason)}</p>}
    </li>
  )
}

function EventChips({ events }: { events: readonly string[] }) {
  const shown = events.slice(0, MAX_CHIPS)
  return (
    <p className={styles.chips} title={events.join(', ')}>
      {shown.map((event) => (
        <span key={event} className={styles.chip}>
          {event === '*' ? t.list.everyEvent : event}
        </span>
      ))}
      {events.length > shown.length && (
        <span className={styles.chip}>{t.list.moreEvents(events.length - shown.length)}</span>
      )}
    </p>
  )
}

function Day({ webhookId }: { webhookId: string }) {
  const stats = useQuery({ ...statsQuery({ webhook_id: webhookId }, '24h'), refetchInterval: 60_000 })
  const { attempts = 0, failed = 0, success_rate: rate = null } = stats.data?.totals ?? {}
  return (
    <div className={styles.chart}>
      <Sparkline
        label={t.list.dayInWords(attempts, failed)}
        values={
          stats.data?.buckets.map((bucket) => ({ ok: bucket.success, bad: bucket.failed })) ?? EMPTY_DAY
        }
      />
      <span className={styles.small}>
        {stats.data === undefined
          ? t.list.dayPending
          : rate === null
            ? t.list.quietDay
            : t.list.dayShort(formatShare(rate), formatNumber(attempts))}
      </span>
    </div>
  )
}

const EMPTY_DAY = Array.from({ length: 24 }, () => ({ ok: 0, bad: 0 }))
