import type { CodedText } from '@connectgain/webhooks-client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import type { FormEvent } from 'react'
import { deleteRows, getRows, insertRow, query } from '../api/client.ts'
import { Button, IconButton } from '../components/button.tsx'
import { formatShare } from '../components/format.ts'
import { Field, Input, Select } from '../components/field.tsx'
import { ErrorNotice, Notice, Section, describeError } from '../components/surface.tsx'
import { RelativeTime } from '../components/time.tsx'
import { toastError } from '../components/toast.tsx'
import { useAccess } from '../routes/organization.tsx'
import { preferredLanguage } from '../messages/choice.ts'
import { t } from '../messages/index.ts'
import type { Language } from '../messages/languages.ts'
import { LANGUAGES } from '../messages/languages.ts'
import { readFieldErrors } from './form/field-errors.ts'
import { toSentence } from '../messages/sentence.ts'
import { TestAlert } from './test-alert.tsx'
import styles from './webhook.module.css'

interface Alert {
  id: string
  type: keyof typeof t.alerts.types
  threshold: number | null
  count: number
  message: string
  codes: { message?: CodedText }
  created_at: string
}

/** The alerts about this webhook; nothing if there were none. */
export function WebhookAlerts({ webhookId }: { webhookId: string }) {
  const alerts = useQuery({
    queryKey: ['stats', 'alerts', webhookId],
    queryFn: ({ signal }) =>
      getRows<Alert>(
        `webhook_alerts?${query({ webhook_id: `eq.${webhookId}`, select: '*,codes', order: 'created_at.desc,id.desc', limit: '5' })}`,
        signal,
      ),
    refetchInterval: 15_000,
  })
  if (alerts.data === undefined || alerts.data.length === 0) return null
  return (
    <Section title={t.alerts.title}>
      <ul className={styles.failures}>
        {alerts.data.map((alert) => (
          <li key={alert.id} className={styles.failure}>
            <strong>{headline(alert)}</strong>
            <span className="muted small">
              <RelativeTime time={alert.created_at} />
            </span>
            <p>{toSentence(alert.message, alert.codes.message)}</p>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function headline({ type, threshold, count }: Alert): string {
  if (type === 'webhook.failing') return t.alerts.failing({ share: formatShare((threshold ?? 0) / 100) })
  if (type === 'delivery.exhausted') return t.alerts.exhausted({ count })
  return t.alerts.types[type]
}

interface Recipient {
  id: string
  email: string
  locale: Language
}

/** The recipients of the organization's alert mails. */
export function AlertRecipients() {
  const { organizationId, canChange, session } = useAccess()
  const client = useQueryClient()
  const queryKey = ['alert-recipients', organizationId]
  const recipients = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      getRows<Recipient>(
        `webhook_alert_recipients?${query({ organization_id: `eq.${organizationId}`, order: 'email' })}`,
        signal,
      ),
  })
  const refresh = async (): Promise<void> => await client.invalidateQueries({ queryKey })
  const remove = useMutation({
    mutationFn: (id: string) => deleteRows(`webhook_alert_recipients?id=eq.${id}`),
    onSuccess: refresh,
    onError: toastError,
  })
  if (recipients.isError)
    return <ErrorNotice error={recipients.error} onRetry={() => void recipients.refetch()} />
  return (
    <Section title={t.alerts.recipients}>
      <div className="stack">
        <p className="muted small">{t.alerts.recipientsText}</p>
        {!session.can_mail && (
          <Notice tone="warn" title={t.alerts.noMail}>
            {t.alerts.noMailText}
          </Notice>
        )}
        {recipients.data !== undefined && recipients.data.length > 0 && (
          <ul className={styles.recipients}>
            {recipients.data.map(({ id, email, locale }) => (
              <li key={id}>
                <span>{email}</span>
                <span className="muted small" lang={locale}>
                  {LANGUAGES[locale].name}
                </span>
                {canChange && (
                  <IconButton label={t.alerts.remove({ email })} onClick={() => remove.mutate(id)}>
                    <X size={14} aria-hidden="true" />
                  </IconButton>
                )}
              </li>
            ))}
          </ul>
        )}
        {canChange && <AddRecipient organizationId={organizationId} onAdded={refresh} />}
        {canChange && session.can_mail && (recipients.data?.length ?? 0) > 0 && (
          <TestAlert organizationId={organizationId} />
        )}
      </div>
    </Section>
  )
}

function AddRecipient({ organizationId, onAdded }: { organizationId: string; onAdded: () => Promise<void> }) {
  const [email, setEmail] = useState('')
  const [locale, setLocale] = useState(() => preferredLanguage())
  const add = useMutation({
    mutationFn: () =>
      insertRow('webhook_alert_recipients', { organization_id: organizationId, email: email.trim(), locale }),
    onSuccess: async () => {
      setEmail('')
      await onAdded()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    add.mutate()
  }
  const problem = add.error === null ? undefined : describeProblem(add.error)
  return (
    <form className={styles.addRecipient} onSubmit={submit} noValidate>
      <Field label={t.alerts.address} error={problem}>
        {(attributes) => (
          <Input
            {...attributes}
            type="email"
            value={email}
            placeholder="ops@example.com"
            onChange={(event) => {
              setEmail(event.target.value)
              add.reset()
            }}
          />
        )}
      </Field>
      <Field label={t.alerts.language}>
        {(attributes) => (
          <Select
            {...attributes}
            value={locale}
            onChange={(event) => setLocale(event.target.value as Language)}
          >
            {Object.entries(LANGUAGES).map(([tag, { name }]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Button type="submit" busy={add.isPending} disabled={email.trim() === ''}>
        {t.alerts.add}
      </Button>
    </form>
  )
}

const describeProblem = (error: Error): string =>
  (readFieldErrors(error) as { email?: string }).email ?? toSentence(describeError(error).title)
