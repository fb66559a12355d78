import { Link } from 'wouter'
import type { Activity } from '../../api/types.ts'
import { Sparkline } from '../../components/sparkline.tsx'
import { Checkbox } from '../../components/field.tsx'
import { formatShare } from '../../components/format.ts'
import { shortUrl } from '../../components/short-url.ts'
import { RelativeTime } from '../../components/time.tsx'
import { describeAttempt } from '../../deliveries/describe-attempt.ts'
import { t } from '../../messages/index.ts'
import { ActiveSwitch } from '../active-switch.tsx'
import { clientCertificateDays } from '../auth.tsx'
import { certificateDays } from '../certificate.tsx'
import { ConditionPill } from '../health.tsx'
import { toSentence } from '../../messages/sentence.ts'
import { TestButton } from '../test-button.tsx'
import type { Item } from './list-filters.ts'
import { reasonOf } from './list-filters.ts'
import styles from './row.module.css'

const MAX_CHIPS = 3
const HOUR_MS = 3_600_000

interface RowProps {
  item: Item
  canChange: boolean
  /** Not in a list of one. */
  canSelect: boolean
  /** Reasons that stand once above the list. */
  isReasonShared: boolean
  isSelected: boolean
  onSelect: (isSelected: boolean) => void
}

export function WebhookRow({ item, canChange, canSelect, isReasonShared, isSelected, onSelect }: RowProps) {
  const { webhook, condition, activity, waiting } = item
  const certificate = certificateDays(webhook)
  const clientCertificate = clientCertificateDays(webhook)
  const reason = reasonOf(item)
  return (
    <li className={styles.row} data-selected={isSelected}>
      {canSelect && (
        <span className={styles.select}>
          <Checkbox label={t.list.select({ name: webhook.name })} checked={isSelected} onChange={onSelect} />
        </span>
      )}
      <div className={styles.title}>
        <Link href={`/${webhook.id}`} className={styles.name}>
          {webhook.name}
        </Link>
        <div className={styles.what}>
          <p className={styles.url}>
            <bdi dir="ltr">{shortUrl(webhook.url)}</bdi>
          </p>
          <EventChips events={webhook.events} />
        </div>
      </div>
      <div className={styles.health}>
        <ConditionPill condition={condition} activity={activity} />
        {waiting !== undefined && waiting > 0 && (
          <span className={styles.small}>
            {(condition === 'held' ? t.list.held : t.list.queued)({ count: waiting })}
          </span>
        )}
      </div>
      <Day activity={activity} />
      <LastAttempt item={item} />
      <div className={styles.controls}>
        {canChange && <TestButton webhook={webhook} small />}
        <ActiveSwitch webhook={webhook} disabled={!canChange} />
      </div>
      {certificate !== undefined && (
        <p className={styles.why}>
          {certificate < 0 ? t.certificate.expiredShort : t.certificate.expiresShort({ days: certificate })}
        </p>
      )}
      {clientCertificate !== undefined && (
        <p className={styles.why}>
          {clientCertificate < 0 ? t.auth.expiredShort : t.auth.expiresShort({ days: clientCertificate })}
        </p>
      )}
      {reason !== undefined && !isReasonShared && (
        <p className={styles.why}>{toSentence(reason.text, reason.coded)}</p>
      )}
    </li>
  )
}

function LastAttempt({ item: { webhook } }: { item: Item }) {
  const [last] = webhook.webhook_logs
  if (last === undefined) return <span className={`${styles.last} ${styles.small}`}>{t.list.nothingYet}</span>
  return (
    <div className={styles.last}>
      <RelativeTime time={last.created_at} />
      <span className={styles.small}>
        {describeAttempt(t.list.lastResult, last.status, last.response_code)}
      </span>
    </div>
  )
}

function EventChips({ events }: { events: readonly string[] }) {
  const shown = events.slice(0, MAX_CHIPS)
  return (
    <p className={styles.chips} title={events.join(', ')}>
      {shown.map((event) => (
        <span key={event} className={styles.chip}>
          {event === '*' ? t.list.everyEvent : <bdi dir="ltr">{event}</bdi>}
        </span>
      ))}
      {events.length > shown.length && (
        <span className={styles.chip}>{t.list.moreEvents({ count: events.length - shown.length })}</span>
      )}
    </p>
  )
}

function Day({ activity }: { activity: Activity | undefined }) {
  if (activity === undefined)
    return <span className={`${styles.chart} ${styles.small}`}>{t.list.quietDay}</span>
  const { attempts, failed } = activity
  return (
    <div className={styles.chart}>
      <Sparkline label={t.list.dayInWords({ attempts, failed })} values={toHours(activity)} />
      <span className={styles.small}>
        {t.list.dayShort({ rate: formatShare((attempts - failed) / attempts), attempts })}
      </span>
    </div>
  )
}

/** The 24 hours that end with the present one. */
function toHours({ hours }: Activity): { ok: number; bad: number }[] {
  const byHour = new Map(hours.map((hour) => [Date.parse(hour.start), hour]))
  const present = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  return Array.from({ length: 24 }, (_, index) => {
    const hour = byHour.get(present - (23 - index) * HOUR_MS)
    return { ok: hour?.success ?? 0, bad: hour?.failed ?? 0 }
  })
}
