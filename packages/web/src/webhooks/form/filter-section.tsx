import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useId } from 'react'
import { eventTypesQuery } from '../../api/queries.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Field, FieldError, Input, Select, TextArea } from '../../components/field.tsx'
import { Segments } from '../../components/surface.tsx'
import { t } from '../../messages/index.ts'
import { covers } from '../event-names.ts'
import { listFields, fieldLabel } from './filter-fields.ts'
import type { FilterField } from './filter-fields.ts'
import { OPERATORS_OF, takesValue, toBuilder, writeFilter } from './filter-model.ts'
import type { Condition, FilterDraft, Operator } from './filter-model.ts'
import { FilterPreview } from './filter-preview.tsx'
import styles from './form.module.css'
import { FormSection } from './sections.tsx'
import type { SectionProps } from './sections.tsx'
import { useKnownValues } from './known-values.ts'

export function FilterSection({
  draft,
  errors,
  change,
  organizationId,
}: SectionProps & { organizationId: string }) {
  const { filter, events } = draft
  const types = useQuery(eventTypesQuery)
  const chosen = (types.data ?? []).filter(({ name }) => events.some((event) => covers(event, name)))
  const fields = listFields(chosen.length > 0 ? chosen : (types.data ?? []))
  const set = (part: Partial<FilterDraft>): void => change({ filter: { ...filter, ...part } })

  function choose(mode: FilterDraft['mode']): void {
    if (mode === 'json') return set({ mode, json: JSON.stringify(writeFilter(filter) ?? {}, null, 2) })
    if (mode === 'none') return set({ mode })
    const known = filter.mode === 'json' ? toBuilder(filter) : filter
    const conditions = known?.conditions ?? []
    const first = conditions.length > 0 ? conditions : [newCondition(fields)]
    set({ ...known, mode, conditions: first })
  }

  return (
    <FormSection title={t.filter.title} text={t.filter.text}>
      <div>
        <Segments
          label={t.filter.title}
          value={filter.mode}
          options={[
            ['none', t.filter.every],
            ['builder', t.filter.only],
            ['json', t.filter.json],
          ]}
          onChange={choose}
        />
      </div>
      {filter.mode === 'builder' && (
        <Conditions
          filter={filter}
          fields={fields}
          organizationId={organizationId}
          events={events}
          set={set}
        />
      )}
      {filter.mode === 'json' && (
        <Field label={t.filter.jsonLabel} hint={t.filter.jsonHint}>
          {(wiring) => (
            <TextArea
              {...wiring}
              mono
              rows={8}
              value={filter.json}
              onChange={(event) => set({ json: event.target.value })}
            />
          )}
        </Field>
      )}
      {errors.filter !== undefined && <FieldError>{errors.filter}</FieldError>}
      {filter.mode !== 'none' && (
        <FilterPreview filter={writeFilter(filter)} events={events} organizationId={organizationId} />
      )}
    </FormSection>
  )
}

function newCondition([field]: readonly FilterField[]): Condition {
  const kind = field?.kind ?? 'text'
  return { field: field?.path ?? '', kind, operator: OPERATORS_OF[kind][0] ?? 'is', value: '' }
}

interface ConditionsProps {
  filter: FilterDraft
  fields: readonly FilterField[]
  organizationId: string
  events: readonly string[]
  set: (part: Partial<FilterDraft>) => void
}

function Conditions({ filter, fields, organizationId, events, set }: ConditionsProps) {
  const { conditions, match } = filter
  const replace = (at: number, next: Condition): void =>
    set({ conditions: conditions.map((condition, index) => (index === at ? next : condition)) })
  return (
    <>
      {conditions.length > 1 && (
        <div className="line">
          <Segments
            label={t.filter.match}
            value={match}
            options={[
              ['all', t.filter.all],
              ['any', t.filter.any],
            ]}
            onChange={(next) => set({ match: next })}
          />
        </div>
      )}
      {conditions.map((condition, index) => (
        <ConditionRow
          key={index}
          number={index + 1}
          condition={condition}
          fields={fields}
          organizationId={organizationId}
          events={events}
          onChange={(next) => replace(index, next)}
          onRemove={() => set({ conditions: conditions.filter((_, at) => at !== index) })}
        />
      ))}
      <div>
        <Button small onClick={() => set({ conditions: [...conditions, newCondition(fields)] })}>
          <Plus size={14} aria-hidden="true" />
          {t.filter.add}
        </Button>
      </div>
    </>
  )
}

interface ConditionProps extends Omit<ConditionsProps, 'filter' | 'set'> {
  number: number
  condition: Condition
  onChange: (condition: Condition) => void
  onRemove: () => void
}

function ConditionRow({
  number,
  condition,
  fields,
  organizationId,
  events,
  onChange,
  onRemove,
}: ConditionProps) {
  const listId = useId()
  const known = fields.find(({ path }) => path === condition.field)
  const kind = known?.kind ?? condition.kind
  const operators = new Set([...OPERATORS_OF[kind], condition.operator])
  const values = useKnownValues(organizationId, events, condition.field)
  return (
    <div className={styles.condition} role="group" aria-label={t.filter.condition({ position: number })}>
      <Select
        aria-label={t.filter.field({ position: number })}
        value={condition.field}
        onChange={(event) => {
          const next = fields.find(({ path }) => path === event.target.value)
          if (next !== undefined) onChange({ ...newCondition([next]), value: '' })
        }}
      >
        {known === undefined && <option value={condition.field}>{fieldLabel(condition.field)}</option>}
        {fields.map(({ path, label }) => (
          <option key={path} value={path}>
            {label}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t.filter.operator({ position: number })}
        value={condition.operator}
        onChange={(event) => onChange({ ...condition, kind, operator: event.target.value as Operator })}
      >
        {[...operators].map((operator) => (
          <option key={operator} value={operator}>
            {t.filter.operators[operator]}
          </option>
        ))}
      </Select>
      {!takesValue(condition.operator) ? (
        <span />
      ) : kind === 'yesNo' ? (
        <Select
          aria-label={t.filter.value({ position: number })}
          value={condition.value}
          onChange={(event) => onChange({ ...condition, kind, value: event.target.value })}
        >
          <option value="">{t.filter.choose}</option>
          <option value="true">{t.filter.yes}</option>
          <option value="false">{t.filter.no}</option>
        </Select>
      ) : (
        <Input
          aria-label={t.filter.value({ position: number })}
          list={listId}
          inputMode={kind === 'number' ? 'decimal' : 'text'}
          placeholder={
            condition.operator === 'isOneOf' ? t.filter.listPlaceholder : t.filter.valuePlaceholder
          }
          value={condition.value}
          onChange={(event) => onChange({ ...condition, kind, value: event.target.value })}
        />
      )}
      <datalist id={listId}>
        {values.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <IconButton label={t.filter.remove({ position: number })} onClick={onRemove}>
        <X size={15} aria-hidden="true" />
      </IconButton>
    </div>
  )
}
