import { CHAT_FORMATS, FORMATS } from '../../../../server/src/domain/shapes/formats.ts'
import { Field, Select, Switch } from '../../components/field.tsx'
import { later } from '../../components/later.tsx'
import { t } from '../../messages/index.ts'
import type { Webhook } from '../../api/types.ts'
import styles from './form.module.css'
import { FormSection } from './sections.tsx'
import type { SectionProps } from './sections.tsx'

const loadScript = () => import('./shape-script.ts')
const ShapePreview = later(async () => (await loadScript()).ShapePreview)
const TransformEditor = later(async () => (await loadScript()).TransformEditor)

const CHATS: ReadonlySet<string> = new Set(CHAT_FORMATS)

/** A transform that changes nothing, to begin with. */
const FIRST_TRANSFORM = 'export default (event) => {\n  return event\n}\n'

/** What bodies are written as, and how much of the event they have. */
export function ShapeSection({
  draft,
  errors,
  change,
  organizationId,
}: SectionProps & { organizationId: string }) {
  const isChat = CHATS.has(draft.format)
  const choose = (format: Webhook['format']): void =>
    change({
      format,
      // A message in a chat names the record.
      ...(CHATS.has(format) && { payload: 'full' as const }),
      ...(format === 'transform' && draft.transform === '' && { transform: FIRST_TRANSFORM }),
    })
  return (
    <FormSection title={t.shape.title} text={t.shape.text}>
      <Field
        label={t.shape.format}
        error={errors.format}
        hint={isChat ? t.shape.chatHint : t.shape.hints[draft.format as keyof typeof t.shape.hints]}
      >
        {(wiring) => (
          <Select
            {...wiring}
            value={draft.format}
            onChange={(event) => choose(event.target.value as Webhook['format'])}
          >
            {FORMATS.map((format) => (
              <option key={format} value={format}>
                {t.shape.formats[format]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className={styles.active}>
        <Switch
          label={t.shape.thin}
          checked={draft.payload === 'thin'}
          disabled={isChat}
          onChange={(isThin) => change({ payload: isThin ? 'thin' : 'full' })}
        />
        <span className={styles.activeText}>
          {t.shape.thin}
          <span className="muted small">{isChat ? t.shape.notThin : t.shape.thinText}</span>
        </span>
      </div>
      {draft.format === 'transform' && (
        <TransformEditor draft={draft} errors={errors} change={change} organizationId={organizationId} />
      )}
      {(draft.format !== 'connectgain' || draft.payload === 'thin') && draft.format !== 'transform' && (
        <ShapePreview draft={draft} organizationId={organizationId} />
      )}
    </FormSection>
  )
}
