import { useQuery } from '@tanstack/react-query'
import { AlertTriangle, CheckCircle2, CircleDashed, Plus } from 'lucide-react'
import { useState } from 'react'
import { faultsQuery, statsQuery, waitingCountsQuery, webhooksQuery } from '../api/queries.ts'
import type { ListedWebhook, Stats } from '../api/types.ts'
import { LinkButton } from '../components/button.tsx'
import { formatCompact, formatDuration, formatShare } from '../components/format.ts'
import { ErrorNotice, Loading, Skeleton } from '../components/surface.tsx'
import { t } from '../strings/index.ts'
import { AlertRecipients } from '../webhooks/alerts.tsx'
import { FaultsNotice } from '../webhooks/fault-notice.tsx'
import { getCondition, needsAttention } from '../webhooks/health.tsx'
import styles from '../webhooks/list.module.css'
import { FirstWebhook } from '../webhooks/first-webhook.tsx'
import { WebhookRow } from '../webhooks/row.tsx'
import { useAccess } from './organization.tsx'
import { useTitle } from './shell.tsx'

export function ListPage() {
  useTitle(t.webhooks)
  const { organizationId, canChange } = useAccess()
  const webhooks = useQuery(webhooksQuery(organizationId))
  const waiting = useQuery(waitingCountsQuery(organizationId))
  const [isStarting, setStarting] = useState(false)
  const isEmpty = webhooks.data?.length === 0
  const isTeaching = isEmpty || isStarting
  return (
    <>
      <div className={styles.head}>
        <div>
          <h1>{t.webhooks}</h1>
          <p className={styles.lead}>{t.list.lead}</p>
        </div>
        <div className={styles.actions}>
          {!isTeaching && <LinkButton href="/deliveries">{t.allDeliveries.link}</LinkButton>}
          {canChange && (
            <LinkButton href="/new" variant="primary">
              <Plus size={16} aria-hidden="true" />
              {t.create.action}
            </LinkButton>
          )}
        </div>
      </div>
      {webhooks.isPending && (
        <>
          <Skeleton height="4.75rem" />
          <br />
          <Loading rows={3} height="5.75rem" />
        </>
      )}
      {webhooks.isError && webhooks.data === undefined && (
        <ErrorNotice error={webhooks.error} onRetry={() => void webhooks.refetch()} />
      )}
      {isTeaching && <FirstWebhook onStart={() => setStarting(true)} onDone={() => setStarting(false)} />}
      {webhooks.data !== undefined && !isTeaching && (
        <>
          <FaultsNotice />
          <Summary webhooks={webhooks.data} />
          <ul className={styles.list} aria-label={t.webhooks}>
            {webhooks.data.map((webhook) => (
              <WebhookRow
                key={webhook.id}
                webhook={webhook}
                waiting={waiting.data?.get(webhook.id)}
                canChange={canChange}
              />
            ))}
          </ul>
          <div className={styles.below}>
            <AlertRecipients />
          </div>
        </>
      )}
    </>
  )
}

/** Shows first whether all webhooks are healthy. */
function Summary({ webhooks }: { webhooks: readonly ListedWebhook[] }) {
  const { organizationId } = useAccess()
  const stats = useQuery(statsQuery({ organization_id: organizationId }, '24h'))
  const faults = useQuery(faultsQuery(organizationId))
  const troubled = webhooks.filter((webhook) => needsAttention(getCondition(webhook, true)))
  return (
    <section className={styles.summary} aria-label={t.list.summary}>
      <Verdict webhooks={webhooks} troubled={troubled} hasFaults={(faults.data ?? []).length > 0} />
      <DayNumbers stats={stats.data} />
    </section>
  )
}

interface VerdictProps {
  webhooks: readonly ListedWebhook[]
  troubled: readonly ListedWebhook[]
  hasFaults: boolean
}

function Verdict({ webhooks, troubled, hasFaults }: VerdictProps) {
  const isQuiet = webhooks.every(({ is_active }) => !is_active)
  if (troubled.length > 0) {
    return (
      <div className={styles.verdict}>
        <AlertTriangle size={20} className={styles.poor} aria-hidden="true" />
        <div>
          <p className={styles.verdictTitle}>{t.list.troubled(troubled.length, webhooks.length)}</p>
          <p className={styles.verdictText}>{troubled.map(({ name }) => name).join(', ')}</p>
        </div>
      </div>
    )
  }
  const Icon = isQuiet ? CircleDashed : CheckCircle2
  const off = webhooks.filter(({ is_active }) => !is_active).length
  return (
    <div className={styles.verdict}>
      <Icon size={20} className={isQuiet ? styles.calm : styles.good} aria-hidden="true" />
      <div>
        <p className={styles.verdictTitle}>
          {isQuiet ? t.list.allOff : hasFaults ? t.list.endpointsWell : t.list.allWell}
        </p>
        <p className={styles.verdictText}>{t.list.allWellText(webhooks.length - off, off)}</p>
      </div>
    </div>
  )
}

function DayNumbers({ stats }: { stats: Stats | undefined }) {
  const { attempts = 0, success_rate: rate = null, latency = null } = stats?.totals ?? {}
  const numbers = [
    [t.list.sent, formatCompact(attempts)],
    [t.list.successful, rate === null ? '–' : formatShare(rate)],
    [t.list.typical, latency === null ? '–' : formatDuration(latency.p50)],
  ] as const
  return numbers.map(([name, value]) => (
    <div key={name} className={styles.stat}>
      <p className={styles.statValue}>{value}</p>
      <p className={styles.statName}>{name}</p>
    </div>
  ))
}
