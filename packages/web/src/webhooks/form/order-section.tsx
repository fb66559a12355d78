import { useId } from 'react'
import { FieldError, Switch } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import styles from './form.module.css'
import type { SectionProps } from './sections.tsx'
import { FormSection } from './sections.tsx'

export function OrderSection({ draft, errors, change }: SectionProps) {
  return (
    <FormSection title={t.order.title} text={t.order.text}>
      <Choice
        label={t.order.ordering}
        hint={t.order.orderingHint}
        error={errors.ordering}
        checked={draft.isOrdered}
        onChange={(isOrdered) => change({ isOrdered })}
      />
      {draft.isOrdered && (
        <Choice
          label={t.order.coalesce}
          hint={t.order.coalesceHint}
          error={errors.coalesce}
          checked={draft.coalesce}
          onChange={(coalesce) => change({ coalesce })}
        />
      )}
    </FormSection>
  )
}

interface ChoiceProps {
  label: string
  hint: string
  error: string | undefined
  checked: boolean
  onChange: (checked: boolean) => void
}

/** A switch with what it does. */
function Choice({ label, hint, error, checked, onChange }: ChoiceProps) {
  const id = useId()
  return (
    <div className={styles.choice}>
      <Switch label={label} checked={checked} describedBy={id} onChange={onChange} />
      <span>{label}</span>
      <p className="muted small" id={id}>
        {hint}
      </p>
      {error !== undefined && <FieldError>{error}</FieldError>}
    </div>
  )
}
