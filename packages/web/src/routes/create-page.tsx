import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { useLocation } from 'wouter'
import { insertRow } from '../api/client.ts'
import { webhookQuery } from '../api/queries.ts'
import type { Webhook } from '../api/types.ts'
import { LinkButton } from '../components/button.tsx'
import { Loading } from '../components/surface.tsx'
import { useSearchEntries } from '../deliveries/filters.ts'
import { t } from '../messages/index.ts'
import { useRefreshWebhooks } from '../webhooks/changes.ts'
import { offerExisting } from '../webhooks/existing/offers.ts'
import { isSame, newDraft, toCopy, toInsert } from '../webhooks/form/draft.ts'
import type { Draft } from '../webhooks/form/draft.ts'
import { dropDraft } from '../webhooks/form/kept-drafts.ts'
import { WebhookForm } from '../webhooks/form/webhook-form.tsx'
import { keepSecret } from '../webhooks/fresh-secrets.ts'
import styles from '../webhooks/list/list.module.css'
import { useAccess } from './organization.tsx'
import { useTitle } from './shell.tsx'

/** `?from=<id>`: begins with a copy of that webhook. */
export function CreatePage() {
  useTitle(t.create.action)
  const from = useSearchEntries().get('from')
  const original = useQuery({ ...webhookQuery(from ?? ''), enabled: from !== undefined, staleTime: Infinity })
  if (from !== undefined && original.isPending) return <Loading rows={4} height="6rem" />
  const initial =
    original.data == null ? newDraft : toCopy(original.data, t.create.copyOf({ name: original.data.name }))
  return <Create initial={initial} />
}

function Create({ initial }: { initial: Draft }) {
  const { organizationId } = useAccess()
  // The same for each try with the same content, so that a retried request creates one webhook.
  const attempt = useRef({ draft: initial, key: crypto.randomUUID() })
  const [, navigate] = useLocation()
  const refresh = useRefreshWebhooks()
  const create = useMutation({
    mutationFn: async (draft: Draft) => {
      if (!isSame(attempt.current.draft, draft)) attempt.current = { draft, key: crypto.randomUUID() }
      const row = toInsert(draft, organizationId)
      const webhook = await insertRow<Webhook>('webhook_configurations', row, {
        'idempotency-key': attempt.current.key,
      })
      dropDraft(`new.${organizationId}`)
      keepSecret(webhook.id, webhook.secret ?? (draft.secretKind === 'own' ? draft.secret : undefined))
      return webhook
    },
    onSuccess: async ({ id }) => {
      await refresh(id)
      offerExisting(id)
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
        initial={initial}
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
