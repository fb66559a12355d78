import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { Webhook } from '../../api/types.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice, Notice } from '../../components/surface.tsx'
import { releaseGuard, useUnsavedChanges } from '../../routes/leave-guard.tsx'
import { AuthSection } from './auth-section.tsx'
import { t } from '../../messages/index.ts'
import { isSame } from './draft.ts'
import type { Draft } from './draft.ts'
import { EventsSection } from './events-section.tsx'
import { isAboutFields, readFieldErrors } from './field-errors.ts'
import { FilterSection } from './filter-section.tsx'
import styles from './form.module.css'
import { HeadersSection } from './headers-section.tsx'
import { dropDraft, findDraft, keepDraft } from './kept-drafts.ts'
import { ShapeSection } from './shape-section.tsx'
import { OrderSection } from './order-section.tsx'
import { SignatureSection } from './signature-section.tsx'
import { AdvancedSection, EndpointSection, Folded, SecretSection, hasAdvanced } from './sections.tsx'

interface FormProps {
  initial: Draft
  /** The webhook to change; undefined creates a new one. */
  webhook?: Webhook
  organizationId: string
  error: Error | null
  isSaving: boolean
  action: string
  onSave: (draft: Draft) => void
  /** Next to the save button. */
  cancel: (reset: () => void) => ReactNode
}

export function WebhookForm({
  initial,
  webhook,
  organizationId,
  error,
  isSaving,
  action,
  onSave,
  cancel,
}: FormProps) {
  const draftName = webhook?.id ?? `new.${organizationId}`
  const [kept] = useState(() => findDraft(draftName, initial))
  const [draft, setDraft] = useState(kept ?? initial)
  const [isRestored, setRestored] = useState(kept !== undefined)
  const form = useRef<HTMLFormElement>(null)
  const hasChanges = !isSame(draft, initial)
  const forget = useCallback(() => dropDraft(draftName), [draftName])
  useUnsavedChanges(hasChanges && !isSaving, forget)
  useEffect(() => {
    if (hasChanges) keepDraft(draftName, draft)
    else dropDraft(draftName)
  }, [draftName, draft, hasChanges])
  // A second click comes before React has disabled the button.
  const isSubmitted = useRef(false)
  useEffect(() => {
    if (!isSaving) isSubmitted.current = false
  }, [isSaving])
  const errors = readFieldErrors(error)
  useEffect(() => {
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]')
    if (error === null || wrong == null) return
    wrong.focus({ preventScroll: true })
    wrong.scrollIntoView({ block: 'center' })
  }, [error])
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }))
  const section = { draft, errors, change }
  const isNew = webhook === undefined
  return (
    <form
      ref={form}
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (isSubmitted.current || isSaving) return
        isSubmitted.current = true
        releaseGuard()
        onSave(draft)
      }}
    >
      {isRestored && (
        <Notice
          tone="info"
          title={t.form.restored}
          action={
            <Button
              small
              onClick={() => {
                setDraft(initial)
                setRestored(false)
              }}
            >
              {t.form.discard}
            </Button>
          }
        >
          {t.form.restoredText}
        </Notice>
      )}
      <EndpointSection {...section} isNew={isNew} organizationId={organizationId} />
      <EventsSection {...section} />
      <FilterSection {...section} organizationId={organizationId} />
      {isNew && draft.signature_type === 'hmac' && <SecretSection {...section} />}
      <Folded title={t.form.advanced} note={t.form.advancedText} open={hasAdvanced(initial, errors)}>
        <HeadersSection {...section} {...(webhook === undefined ? {} : { webhook })} />
        <AuthSection {...section} {...(webhook === undefined ? {} : { webhook })} />
        <SignatureSection
          {...section}
          organizationId={organizationId}
          {...(webhook === undefined ? {} : { webhook })}
        />
        <ShapeSection {...section} organizationId={organizationId} />
        <AdvancedSection {...section} />
        <OrderSection {...section} />
      </Folded>
      {error !== null && !isAboutFields(error) && <ErrorNotice error={error} />}
      {(isNew || hasChanges || isSaving || error !== null) && (
        <div className={styles.foot}>
          <span className={styles.footText} role="status">
            {error !== null && isAboutFields(error) ? t.form.correct : hasChanges ? t.form.unsaved : ''}
          </span>
          {cancel(() => setDraft(initial))}
          <Button variant="primary" type="submit" busy={isSaving} disabled={!isNew && !hasChanges}>
            {action}
          </Button>
        </div>
      )}
    </form>
  )
}
