import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { eventTypesQuery } from '../api/queries.ts'
import { Button } from '../components/button.tsx'
import { Field, Input, Select } from '../components/field.tsx'
import { toLocalInput } from '../components/format.ts'
import { t } from '../messages/index.ts'
import styles from './deliveries.module.css'
import { FILTER_NAMES, STATUS_FILTERS, isFiltering } from './filters.ts'
import type { Filters } from './filters.ts'

const HOUR = 3_600_000
const PERIODS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR } as const
const CODES = ['2xx', '3xx', '4xx', '5xx', 'none'] as const
const TYPING_MS = 400

interface BarProps {
  filters: Filters
  onChange: (entries: Record<string, string | undefined>) => void
}

export function FilterBar({ filters, onChange }: BarProps) {
  const types = useQuery(eventTypesQuery)
  const [isCustom, setCustom] = useState(filters.until !== undefined)
  const codes = new Set<string>([...CODES, ...(filters.code === undefined ? [] : [filters.code])])
  return (
    <div className="stack-small" role="search" aria-label={t.deliveries.filters}>
      <div className={styles.filters}>
        <Select
          aria-label={t.deliveries.status}
          value={filters.status ?? ''}
          onChange={(event) => onChange({ status: event.target.value })}
        >
          <option value="">{t.deliveries.anyStatus}</option>
          {STATUS_FILTERS.map((status) => (
            <option key={status} value={status}>
              {t.status[status]}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t.deliveries.event}
          value={filters.event ?? ''}
          onChange={(event) => onChange({ event: event.target.value })}
        >
          <option value="">{t.deliveries.anyEvent}</option>
          {types.data?.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
        <CodeFilter codes={[...codes]} value={filters.code} onChange={(code) => onChange({ code })} />
        <TypedFilter
          label={t.deliveries.record}
          value={filters.record ?? ''}
          onChange={(record) => onChange({ record })}
        />
        <Select
          aria-label={t.deliveries.period}
          value={isCustom ? 'custom' : filters.since === undefined ? '' : findPeriod(filters.since)}
          onChange={(event) => {
            const period = event.target.value
            setCustom(period === 'custom')
            if (period === 'custom') return
            const length: number | undefined = PERIODS[period as keyof typeof PERIODS]
            onChange({ since: length === undefined ? undefined : periodStart(length), until: undefined })
          }}
        >
          <option value="">{t.deliveries.anyTime}</option>
          {(Object.keys(PERIODS) as (keyof typeof PERIODS)[]).map((period) => (
            <option key={period} value={period}>
              {t.deliveries.periods[period]}
            </option>
          ))}
          <option value="custom">{t.deliveries.custom}</option>
        </Select>
      </div>
      {(isCustom || isFiltering(filters)) && (
        <div className={styles.dates}>
          {isCustom && <Dates filters={filters} onChange={onChange} />}
          {isFiltering(filters) && (
            <Button
              small
              variant="ghost"
              onClick={() => {
                setCustom(false)
                onChange(Object.fromEntries(FILTER_NAMES.map((name) => [name, undefined])))
              }}
            >
              {t.deliveries.clear}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

/** Rounded to the minute, so that the URL stays the same for a while. */
const periodStart = (length: number): string =>
  new Date(Math.floor((Date.now() - length) / 60_000) * 60_000).toISOString()

function findPeriod(since: string): string {
  const age = Date.now() - Date.parse(since)
  const names = Object.keys(PERIODS) as (keyof typeof PERIODS)[]
  return names.find((name) => age <= PERIODS[name] * 1.2) ?? 'month'
}

interface CodeProps {
  codes: readonly string[]
  value: string | undefined
  onChange: (code: string | undefined) => void
}

function CodeFilter({ codes, value, onChange }: CodeProps) {
  const [isTyping, setTyping] = useState(false)
  if (isTyping) {
    return (
      <Input
        aria-label={t.deliveries.code}
        inputMode="numeric"
        autoFocus
        maxLength={3}
        placeholder="404"
        onChange={(event) => {
          if (/^\d{3}$/.test(event.target.value)) onChange(event.target.value)
        }}
        onBlur={() => setTyping(false)}
      />
    )
  }
  return (
    <Select
      aria-label={t.deliveries.code}
      value={value ?? ''}
      onChange={(event) => {
        if (event.target.value === 'other') setTyping(true)
        else onChange(event.target.value)
      }}
    >
      <option value="">{t.deliveries.anyCode}</option>
      {codes.map((code) => (
        <option key={code} value={code}>
          {code === 'none' ? t.deliveries.noCode : code}
        </option>
      ))}
      <option value="other">{t.deliveries.otherCode}</option>
    </Select>
  )
}

interface TypedProps {
  label: string
  value: string
  onChange: (value: string) => void
}

/** Applied shortly after the last keystroke. */
function TypedFilter({ label, value, onChange }: TypedProps) {
  const [typed, setTyped] = useState(value)
  const [applied, setApplied] = useState(value)
  if (value !== applied) {
    setApplied(value)
    setTyped(value)
  }
  useEffect(() => {
    if (typed.trim() === value) return undefined
    const timer = setTimeout(() => onChange(typed.trim()), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, value, onChange])
  return (
    <Input
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}

function Dates({ filters, onChange }: BarProps) {
  const fields = [
    ['since', t.deliveries.from],
    ['until', t.deliveries.to],
  ] as const
  return fields.map(([name, label]) => (
    <Field key={name} label={label}>
      {(wiring) => (
        <Input
          {...wiring}
          small
          type="datetime-local"
          value={filters[name] === undefined ? '' : toLocalInput(filters[name])}
          onChange={(event) => {
            const { value } = event.target
            onChange({ [name]: value === '' ? undefined : new Date(value).toISOString() })
          }}
        />
      )}
    </Field>
  ))
}
