import { useQuery } from '@tanstack/react-query'
import { Braces, Search } from 'lucide-react'
import { useId, useState } from 'react'
import { eventTypesQuery } from '../../api/queries.ts'
import type { EventType } from '../../api/types.ts'
import { IconButton } from '../../components/button.tsx'
import { Body } from '../../components/code.tsx'
import { Checkbox, FieldError, Input } from '../../components/field.tsx'
import { ErrorNotice, Loading } from '../../components/surface.tsx'
import { t } from '../../strings.ts'
import styles from './form.module.css'
import { FormSection } from './sections.tsx'
import type { SectionProps } from './sections.tsx'
import { coveredBy, groupName, toggleEvent, toggleGroup } from './subscriptions.ts'

export function EventsSection({ draft, errors, change }: SectionProps) {
  const types = useQuery(eventTypesQuery)
  return (
    <FormSection title={t.events.title} text={t.events.text}>
      {errors.events !== undefined && <FieldError>{errors.events}</FieldError>}
      {types.isPending && <Loading rows={5} />}
      {types.isError && <ErrorNotice error={types.error} onRetry={() => void types.refetch()} />}
      {types.data !== undefined && (
        <EventPicker types={types.data} events={draft.events} onChange={(events) => change({ events })} />
      )}
    </FormSection>
  )
}

interface PickerProps {
  types: readonly EventType[]
  events: readonly string[]
  onChange: (events: string[]) => void
}

function EventPicker({ types, events, onChange }: PickerProps) {
  const [search, setSearch] = useState('')
  const everyId = useId()
  const names = types.map(({ name }) => name)
  const covered = new Set(coveredBy(events, names))
  const wanted = search.trim().toLowerCase()
  const found = types.filter(({ name, description }) =>
    `${name} ${description}`.toLowerCase().includes(wanted),
  )
  const groups = Map.groupBy(found, ({ category }) => category)
  return (
    <>
      <div className="line">
        <label htmlFor={everyId} className="line">
          <Checkbox
            id={everyId}
            checked={events.includes('*')}
            onChange={(isOn) => onChange(isOn ? ['*'] : [])}
          />
          {t.events.every}
        </label>
        <span className={styles.count} role="status">
          {t.events.chosen(covered.size, names.length)}
        </span>
      </div>
      <div className={styles.search}>
        <Search size={15} aria-hidden="true" />
        <Input
          type="search"
          aria-label={t.events.search}
          placeholder={t.events.search}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <div className={styles.groups}>
        {[...groups].map(([category, members]) => (
          <EventGroup
            key={category}
            category={category}
            members={members}
            covered={covered}
            isWhole={events.includes('*') || events.includes(groupName(category))}
            onGroup={(isOn) => onChange(toggleGroup(events, category, isOn, names))}
            onEvent={(name, isOn) => onChange(toggleEvent(events, name, isOn, names))}
          />
        ))}
        {groups.size === 0 && <p className="muted">{t.events.nothingFound}</p>}
      </div>
    </>
  )
}

interface GroupProps {
  category: string
  members: readonly EventType[]
  covered: ReadonlySet<string>
  isWhole: boolean
  onGroup: (isOn: boolean) => void
  onEvent: (name: string, isOn: boolean) => void
}

function EventGroup({ category, members, covered, isWhole, onGroup, onEvent }: GroupProps) {
  const id = useId()
  const chosen = members.filter(({ name }) => covered.has(name)).length
  return (
    <div className={styles.group} role="group" aria-labelledby={`${id}-name`}>
      <div className={styles.groupHead}>
        <Checkbox
          id={id}
          checked={isWhole ? true : chosen > 0 ? 'indeterminate' : false}
          onChange={onGroup}
        />
        <label htmlFor={id} id={`${id}-name`}>
          {t.events.categories[category] ?? category}
          <span className={styles.count}>{t.events.allOf(groupName(category))}</span>
        </label>
        <span className={styles.count}>{t.events.chosenShort(chosen, members.length)}</span>
      </div>
      {members.map((type) => (
        <EventRow
          key={type.name}
          type={type}
          checked={covered.has(type.name)}
          onChange={(isOn) => onEvent(type.name, isOn)}
        />
      ))}
    </div>
  )
}

interface RowProps {
  type: EventType
  checked: boolean
  onChange: (isOn: boolean) => void
}

function EventRow({ type, checked, onChange }: RowProps) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  return (
    <div className={styles.event}>
      <Checkbox id={id} checked={checked} onChange={onChange} />
      <label htmlFor={id}>
        <span className={styles.eventName}>{type.name}</span>
        <span className={styles.eventText}>{type.description}</span>
      </label>
      <IconButton
        label={t.events.example(type.name)}
        small
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Braces size={14} aria-hidden="true" />
      </IconButton>
      {isOpen && (
        <div className={styles.example}>
          <Body
            label={t.events.example(type.name)}
            text={JSON.stringify({
              event: type.name,
              timestamp: new Date().toISOString(),
              data: type.example,
            })}
          />
        </div>
      )}
    </div>
  )
}
