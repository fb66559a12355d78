import { ChevronLeft } from 'lucide-react'
import { Link } from 'wouter'
import { t } from '../messages/index.ts'
import styles from '../webhooks/webhook.module.css'
import { useAccess } from './organization.tsx'
import { useTitle } from './shell.tsx'
import { DeliveriesView } from './views.tsx'

export function AllDeliveriesPage() {
  useTitle(t.allDeliveries.title)
  const { organizationId } = useAccess()
  return (
    <>
      <div className={styles.head}>
        <div className={styles.headText}>
          <Link href="/" className={styles.back}>
            <ChevronLeft size={14} aria-hidden="true" />
            {t.webhooks}
          </Link>
          <h1>{t.allDeliveries.title}</h1>
          <p className="muted">{t.allDeliveries.lead}</p>
        </div>
      </div>
      <div className={styles.content}>
        <DeliveriesView organizationId={organizationId} />
      </div>
    </>
  )
}
