import { AlertCircle, Check, ChevronDown, Minus } from 'lucide-react'
import { useId } from 'react'
import type { ComponentProps, ReactNode } from 'react'
import { t } from '../messages/index.ts'
import styles from './field.module.css'

/** Connects an input to its label, hint and error. */
interface Wiring {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
}

interface FieldProps {
  label: string
  hint?: ReactNode
  error?: string | undefined
  optional?: boolean
  children: (wiring: Wiring) => ReactNode
}

export function Field({ label, hint, error, optional = false, children }: FieldProps) {
  const id = useId()
  const describedBy = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(
    Boolean,
  )
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
        {optional && <span className={styles.optional}>{t.optional}</span>}
      </label>
      {children({
        id,
        'aria-describedby': describedBy.length > 0 ? describedBy.join(' ') : undefined,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {error !== undefined && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {hint !== undefined && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p className={styles.error} id={id} role="alert">
      <AlertCircle size={13} aria-hidden="true" />
      <span>{children}</span>
    </p>
  )
}

interface Size {
  mono?: boolean
  small?: boolean
}

const inputClass = ({ mono = false, small = false }: Size, more = ''): string =>
  [styles.input, mono && styles.mono, small && styles.small, more].filter(Boolean).join(' ')

const focus = (element: HTMLElement | null): void => element?.focus()

/** With `autoFocus` it has the focus whenever it appears; the browser's own attribute works once per document. */
export function Input({
  mono = false,
  small = false,
  autoFocus = false,
  ...rest
}: ComponentProps<'input'> & Size) {
  return (
    <input
      autoComplete="off"
      {...(mono && { dir: 'ltr' })}
      {...rest}
      {...(autoFocus && { ref: focus })}
      className={inputClass({ mono, small })}
    />
  )
}

export function TextArea({ mono = false, ...rest }: ComponentProps<'textarea'> & Size) {
  return (
    <textarea
      spellCheck={mono ? 'false' : 'true'}
      {...(mono && { dir: 'ltr' })}
      {...rest}
      className={inputClass({ mono })}
    />
  )
}

export function Select({ small = false, ...rest }: ComponentProps<'select'> & Size) {
  return (
    <span className={styles.selectBox}>
      <select {...rest} className={inputClass({ small }, styles.select)} />
      <ChevronDown size={14} aria-hidden="true" />
    </span>
  )
}

interface TextFieldProps extends Omit<ComponentProps<typeof Input>, 'onChange'> {
  label: string
  hint?: string
  error?: string | undefined
  optional?: boolean
  onText(text: string): void
}

/** A labelled field of one line. */
export function TextField({ label, hint, error, optional = false, onText, ...input }: TextFieldProps) {
  return (
    <Field label={label} optional={optional} error={error} {...(hint === undefined ? {} : { hint })}>
      {(wiring) => <Input {...wiring} {...input} onChange={(event) => onText(event.target.value)} />}
    </Field>
  )
}

interface SwitchProps {
  label: string
  checked: boolean
  disabled?: boolean
  describedBy?: string
  onChange: (checked: boolean) => void
}

export function Switch({ label, checked, disabled = false, describedBy, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      className={styles.switch}
      aria-label={label}
      aria-checked={checked}
      aria-describedby={describedBy}
      disabled={disabled}
      onClick={() => onChange(!checked)}
    >
      <span className={styles.thumb} />
    </button>
  )
}

interface CheckboxProps {
  id?: string
  label?: string
  checked: boolean | 'indeterminate'
  disabled?: boolean
  onChange: (checked: boolean) => void
}

/** Without a label, uses the `<label>` for its id. */
export function Checkbox({ id, label, checked, disabled = false, onChange }: CheckboxProps) {
  return (
    <button
      type="button"
      role="checkbox"
      className={styles.checkbox}
      id={id}
      aria-label={label}
      aria-checked={checked === 'indeterminate' ? 'mixed' : checked}
      disabled={disabled}
      onClick={() => onChange(checked !== true)}
    >
      {checked === 'indeterminate' && <Minus size={12} strokeWidth={3} />}
      {checked === true && <Check size={12} strokeWidth={3} />}
    </button>
  )
}

interface RadioCardsProps<T extends string> {
  label: string
  /** Whether the label is seen: where no title above says the same. */
  isLabelShown?: boolean
  value: T
  options: readonly { value: T; title: string; text: string }[]
  onChange: (value: T) => void
}

/** Each card is covered by its radio button, which the browser moves between with the arrow keys. */
export function RadioCards<T extends string>({
  label,
  isLabelShown = false,
  value,
  options,
  onChange,
}: RadioCardsProps<T>) {
  const name = useId()
  return (
    <div role="radiogroup" className={styles.radios} aria-label={label}>
      {isLabelShown && (
        <span className={`${styles.label} ${styles.radiosLabel}`} aria-hidden="true">
          {label}
        </span>
      )}
      {options.map((option) => (
        <label key={option.value} className={styles.radio}>
          <input
            type="radio"
            className={styles.radioInput}
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className={styles.dot} aria-hidden="true" />
          <span className={styles.radioTitle}>{option.title}</span>
          <span className={styles.radioText}>{option.text}</span>
        </label>
      ))}
    </div>
  )
}
