import { useInfiniteQuery } from '@tanstack/react-query'
import { History, Lock } from 'lucide-react'
import { auditLogQuery } from '../../api/audit-log.ts'
import type { AuditEntry } from '../../api/audit-log.ts'
import type { Webhook } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { formatDateTime } from '../../components/format.ts'
import { Empty, ErrorNotice, Loading, Section } from '../../components/surface.tsx'
import { useAccess } from '../../routes/organization.tsx'
import { t } from '../../messages/index.ts'
import styles from './audit.module.css'
import { ChangeTable } from './change-table.tsx'
import { describeAction, describeActor } from './describe-entry.ts'

/** Who changed the webhook. Keys with the read scope may not know that: they get what the webhook itself tells. */
export function AuditLog({ webhook }: { webhook: Webhook }) {
  const { canChange } = useAccess()
  if (canChange) return <Entries webhookId={webhook.id} />
  const { created_at: created, updated_at: updated } = webhook
  return (
    <Empty icon={<Lock size={20} />} title={t.audit.noAccess}>
      <p>{t.audit.noAccessText({ created: formatDateTime(created), updated: formatDateTime(updated) })}</p>
    </Empty>
  )
}

function Entries({ webhookId }: { webhookId: string }) {
  const log = useInfiniteQuery(auditLogQuery(webhookId))
  if (log.isPending) return <Loading rows={4} height="4.5rem" />
  if (log.data === undefined) return <ErrorNotice error={log.error} onRetry={() => void log.refetch()} />
  const entries = log.data.pages.flat()
  if (entries.length === 0)
    return (
      <Empty icon={<History size={20} />} title={t.audit.none}>
        <p>{t.audit.noneText}</p>
      </Empty>
    )
  return (
    <Section title={t.audit.title}>
      <p className="muted small">{t.audit.lead}</p>
      <ol className={styles.entries} aria-label={t.audit.title}>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      {log.hasNextPage && (
        <div className={styles.more}>
          <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t.audit.more}
          </Button>
        </div>
      )}
    </Section>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  return (
    <li className={styles.entry}>
      <div className={styles.what}>
        <h3>{describeAction(entry.action)}</h3>
        <time className="muted small" dateTime={entry.at}>
          {formatDateTime(entry.at)}
        </time>
      </div>
      <p className="muted small">
        <bdi>{describeActor(entry)}</bdi>
        {entry.ip_address !== null && <> · {t.audit.from({ address: entry.ip_address })}</>}
      </p>
      <ChangeTable entry={entry} />
    </li>
  )
}
