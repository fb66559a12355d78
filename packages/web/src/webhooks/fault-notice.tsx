import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { faultsQuery } from '../api/queries.ts'
import type { FaultCount } from '../api/types.ts'
import { Notice } from '../components/surface.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../messages/index.ts'
import { toSentence } from '../messages/sentence.ts'
import styles from './webhook.module.css'

const MAX_SHOWN = 5

/** What could not be processed in the last day: for all webhooks, and for events that reached none. */
export function FaultsNotice() {
  const { organizationId } = useAccess()
  const { data: faults = [] } = useQuery(faultsQuery(organizationId))
  if (faults.length === 0) return null
  return (
    <div className={styles.above}>
      <Notice
        tone="bad"
        title={t.faults.title({ count: faults.reduce((sum, { count }) => sum + count, 0) })}
        live
      >
        <ul className={styles.failures}>
          {faults.slice(0, MAX_SHOWN).map((fault) => (
            <li key={fault.webhook_id} className={styles.failure}>
              <FaultyWebhook fault={fault} />
              <p>{toSentence(fault.last_reason ?? '', fault.codes?.last_reason)}</p>
            </li>
          ))}
        </ul>
        <p>{t.faults.fix}</p>
      </Notice>
    </div>
  )
}

function FaultyWebhook({ fault: { webhook_id: id, count, webhook } }: { fault: FaultCount }) {
  if (id === null) return t.faults.ofNone({ count })
  const text = t.faults.of({ name: webhook?.name ?? t.deliveries.deleted, count })
  return webhook === null ? text : <Link href={`/${id}/deliveries?status=failed`}>{text}</Link>
}

/** The same for one webhook. */
export function WebhookFaultNotice({ webhookId }: { webhookId: string }) {
  const { organizationId } = useAccess()
  const { data = [] } = useQuery(faultsQuery(organizationId))
  const fault = data.find(({ webhook_id: id }) => id === webhookId)
  if (fault === undefined) return null
  const { count, last_reason: reason, last_delivery_id: delivery } = fault
  return (
    <Notice
      tone="bad"
      title={t.faults.title({ count })}
      action={
        delivery !== null && (
          <Link href={`/${webhookId}/deliveries?delivery=${delivery}`}>{t.faults.last}</Link>
        )
      }
      live
    >
      <p>{toSentence(reason ?? '', fault.codes?.last_reason)}</p>
      <p>{t.faults.fix}</p>
    </Notice>
  )
}
