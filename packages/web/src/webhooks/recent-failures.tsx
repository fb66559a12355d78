import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { getRows, query } from '../api/client.ts'
import type { Attempt } from '../api/types.ts'
import { Section } from '../components/surface.tsx'
import { RelativeTime } from '../components/time.tsx'
import { t } from '../messages/index.ts'
import { say } from '../messages/server-words.ts'
import { toSentence } from '../messages/sentence.ts'
import styles from './webhook.module.css'

type Failure = Pick<
  Attempt,
  'id' | 'delivery_id' | 'event' | 'trigger' | 'error_message' | 'diagnosis' | 'codes' | 'created_at'
>

const DAY = 86_400_000
const MAX_SHOWN = 3

const failuresQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['stats', 'failures', webhookId],
    queryFn: ({ signal }) =>
      getRows<Failure>(
        `webhook_logs?${query({
          webhook_id: `eq.${webhookId}`,
          status: 'eq.failed',
          created_at: `gte.${new Date(Date.now() - DAY).toISOString()}`,
          select: 'id,delivery_id,event,trigger,error_message,diagnosis,codes,created_at',
          order: 'created_at.desc',
          limit: '50',
        })}`,
        signal,
      ),
    refetchInterval: 15_000,
  })

/** What to do about the latest failure. */
export function LatestDiagnosis({ webhookId }: { webhookId: string }) {
  const [latest] = useQuery(failuresQuery(webhookId)).data ?? []
  return latest?.diagnosis == null ? null : <p>{toSentence(latest.diagnosis, latest.codes?.diagnosis)}</p>
}

/** Shows why the latest deliveries failed. */
export function RecentFailures({ webhookId }: { webhookId: string }) {
  const failures = useQuery(failuresQuery(webhookId))
  if (failures.data === undefined || failures.data.length === 0) return null
  return (
    <Section
      title={t.failures.title}
      tools={<Link href={`/${webhookId}/deliveries?status=failed`}>{t.failures.all}</Link>}
    >
      <ul className={styles.failures}>
        {groupByCause(failures.data).map(({ latest: failure, count }) => (
          <li key={failure.id} className={styles.failure}>
            <Link
              href={`/${webhookId}/deliveries?${failure.trigger === 'test' ? `attempt=${failure.id}` : `delivery=${failure.delivery_id}`}`}
            >
              {t.failures.line({
                event: failure.event,
                error: say(failure.error_message ?? '', failure.codes?.error_message),
              })}
            </Link>
            <span className="muted small">
              {count > 1 && `${t.failures.times({ count })} · `}
              <RelativeTime time={failure.created_at} />
            </span>
            {failure.diagnosis !== null && <p>{toSentence(failure.diagnosis, failure.codes?.diagnosis)}</p>}
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** One entry for each cause, with the latest failure. @param failures newest first */
function groupByCause(failures: readonly Failure[]): { latest: Failure; count: number }[] {
  const groups = Map.groupBy(failures, ({ error_message: message, diagnosis }) => `${message} ${diagnosis}`)
  return [...groups.values()].slice(0, MAX_SHOWN).map((group) => ({ latest: group[0]!, count: group.length }))
}
