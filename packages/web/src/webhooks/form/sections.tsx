import { Check, ChevronRight } from 'lucide-react'
import { useId } from 'react'
import type { ReactNode } from 'react'
import { Field, Input, RadioCards, Switch, TextArea, TextField } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import type { Draft } from './draft.ts'
import type { FieldErrors } from './field-errors.ts'
import styles from './form.module.css'
import { suggestName } from './url-check.ts'
import type { UrlVerdict } from './url-verdict.ts'
import { useUrlVerdict } from './url-verdict.ts'

export interface SectionProps {
  draft: Draft
  errors: FieldErrors
  change: (part: Partial<Draft>) => void
}

export function FormSection({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        <p className={styles.sectionText}>{text}</p>
      </div>
      <div className={styles.fields}>{children}</div>
    </section>
  )
}

/** Sections that most webhooks do not need. */
export function Folded({
  title,
  note,
  open,
  children,
}: {
  title: string
  note: string
  open: boolean
  children: ReactNode
}) {
  return (
    <details className={styles.folded} open={open}>
      <summary>
        <ChevronRight size={16} aria-hidden="true" />
        <h2>{title}</h2>
        <span className={styles.sectionText}>{note}</span>
      </summary>
      <div className={styles.form}>{children}</div>
    </details>
  )
}

const ADVANCED_ERRORS = [
  'signature_type',
  'format',
  'payload',
  'transform',
  'transform_tests',
  'headers',
  'auth',
  'timeout_ms',
  'rate_limit',
  'max_in_flight',
  'ordering',
  'coalesce',
  'ignore_origins',
  'redact',
] as const

/** Tests if something advanced is set, or wrong: it must be seen then. */
export function hasAdvanced(draft: Draft, errors: FieldErrors): boolean {
  const {
    headers,
    auth,
    timeout,
    rate_limit: rate,
    max_in_flight: inFlight,
    ignore_origins: origins,
    redact,
  } = draft
  return (
    headers === undefined ||
    draft.signature_type !== 'hmac' ||
    draft.format !== 'connectgain' ||
    draft.payload !== 'full' ||
    draft.isOrdered ||
    headers.length > 0 ||
    auth?.kind !== 'none' ||
    [timeout, rate, inFlight, origins, redact].some((text) => text !== '') ||
    ADVANCED_ERRORS.some((field) => errors[field] !== undefined)
  )
}

interface EndpointProps extends SectionProps {
  isNew: boolean
  organizationId: string
}

export function EndpointSection({ draft, errors, change, isNew, organizationId }: EndpointProps) {
  const verdict = useUrlVerdict(draft.url, organizationId)
  const urlError = errors.url ?? verdict.error
  return (
    <FormSection title={t.form.endpoint} text={t.form.endpointText}>
      <Field label={t.form.name} error={errors.name}>
        {(wiring) => (
          <Input
            {...wiring}
            value={draft.name}
            placeholder={suggestName(draft.url) ?? t.form.namePlaceholder}
            autoFocus={isNew}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={t.form.urlLabel}
        error={urlError}
        hint={urlError === undefined && <UrlHint check={verdict.check} />}
      >
        {(wiring) => (
          <Input
            {...wiring}
            mono
            type="url"
            inputMode="url"
            spellCheck="false"
            value={draft.url}
            placeholder="https://example.com/webhook"
            onChange={(event) => change({ url: event.target.value })}
          />
        )}
      </Field>
      <Field label={t.form.description} optional error={errors.description}>
        {(wiring) => (
          <TextArea
            {...wiring}
            rows={2}
            value={draft.description}
            placeholder={t.form.descriptionPlaceholder}
            onChange={(event) => change({ description: event.target.value })}
          />
        )}
      </Field>
      {isNew && (
        <div className={styles.active}>
          <Switch
            label={t.form.active}
            checked={draft.is_active}
            onChange={(isActive) => change({ is_active: isActive })}
          />
          <span className={styles.activeText}>
            {t.form.active}
            <span className="muted small">{draft.is_active ? t.form.activeOn : t.form.activeOff}</span>
          </span>
        </div>
      )}
    </FormSection>
  )
}

function UrlHint({ check }: { check: UrlVerdict['check'] }) {
  if (check !== 'fine') return t.form.url[check]
  return (
    <span className={styles.good}>
      <Check size={13} aria-hidden="true" />
      {t.form.url.fine}
    </span>
  )
}

export function SecretSection({ draft, errors, change }: SectionProps) {
  return (
    <FormSection title={t.secret.title} text={t.secret.text}>
      <RadioCards
        label={t.secret.title}
        value={draft.secretKind}
        options={[
          { value: 'generate', title: t.secret.generate, text: t.secret.generateText },
          { value: 'own', title: t.secret.own, text: t.secret.ownText },
          { value: 'none', title: t.secret.none, text: t.secret.noneText },
        ]}
        onChange={(secretKind) => change({ secretKind })}
      />
      {draft.secretKind === 'own' && (
        <Field label={t.secret.label} hint={t.secret.rules} error={errors.secret}>
          {(wiring) => (
            <Input
              {...wiring}
              mono
              spellCheck="false"
              value={draft.secret}
              onChange={(event) => change({ secret: event.target.value })}
            />
          )}
        </Field>
      )}
    </FormSection>
  )
}

export function AdvancedSection({ draft, errors, change }: SectionProps) {
  return (
    <FormSection title={t.form.limits} text={t.form.limitsText}>
      <div className={styles.two}>
        <TextField
          optional
          label={t.form.timeout}
          error={errors.timeout_ms}
          hint={t.form.timeoutHint}
          inputMode="decimal"
          value={draft.timeout}
          onText={(timeout) => change({ timeout })}
        />
        <TextField
          optional
          label={t.form.rate}
          error={errors.rate_limit}
          hint={t.form.rateHint}
          inputMode="numeric"
          value={draft.rate_limit}
          onText={(rate_limit) => change({ rate_limit })}
        />
        <TextField
          optional
          label={t.form.inFlight}
          error={errors.max_in_flight}
          hint={t.form.inFlightHint}
          inputMode="numeric"
          value={draft.max_in_flight}
          onText={(max_in_flight) => change({ max_in_flight })}
        />
      </div>
      <TextField
        optional
        label={t.form.origins}
        error={errors.ignore_origins}
        hint={t.form.originsHint}
        value={draft.ignore_origins}
        placeholder={t.form.originsPlaceholder}
        onText={(ignore_origins) => change({ ignore_origins })}
      />
      <TextField
        optional
        label={t.form.redact}
        error={errors.redact}
        hint={t.form.redactHint}
        value={draft.redact}
        placeholder={t.form.redactPlaceholder}
        onText={(redact) => change({ redact })}
      />
    </FormSection>
  )
}
