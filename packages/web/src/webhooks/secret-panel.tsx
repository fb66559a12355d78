import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api/client.ts'
import type { Webhook } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { SecretText } from '../components/code.tsx'
import { Confirm, Dialog } from '../components/dialog.tsx'
import { Field, Input, RadioCards, Select } from '../components/field.tsx'
import { formatCountdown, formatDateTime, formatHours } from '../components/format.ts'
import { ErrorNotice, Notice, Section } from '../components/surface.tsx'
import { useNow } from '../components/time.tsx'
import { toast, toastError } from '../components/toast.tsx'
import { useAccess } from '../routes/organization.tsx'
import { t } from '../messages/index.ts'
import { useChangeWebhook, useRefreshWebhooks } from './changes.ts'
import { isAboutFields, readFieldErrors } from './form/field-errors.ts'

export function SecretPanel({ webhook }: { webhook: Webhook }) {
  const { canChange } = useAccess()
  const [asking, setAsking] = useState<'rotate' | 'remove'>()
  return (
    <Section
      title={t.secret.title}
      tools={
        canChange && (
          <div className="line">
            {webhook.has_secret && (
              <Button small variant="ghost" onClick={() => setAsking('remove')}>
                {t.secret.remove}
              </Button>
            )}
            <Button small onClick={() => setAsking('rotate')}>
              {webhook.has_secret ? t.secret.rotate : t.secret.add}
            </Button>
          </div>
        )
      }
    >
      <div className="stack-small">
        {webhook.has_secret ? (
          <p>
            {t.secret.signed} <code>{webhook.secret_hint}</code>
          </p>
        ) : (
          <p className="muted small">{t.secret.unsigned}</p>
        )}
        <Overlap until={webhook.previous_secret_until} />
      </div>
      {asking === 'rotate' && <RotateDialog webhook={webhook} onClose={() => setAsking(undefined)} />}
      {asking === 'remove' && <RemoveSecret webhook={webhook} onClose={() => setAsking(undefined)} />}
    </Section>
  )
}

/** While requests are signed with both secrets, shows for how much longer. */
function Overlap({ until }: { until: string | null }) {
  const now = useNow()
  if (until === null || Date.parse(until) <= now) return null
  return (
    <Notice tone="info" title={t.secret.overlap({ left: formatCountdown(until, now) })}>
      {t.secret.overlapText({ until: formatDateTime(until) })}
    </Notice>
  )
}

const OVERLAPS = [0, 1, 24, 72, 168] as const

function RotateDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const [kind, setKind] = useState<'generate' | 'own'>('generate')
  const [own, setOwn] = useState('')
  const [hours, setHours] = useState(24)
  const refresh = useRefreshWebhooks()
  const rotate = useMutation({
    mutationFn: () =>
      call('rotate_webhook_secret', {
        webhook_id: webhook.id,
        overlap_hours: hours,
        ...(kind === 'own' ? { secret: own } : {}),
      }),
    onSuccess: async () => await refresh(webhook.id),
  })
  const title = webhook.has_secret ? t.secret.rotateTitle : t.secret.add
  if (rotate.data !== undefined) {
    return (
      <Dialog
        title={t.secret.newTitle}
        onClose={onClose}
        foot={
          <Button variant="primary" onClick={onClose}>
            {t.setup.doneSecret}
          </Button>
        }
      >
        <div className="stack">
          <p>{t.setup.secret}</p>
          <SecretText secret={rotate.data.secret} />
          <Overlap until={rotate.data.previous_secret_until} />
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button variant="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
            {title}
          </Button>
        </>
      }
    >
      <div className="stack">
        {webhook.has_secret && <p className="muted small">{t.secret.rotateText}</p>}
        <RadioCards
          label={t.secret.title}
          value={kind}
          options={[
            { value: 'generate', title: t.secret.generate, text: t.secret.generateText },
            { value: 'own', title: t.secret.own, text: t.secret.ownText },
          ]}
          onChange={setKind}
        />
        {kind === 'own' && (
          <Field label={t.secret.label} hint={t.secret.rules} error={readFieldErrors(rotate.error).secret}>
            {(wiring) => (
              <Input {...wiring} mono value={own} onChange={(event) => setOwn(event.target.value)} />
            )}
          </Field>
        )}
        {webhook.has_secret && (
          <Field label={t.secret.overlapLabel} hint={t.secret.overlapHint}>
            {(wiring) => (
              <Select {...wiring} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
                {OVERLAPS.map((each) => (
                  <option key={each} value={each}>
                    {each === 0 ? t.secret.noOverlap : formatHours(each)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {rotate.error !== null && !isAboutFields(rotate.error) && <ErrorNotice error={rotate.error} />}
      </div>
    </Dialog>
  )
}

function RemoveSecret({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const change = useChangeWebhook(webhook)
  return (
    <Confirm
      title={t.secret.removeTitle}
      action={t.secret.remove}
      danger
      busy={change.isPending}
      onClose={onClose}
      onConfirm={() =>
        change.mutate(
          { secret: null },
          {
            onError: toastError,
            onSuccess: () => {
              toast(t.secret.removed)
              onClose()
            },
          },
        )
      }
    >
      <p>{t.secret.removeText}</p>
    </Confirm>
  )
}
