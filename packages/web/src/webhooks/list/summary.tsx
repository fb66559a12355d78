import { useQuery } from '@tanstack/react-query'
import { AlertTriangle, CheckCircle2, CircleDashed } from 'lucide-react'
import { Link } from 'wouter'
import { faultsQuery, statsQuery } from '../../api/queries.ts'
import type { Stats } from '../../api/types.ts'
import { formatCompact, formatDuration, formatList, formatShare } from '../../components/format.ts'
import { useAccess } from '../../routes/organization.tsx'
import { t } from '../../messages/index.ts'
import { needsAttention } from '../condition.ts'
import { toSentence } from '../../messages/sentence.ts'
import type { Item } from './list-filters.ts'
import { findSharedCauses } from './list-filters.ts'
import styles from './summary.module.css'

const MAX_NAMES = 6
const MAX_CAUSES = 3

/** Shows first whether all webhooks are healthy. */
export function Summary({ items }: { items: readonly Item[] }) {
  const { organizationId } = useAccess()
  const stats = useQuery(statsQuery({ organization_id: organizationId }, '24h'))
  const faults = useQuery(faultsQuery(organizationId))
  return (
    <section className={styles.summary} aria-label={t.list.summary}>
      <Verdict items={items} hasFaults={(faults.data ?? []).length > 0} />
      <DayNumbers stats={stats.data} missing={stats.isError ? '–' : '…'} />
    </section>
  )
}

function Verdict({ items, hasFaults }: { items: readonly Item[]; hasFaults: boolean }) {
  const troubled = items.filter(({ condition }) => needsAttention(condition))
  if (troubled.length > 0) return <Troubled troubled={troubled} all={items.length} />
  const off = items.filter(({ webhook }) => !webhook.is_active).length
  const isQuiet = off === items.length
  const Icon = isQuiet ? CircleDashed : CheckCircle2
  return (
    <div className={styles.verdict}>
      <Icon size={20} className={isQuiet ? styles.calm : styles.good} aria-hidden="true" />
      <div>
        <p className={styles.verdictTitle}>
          {isQuiet ? t.list.allOff : hasFaults ? t.list.endpointsWell : t.list.allWell}
        </p>
        <p className={styles.verdictText}>{describeActive(items.length - off, off)}</p>
      </div>
    </div>
  )
}

function describeActive(on: number, off: number): string {
  const parts = [on > 0 && t.list.active({ count: on }), off > 0 && t.list.disabledCount({ count: off })]
  return formatList(parts.filter((part) => part !== false))
}

function Troubled({ troubled, all }: { troubled: readonly Item[]; all: number }) {
  const shown = troubled.slice(0, MAX_NAMES)
  return (
    <div className={styles.verdict}>
      <AlertTriangle size={20} className={styles.poor} aria-hidden="true" />
      <div className="stack-small">
        <p className={styles.verdictTitle}>{t.list.troubled({ bad: troubled.length, all })}</p>
        <p className={styles.names}>
          {shown.map(({ webhook }) => (
            <Link key={webhook.id} href={`/${webhook.id}`}>
              {webhook.name}
            </Link>
          ))}
          {troubled.length > shown.length && (
            <Link href="/?health=attention">
              {t.list.moreTroubled({ count: troubled.length - shown.length })}
            </Link>
          )}
        </p>
        <SharedCauses troubled={troubled} />
      </div>
    </div>
  )
}

/** One line for the failure that several webhooks share, instead of the same line at each of them. */
function SharedCauses({ troubled }: { troubled: readonly Item[] }) {
  const causes = findSharedCauses(troubled).slice(0, MAX_CAUSES)
  if (causes.length === 0) return null
  return (
    <div className={styles.reasons}>
      {causes.map(({ cause, count }) => (
        <p key={cause.text}>
          <Link href={`/?cause=${encodeURIComponent(cause.text)}`}>{t.list.sharedBy({ count })}</Link>{' '}
          {toSentence(cause.text, cause.coded)}
        </p>
      ))}
    </div>
  )
}

/** @param missing stands for what is not known yet: a zero would say that nothing was sent */
function DayNumbers({ stats, missing }: { stats: Stats | undefined; missing: string }) {
  const numbers = [t.list.sent, t.list.successful, t.list.typical].map((name, at) => [
    name,
    stats === undefined ? missing : describeTotals(stats.totals)[at],
  ])
  return numbers.map(([name, value]) => (
    <div key={name} className={styles.stat}>
      <p className={styles.statValue}>{value}</p>
      <p className={styles.statName}>{name}</p>
    </div>
  ))
}

const describeTotals = ({ attempts, success_rate: rate, latency }: Stats['totals']): string[] => [
  formatCompact(attempts),
  rate === null ? '–' : formatShare(rate),
  latency === null ? '–' : formatDuration(latency.p50),
]
