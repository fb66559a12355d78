import { useMutation } from '@tanstack/react-query'
import { FlaskConical, Plug } from 'lucide-react'
import { useState } from 'react'
import { insertRow } from '../api/client.ts'
import type { Inbox, Webhook } from '../api/types.ts'
import { Button, LinkButton } from '../components/button.tsx'
import { ErrorNotice } from '../components/surface.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../messages/index.ts'
import styles from './first.module.css'
import { GuidedStart } from './guided-start.tsx'
import type { Started } from './guided-start.tsx'
import { sendTest } from './send-test.ts'

/** Shown before the first webhook exists: try one within a minute, or create one. */
interface FirstProps {
  /** From now on the list is not empty; this view stays until `onDone`. */
  onStart: () => void
  onDone: () => void
}

export function FirstWebhook({ onStart, onDone }: FirstProps) {
  const { organizationId, canChange } = useAccess()
  const [progress, setProgress] = useState<Partial<Started>>({})
  const start = useMutation({
    async mutationFn() {
      onStart()
      const inbox = await insertRow<Inbox>('webhook_inboxes', { organization_id: organizationId })
      setProgress({ inbox })
      const webhook = await insertRow<Webhook>('webhook_configurations', {
        organization_id: organizationId,
        name: t.first.webhookName,
        url: inbox.url,
        events: ['*'],
        secret: 'generate',
        is_active: true,
      })
      setProgress({ inbox, webhook })
      const tested = await sendTest(webhook.id, 'contact.created')
      setProgress({ inbox, webhook, tested })
    },
  })
  if (start.isPending || start.isSuccess || progress.webhook !== undefined) {
    return (
      <GuidedStart progress={progress} error={start.error} onRetry={() => start.mutate()} onDone={onDone} />
    )
  }
  return (
    <div className="stack">
      {start.isError && <ErrorNotice error={start.error} />}
      <div className={styles.grid}>
        <section className={styles.option} aria-labelledby="try">
          <span className={styles.icon} aria-hidden="true">
            <FlaskConical size={20} />
          </span>
          <h2 id="try">{t.first.tryTitle}</h2>
          <p>{t.first.tryText}</p>
          <Button variant="primary" disabled={!canChange} onClick={() => start.mutate()}>
            {t.first.tryAction}
          </Button>
        </section>
        <section className={styles.option} aria-labelledby="own">
          <span className={styles.icon} aria-hidden="true">
            <Plug size={20} />
          </span>
          <h2 id="own">{t.first.ownTitle}</h2>
          <p>{t.first.ownText}</p>
          {canChange && <LinkButton href="/new">{t.create.action}</LinkButton>}
        </section>
      </div>
    </div>
  )
}
