import { useQuery } from '@tanstack/react-query'
import { Braces, Search } from 'lucide-react'
import { useId, useState } from 'react'
import { eventTypesQuery } from '../../api/queries.ts'
import type { EventType } from '../../api/types.ts'
import { IconButton } from '../../components/button.tsx'
import { Body } from '../../components/body.tsx'
import { Checkbox, FieldError, Input } from '../../components/field.tsx'
import { ErrorNotice, Loading } from '../../components/surface.tsx'
import { t, textFor } from '../../messages/index.ts'
import { say } from '../../messages/server-words.ts'
import { OPERATIONAL_EVENTS } from '../event-names.ts'
import type { OperationalEvent } from '../event-names.ts'
import styles from './form.module.css'
import { FormSection } from './sections.tsx'
import type { SectionProps } from './sections.tsx'
import { coveredBy, groupName, toggleEvent, toggleEvery, toggleGroup } from './subscriptions.ts'

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
  const isFound = (name: string, description: string): boolean =>
    `${name} ${description}`.toLowerCase().includes(wanted)
  const found = types.filter((type) => isFound(type.name, describe(type)))
  const operational = OPERATIONAL_EVENTS.filter((name) => isFound(name, t.events.operationalTexts[name]))
  const groups = Map.groupBy(found, ({ category }) => category)
  return (
    <>
      <div className="line">
        <label htmlFor={everyId} className="line small">
          <Checkbox
            id={everyId}
            checked={events.includes('*')}
            onChange={(isOn) => onChange(toggleEvery(events, isOn))}
          />
          {t.events.every}
        </label>
        <span className={styles.count} role="status">
          {t.events.chosen({ chosen: covered.size, all: names.length })}
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
        {operational.length > 0 && (
          <OperationalEvents names={operational} events={events} onChange={onChange} />
        )}
        {groups.size === 0 && operational.length === 0 && <p className="muted">{t.events.nothingFound}</p>}
      </div>
    </>
  )
}

/** Shown separately: these events concern webhooks, not the CRM, and “every event” does not include them. */
function OperationalEvents({
  names,
  events,
  onChange,
}: Omit<PickerProps, 'types'> & { names: readonly OperationalEvent[] }) {
  const id = useId()
  const covered = new Set(coveredBy(events, OPERATIONAL_EVENTS))
  return (
    <div className={styles.group} role="group" aria-labelledby={id}>
      <div className={styles.groupHead}>
        <span className={styles.groupName} id={id}>
          {t.events.operational}
          <span className={styles.count}>{t.events.notPartOfEvery}</span>
        </span>
      </div>
      {names.map((name) => (
        <EventRow
          key={name}
          name={name}
          description={t.events.operationalTexts[name]}
          checked={covered.has(name)}
          onChange={(isOn) => onChange(toggleEvent(events, name, isOn, OPERATIONAL_EVENTS))}
        />
      ))}
    </div>
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
          {textFor(t.events.categories, category) ?? category}
          <span className={styles.count}>{t.events.allOf({ wildcard: groupName(category) })}</span>
        </label>
        <span className={styles.count}>{t.events.chosenShort({ chosen, all: members.length })}</span>
      </div>
      {members.map((type) => (
        <EventRow
          key={type.name}
          name={type.name}
          description={describe(type)}
          example={type.example}
          checked={covered.has(type.name)}
          onChange={(isOn) => onEvent(type.name, isOn)}
        />
      ))}
    </div>
  )
}

interface RowProps {
  name: string
  description: string
  example?: EventType['example']
  checked: boolean
  onChange: (isOn: boolean) => void
}

function EventRow({ name, description, example, checked, onChange }: RowProps) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  return (
    <div className={styles.event}>
      <Checkbox id={id} checked={checked} onChange={onChange} />
      <label htmlFor={id}>
        <span className={styles.eventName}>{name}</span>
        <span className={styles.eventText}>{description}</span>
      </label>
      {example !== undefined && (
        <IconButton
          label={t.events.example({ event: name })}
          small
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Braces size={14} aria-hidden="true" />
        </IconButton>
      )}
      {isOpen && (
        <div className={styles.example}>
          <Body
            label={t.events.example({ event: name })}
            text={JSON.stringify({ event: name, timestamp: new Date().toISOString(), data: example })}
          />
        </div>
      )}
    </div>
  )
}

const describe = ({ description, codes }: EventType): string => say(description, codes?.description)
