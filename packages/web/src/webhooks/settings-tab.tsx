import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Webhook, WholeWebhook } from '../api/types.ts'
import { Button, LinkButton } from '../components/button.tsx'
import { Confirm } from '../components/dialog.tsx'
import { Section } from '../components/surface.tsx'
import { toast, toastError } from '../components/toast.tsx'
import { useQuery } from '@tanstack/react-query'
import { waitingCountQuery } from '../api/queries.ts'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../messages/index.ts'
import { DisableDialog } from './active-switch.tsx'
import { useChangeWebhook, useDeleteWebhook } from './changes.ts'
import { toDraft, toChange } from './form/draft.ts'
import { dropDraft } from './form/kept-drafts.ts'
import { WebhookForm } from './form/webhook-form.tsx'
import { SecretPanel } from './secret-panel.tsx'
import { SigningKeySection } from './signing-keys.tsx'
import styles from './webhook.module.css'

export function SettingsTab({ webhook }: { webhook: WholeWebhook }) {
  const { canChange } = useAccess()
  const change = useChangeWebhook(webhook)
  // Changes are compared with the initial version: the page refreshes in the background, the form does not.
  const [{ initial, version }, setBase] = useState({ initial: toDraft(webhook), version: 0 })
  return (
    <>
      {webhook.signature_type === 'ed25519' ? (
        <SigningKeySection organizationId={webhook.organization_id} />
      ) : (
        <SecretPanel webhook={webhook} />
      )}
      <fieldset disabled={!canChange} style={{ minWidth: 0 }}>
        <WebhookForm
          key={version}
          initial={initial}
          webhook={webhook}
          organizationId={webhook.organization_id}
          error={change.error}
          isSaving={change.isPending}
          action={t.form.save}
          onSave={(draft) =>
            change.mutate(toChange(draft, initial), {
              onSuccess: (saved) => {
                // What was typed in place of hidden values is not a change of what is stored now.
                dropDraft(webhook.id)
                setBase({ initial: toDraft(saved), version: version + 1 })
                toast(t.form.saved)
              },
            })
          }
          cancel={(reset) => (
            <Button
              variant="ghost"
              onClick={() => {
                change.reset()
                reset()
              }}
            >
              {t.form.discard}
            </Button>
          )}
        />
      </fieldset>
      {canChange && <DangerZone webhook={webhook} />}
    </>
  )
}

function DangerZone({ webhook }: { webhook: Webhook }) {
  const [asking, setAsking] = useState<'off' | 'delete'>()
  const change = useChangeWebhook(webhook)
  const close = (): void => setAsking(undefined)
  return (
    <Section title={t.danger.title}>
      <div className={styles.danger}>
        <div>
          <h3>{webhook.is_active ? t.active.offAction : t.active.onAction}</h3>
          <p className="muted small">{webhook.is_active ? t.danger.offText : t.danger.onText}</p>
        </div>
        {webhook.is_active ? (
          <Button onClick={() => setAsking('off')}>{t.active.offAction}</Button>
        ) : (
          <Button
            busy={change.isPending}
            onClick={() =>
              change.mutate(
                { is_active: true },
                { onSuccess: () => toast(t.active.isOn({ name: webhook.name })), onError: toastError },
              )
            }
          >
            {t.active.onAction}
          </Button>
        )}
      </div>
      <div className={styles.danger}>
        <div>
          <h3>{t.danger.copy}</h3>
          <p className="muted small">{t.danger.copyText}</p>
        </div>
        <LinkButton href={`/new?from=${webhook.id}`}>{t.danger.copy}</LinkButton>
      </div>
      <div className={styles.danger}>
        <div>
          <h3>{t.danger.delete}</h3>
          <p className="muted small">{t.danger.deleteText}</p>
        </div>
        <Button variant="danger" onClick={() => setAsking('delete')}>
          {t.danger.delete}
        </Button>
      </div>
      {asking === 'off' && <DisableDialog webhook={webhook} onClose={close} />}
      {asking === 'delete' && <DeleteWebhook webhook={webhook} onClose={close} />}
    </Section>
  )
}

function DeleteWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const remove = useDeleteWebhook(webhook)
  const waiting = useQuery(waitingCountQuery(webhook.id))
  const [, navigate] = useLocation()
  return (
    <Confirm
      title={t.danger.deleteTitle({ name: webhook.name })}
      action={t.danger.delete}
      danger
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(undefined, {
          onError: toastError,
          onSuccess: () => {
            toast(t.danger.deleted({ name: webhook.name }))
            navigate('/')
          },
        })
      }
    >
      <ul className="points">
        <li>{t.danger.deleteNow}</li>
        <li>{waiting.data === undefined ? t.loading : t.active.offWaiting({ count: waiting.data })}</li>
        <li>{t.danger.deleteLog}</li>
      </ul>
    </Confirm>
  )
}
