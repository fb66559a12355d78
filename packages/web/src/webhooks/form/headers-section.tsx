import { Plus, X } from 'lucide-react'
import type { Webhook } from '../../api/types.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { HeaderTable } from '../../components/code.tsx'
import { FieldError, Input } from '../../components/field.tsx'
import { t } from '../../messages/index.ts'
import type { HeaderDraft } from './draft.ts'
import styles from './form.module.css'
import { FormSection } from './sections.tsx'
import type { SectionProps } from './sections.tsx'

/** Stored values cannot be read, so changing one header means entering all of them again. */
export function HeadersSection({ draft, errors, change, webhook }: SectionProps & { webhook?: Webhook }) {
  const { headers } = draft
  return (
    <FormSection title={t.headers.title} text={t.headers.text}>
      {headers === undefined ? (
        <>
          <HeaderTable headers={webhook?.headers ?? {}} label={t.headers.title} />
          <p className="muted small">{t.headers.hidden}</p>
          <div>
            <Button
              small
              onClick={() =>
                change({
                  headers: Object.keys(webhook?.headers ?? {}).map((name) => ({ name, value: '' })),
                })
              }
            >
              {t.headers.change}
            </Button>
          </div>
        </>
      ) : (
        <HeaderRows headers={headers} onChange={(next) => change({ headers: next })} />
      )}
      {errors.headers !== undefined && <FieldError>{errors.headers}</FieldError>}
    </FormSection>
  )
}

interface RowsProps {
  headers: readonly HeaderDraft[]
  onChange: (headers: HeaderDraft[]) => void
}

function HeaderRows({ headers, onChange }: RowsProps) {
  const set = (at: number, part: Partial<HeaderDraft>): void =>
    onChange(headers.map((header, index) => (index === at ? { ...header, ...part } : header)))
  return (
    <>
      {headers.map(({ name, value }, index) => (
        <div key={index} className={styles.header}>
          <Input
            mono
            aria-label={t.headers.name({ position: index + 1 })}
            placeholder="Authorization"
            value={name}
            onChange={(event) => set(index, { name: event.target.value })}
          />
          <Input
            mono
            aria-label={t.headers.value({ position: index + 1 })}
            placeholder="Bearer …"
            value={value}
            onChange={(event) => set(index, { value: event.target.value })}
          />
          <IconButton
            label={t.headers.remove({ position: index + 1 })}
            onClick={() => onChange(headers.filter((_, at) => at !== index))}
          >
            <X size={15} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
      <div>
        <Button small onClick={() => onChange([...headers, { name: '', value: '' }])}>
          <Plus size={14} aria-hidden="true" />
          {t.headers.add}
        </Button>
      </div>
    </>
  )
}
