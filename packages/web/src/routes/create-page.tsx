import { useMutation } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { insertRow } from '../api/client.ts'
import type { Webhook } from '../api/types.ts'
import { LinkButton } from '../components/button.tsx'
import { t } from '../strings/index.ts'
import { useRefreshWebhooks } from '../webhooks/changes.ts'
import { newDraft, toInsert } from '../webhooks/form/draft.ts'
import type { Draft } from '../webhooks/form/draft.ts'
import { WebhookForm } from '../webhooks/form/webhook-form.tsx'
import { keepSecret } from '../webhooks/fresh-secrets.ts'
import styles from '../webhooks/list.module.css'
import { useAccess } from './organization.tsx'
import { useTitle } from './shell.tsx'

export function CreatePage() {
  useTitle(t.create.action)
  const { organizationId } = useAccess()
  const [, navigate] = useLocation()
  const refresh = useRefreshWebhooks()
  const create = useMutation({
    mutationFn: async (draft: Draft) => {
      const webhook = await insertRow<Webhook>('webhook_configurations', toInsert(draft, organizationId))
      keepSecret(webhook.id, webhook.secret ?? (draft.secretKind === 'own' ? draft.secret : undefined))
      return webhook
    },
    onSuccess: async ({ id }) => {
      await refresh(id)
      navigate(`/${id}`)
    },
  })
  return (
    <>
      <div className={styles.head}>
        <div>
          <h1>{t.create.title}</h1>
          <p className={styles.lead}>{t.create.lead}</p>
        </div>
      </div>
      <WebhookForm
        initial={newDraft}
        organizationId={organizationId}
        error={create.error}
        isSaving={create.isPending || create.isSuccess}
        action={t.create.save}
        onSave={(draft) => create.mutate(draft)}
        cancel={() => (
          <LinkButton variant="ghost" href="/">
            {t.cancel}
          </LinkButton>
        )}
      />
    </>
  )
}
