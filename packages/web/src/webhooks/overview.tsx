import { useQuery } from '@tanstack/react-query'
import { ChartColumn } from 'lucide-react'
import {
  RANGES,
  redeliveriesQuery,
  statsQuery,
  waitingCountQuery,
  webhookActivityQuery,
} from '../api/queries.ts'
import type { Range } from '../api/queries.ts'
import type { Stats, Webhook } from '../api/types.ts'
import { LinkButton } from '../components/button.tsx'
import { formatCompact, formatDuration, formatNumber, formatShare } from '../components/format.ts'
import { Empty, ErrorNotice, Notice, Segments, Skeleton } from '../components/surface.tsx'
import { RelativeTime } from '../components/time.tsx'
import { useSearchEntries } from '../deliveries/filters.ts'
import { RedeliveryProgress } from '../deliveries/redelivery-progress.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../messages/index.ts'
import { WebhookAlerts } from './alerts.tsx'
import { AuthPanel, ClientCertificateNotice } from './auth.tsx'
import { CertificateNotice } from './certificate.tsx'
import { WebhookFaultNotice } from './fault-notice.tsx'
import { CheckupSection } from './checkup/checkup.tsx'
import { getCondition } from './condition.ts'
import { ExistingOffer } from './existing/existing-offer.tsx'
import { Syncs } from './existing/syncs.tsx'
import { disabledSince } from './health.tsx'
import { toSentence } from '../messages/sentence.ts'
import { InboxSection } from './inbox.tsx'
import { NotSent } from './not-sent.tsx'
import { LatestDiagnosis, RecentFailures } from './recent-failures.tsx'
import { SecurityFacts } from './security-facts.tsx'
import { SetupPanel } from './setup-panel.tsx'
import { SigningKeySection } from './signing-keys.tsx'
import { Reasons, StatsCharts } from './stats-charts.tsx'
import { TestButton } from './test-button.tsx'
import styles from './webhook.module.css'

export function Overview({ webhook }: { webhook: Webhook }) {
  const { get, change } = useSearchEntries()
  const range = (Object.keys(RANGES) as Range[]).find((each) => each === get('range')) ?? '24h'
  const stats = useQuery(statsQuery({ webhook_id: webhook.id }, range))
  const redeliveries = useQuery(redeliveriesQuery(webhook.id))
  return (
    <>
      <SetupPanel webhook={webhook} />
      <ExistingOffer webhook={webhook} />
      <ConditionNotice webhook={webhook} />
      <CertificateNotice webhook={webhook} />
      <ClientCertificateNotice webhook={webhook} />
      <WebhookFaultNotice webhookId={webhook.id} />
      <Syncs webhook={webhook} />
      {redeliveries.data
        ?.filter(({ status }) => status === 'running')
        .map((redelivery) => (
          <RedeliveryProgress key={redelivery.id} redelivery={redelivery} />
        ))}
      <div className={styles.toolbar}>
        <h2>{t.overview.title}</h2>
        <Segments
          label={t.overview.range}
          value={range}
          options={(Object.keys(RANGES) as Range[]).map((each) => [each, t.overview.ranges[each]] as const)}
          onChange={(chosen) => change({ range: chosen === '24h' ? undefined : chosen })}
        />
      </div>
      {stats.isError && stats.data === undefined ? (
        <ErrorNotice error={stats.error} onRetry={() => void stats.refetch()} />
      ) : (
        <>
          <Tiles webhook={webhook} stats={stats.data} />
          {stats.data === undefined ? (
            <Skeleton height="17.5rem" />
          ) : stats.data.totals.attempts === 0 ? (
            <Empty icon={<ChartColumn size={20} />} title={t.overview.noAttempts}>
              <p>{t.overview.noAttemptsText}</p>
            </Empty>
          ) : (
            <StatsCharts webhookId={webhook.id} stats={stats.data} />
          )}
        </>
      )}
      <div className={styles.charts}>
        {stats.data !== undefined && <Reasons stats={stats.data} />}
        <RecentFailures webhookId={webhook.id} />
      </div>
      <SecurityFacts webhook={webhook} />
      <CheckupSection webhook={webhook} />
      <WebhookAlerts webhookId={webhook.id} />
      <NotSent webhookId={webhook.id} />
      {webhook.signature_type === 'ed25519' && <SigningKeySection organizationId={webhook.organization_id} />}
      <AuthPanel webhook={webhook} />
      <InboxSection url={webhook.url} />
    </>
  )
}

/** Describes a problem, its cause, and what helps. */
function ConditionNotice({ webhook }: { webhook: Webhook }) {
  const activity = useQuery(webhookActivityQuery(webhook.id)).data ?? undefined
  const condition = getCondition(webhook, true, activity)
  const { health_reason: reason, health_since: since } = webhook
  if (condition === 'healthy' || condition === 'unused') return null
  if (condition === 'off' || condition === 'switchedOff') {
    return (
      <Notice
        tone={condition === 'off' ? 'quiet' : 'bad'}
        title={
          <>
            {t.overview.isOff}
            {webhook.disabled_at !== null && <Since time={webhook.disabled_at} />}
          </>
        }
        action={
          <LinkButton small href={`/${webhook.id}/deliveries?replay=${disabledSince(webhook)}`}>
            {t.redeliver.missed}
          </LinkButton>
        }
      >
        {webhook.disabled_reason === null
          ? t.overview.offText
          : toSentence(webhook.disabled_reason, webhook.codes?.disabled_reason)}
      </Notice>
    )
  }
  return (
    <Notice
      tone={condition === 'recovering' ? 'info' : condition === 'held' ? 'bad' : 'warn'}
      title={
        <>
          {t.overview[condition]}
          {since !== null && condition !== 'unreliable' && <Since time={since} />}
        </>
      }
      action={<Remedies webhook={webhook} />}
    >
      {reason !== null && toSentence(reason, webhook.codes?.health_reason)}
      <LatestDiagnosis webhookId={webhook.id} />
    </Notice>
  )
}

/** What usually helps, where the problem is described. */
function Remedies({ webhook }: { webhook: Webhook }) {
  const { canChange } = useAccess()
  if (!canChange) return null
  return (
    <div className="line">
      <TestButton webhook={webhook} small />
      <LinkButton small href={`/${webhook.id}/settings`}>
        {t.overview.edit}
      </LinkButton>
      <LinkButton small href={`/${webhook.id}/deliveries?retry=failed`}>
        {t.redeliver.failed}
      </LinkButton>
    </div>
  )
}

function Since({ time }: { time: string }) {
  return (
    <>
      {' · '}
      <RelativeTime time={time} />
    </>
  )
}

function Tiles({ webhook, stats }: { webhook: Webhook; stats: Stats | undefined }) {
  const waiting = useQuery(waitingCountQuery(webhook.id))
  const totals = stats?.totals
  const rate = totals?.success_rate ?? null
  const latency = totals?.latency ?? null
  const tiles = [
    [
      t.overview.successRate,
      rate === null ? '–' : formatShare(rate),
      totals && t.overview.ofAttempts({ count: totals.attempts }),
    ],
    [t.overview.failed, totals === undefined ? '–' : formatCompact(totals.failed), t.overview.failedText],
    [
      t.overview.typical,
      latency === null ? '–' : formatDuration(latency.p50),
      latency === null ? t.overview.noLatency : t.overview.slowest({ time: formatDuration(latency.p99) }),
    ],
    [
      t.overview.waiting,
      waiting.data === undefined ? '–' : formatNumber(waiting.data),
      !webhook.is_active
        ? t.overview.waitingOff
        : webhook.health === 'held'
          ? t.overview.heldText
          : t.overview.waitingText,
    ],
  ] as const
  return (
    <div className={styles.tiles}>
      {tiles.map(([name, value, note]) => (
        <div key={name} className={styles.tile}>
          <p className={styles.tileName}>{name}</p>
          <p className={styles.tileValue}>{value}</p>
          <p className={styles.tileNote}>{note ?? ' '}</p>
        </div>
      ))}
    </div>
  )
}
