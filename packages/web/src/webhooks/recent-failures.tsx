import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { getRows, query } from '../api/client.ts'
import type { Attempt } from '../api/types.ts'
import { Section } from '../components/surface.tsx'
import { RelativeTime } from '../components/time.tsx'
import { t } from '../strings/index.ts'
import { toSentence } from './health.tsx'
import styles from './webhook.module.css'

type Failure = Pick<
  Attempt,
  'id' | 'delivery_id' | 'event' | 'trigger' | 'error_message' | 'diagnosis' | 'created_at'
>

const DAY = 86_400_000

/** Shows why the latest deliveries failed. */
export function RecentFailures({ webhookId }: { webhookId: string }) {
  const failures = useQuery({
    queryKey: ['stats', 'failures', webhookId],
    queryFn: ({ signal }) =>
      getRows<Failure>(
        `webhook_logs?${query({
          webhook_id: `eq.${webhookId}`,
          status: 'eq.failed',
          created_at: `gte.${new Date(Date.now() - DAY).toISOString()}`,
          select: 'id,delivery_id,event,trigger,error_message,diagnosis,created_at',
          order: 'created_at.desc',
          limit: '3',
        })}`,
        signal,
      ),
    refetchInterval: 15_000,
  })
  if (failures.data === undefined || failures.data.length === 0) return null
  return (
    <Section
      title={t.failures.title}
      tools={<Link href={`/${webhookId}/deliveries?status=failed`}>{t.failures.all}</Link>}
    >
      <ul className={styles.failures}>
        {failures.data.map((failure) => (
          <li key={failure.id} className={styles.failure}>
            <Link
              href={`/${webhookId}/deliveries?${failure.trigger === 'test' ? `attempt=${failure.id}` : `delivery=${failure.delivery_id}`}`}
            >
              {t.failures.line(failure.event, failure.error_message ?? '')}
            </Link>
            <span className="muted small">
              <RelativeTime time={failure.created_at} />
            </span>
            {failure.diagnosis !== null && <p>{toSentence(failure.diagnosis)}</p>}
          </li>
        ))}
      </ul>
    </Section>
  )
}
