import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { webhooksQuery } from '../api/queries.ts'
import { LinkButton } from '../components/button.tsx'
import { ErrorNotice, Loading, Skeleton } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { AlertRecipients } from '../webhooks/alerts.tsx'
import { FaultsNotice } from '../webhooks/fault-notice.tsx'
import styles from '../webhooks/list/list.module.css'
import { WebhookList } from '../webhooks/list/webhook-list.tsx'
import { useAccess } from './organization.tsx'
import { loadOtherScripts } from './scripts.ts'
import { useTitle } from './shell.tsx'
import { FirstWebhook } from './views.tsx'

export function ListPage() {
  useTitle(t.webhooks)
  const { organizationId, canChange } = useAccess()
  const webhooks = useQuery(webhooksQuery(organizationId))
  const [isStarting, setStarting] = useState(false)
  const isShown = webhooks.data !== undefined
  useEffect(() => {
    if (isShown) loadOtherScripts()
  }, [isShown])
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
          {canChange && !isEmpty && (
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
          <WebhookList webhooks={webhooks.data} />
          <div className={styles.below}>
            <AlertRecipients />
          </div>
        </>
      )}
    </>
  )
}
