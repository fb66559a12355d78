import { useQuery } from '@tanstack/react-query'
import { countRows, query } from '../api/client.ts'
import { skipsQuery } from '../api/queries.ts'
import { formatNumber } from '../components/format.ts'
import { Section } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import styles from './webhook.module.css'

const WEEK = 7 * 86_400_000

/** Counts what this webhook was not sent in a week, by reason. */
export function NotSent({ webhookId }: { webhookId: string }) {
  const since = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000 - WEEK).toISOString()
  const skips = useQuery(skipsQuery(webhookId, since.slice(0, 10)))
  const filtered = useQuery({
    queryKey: ['stats', 'filtered', webhookId, since],
    queryFn: ({ signal }) =>
      countRows(
        `webhook_deliveries?${query({ webhook_id: `eq.${webhookId}`, status: 'eq.filtered', created_at: `gte.${since}`, select: 'id' })}`,
        signal,
      ),
  })
  const count = (reason: string): number =>
    (skips.data ?? []).filter((skip) => skip.reason === reason).reduce((sum, skip) => sum + skip.count, 0)
  const reasons = [
    [t.notSent.filtered, filtered.data ?? 0, t.notSent.filteredText],
    [t.notSent.inactive, count('inactive'), t.notSent.inactiveText],
    [t.notSent.notSubscribed, count('not subscribed'), t.notSent.notSubscribedText],
  ] as const
  if (reasons.every(([, total]) => total === 0)) return null
  return (
    <Section title={t.notSent.title}>
      <div className={styles.skips}>
        {reasons.map(([name, total, text]) => (
          <div key={name}>
            <p className={styles.tileName}>{name}</p>
            <p className={styles.tileValue}>{formatNumber(total)}</p>
            <p className={styles.tileNote}>{text}</p>
          </div>
        ))}
      </div>
    </Section>
  )
}
