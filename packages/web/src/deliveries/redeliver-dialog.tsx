import { useMutation, useQuery } from '@tanstack/react-query'
import type { Result } from '@connectgain/webhooks-client'
import { useState } from 'react'
import { call } from '../api/client.ts'
import { eventTypesQuery } from '../api/queries.ts'
import type { Redelivery, Webhook } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, Input, Select } from '../components/field.tsx'
import { formatHours, toLocalInput } from '../components/format.ts'
import { ErrorNotice, Notice } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { useRefreshTraffic } from '../webhooks/changes.ts'
import styles from './deliveries.module.css'

const HOUR = 3_600_000
const PRESETS = [1, 24, 7 * 24, 30 * 24] as const

interface DialogProps {
  webhook: Webhook
  kind: Redelivery['kind']
  /** The initial start of the period. */
  since: string | undefined
  onClose: () => void
}

/** Bulk retry or replay: first shows the count, then runs it on confirmation. */
export function RedeliverDialog({ webhook, kind, since: given, onClose }: DialogProps) {
  const [since, setSince] = useState(() => given ?? hoursAgo(24))
  const [until, setUntil] = useState<string>()
  const [event, setEvent] = useState('')
  const types = useQuery(eventTypesQuery)
  const refresh = useRefreshTraffic()
  const scope = {
    webhook_id: webhook.id,
    since,
    ...(until === undefined ? {} : { until }),
    ...(event === '' ? {} : { event }),
  }
  const count = useQuery({
    queryKey: ['redelivery-count', kind, scope],
    queryFn: ({ signal }) => call(kind, { ...scope, dry_run: true }, signal),
    retry: false,
  })
  const start = useMutation({
    mutationFn: () => call(kind, scope),
    onSuccess: async () => {
      await refresh()
      onClose()
    },
  })
  const matched = count.data?.matched
  return (
    <Dialog
      title={kind === 'retry_failed' ? t.redeliver.failed : t.redeliver.missed}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button
            variant="primary"
            busy={start.isPending}
            disabled={!webhook.is_active || matched === 0 || count.data === undefined}
            onClick={() => start.mutate()}
          >
            {matched == null ? t.redeliver.start : t.redeliver.startCount({ count: matched })}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="muted small">
          {kind === 'retry_failed' ? t.redeliver.failedText : t.redeliver.missedText}
        </p>
        <div className={styles.presets} role="group" aria-label={t.deliveries.period}>
          {PRESETS.map((hours) => (
            <Button
              key={hours}
              small
              onClick={() => {
                setSince(hoursAgo(hours))
                setUntil(undefined)
              }}
            >
              {hours === 1 ? t.redeliver.lastHour : formatHours(hours)}
            </Button>
          ))}
        </div>
        <div className={styles.dates}>
          <Field label={t.deliveries.from}>
            {(wiring) => (
              <Input
                {...wiring}
                type="datetime-local"
                value={toLocalInput(since)}
                onChange={({ target }) => {
                  if (target.value !== '') setSince(new Date(target.value).toISOString())
                }}
              />
            )}
          </Field>
          <Field label={t.deliveries.to} optional>
            {(wiring) => (
              <Input
                {...wiring}
                type="datetime-local"
                value={until === undefined ? '' : toLocalInput(until)}
                onChange={({ target }) =>
                  setUntil(target.value === '' ? undefined : new Date(target.value).toISOString())
                }
              />
            )}
          </Field>
        </div>
        <Field label={t.deliveries.event}>
          {(wiring) => (
            <Select {...wiring} value={event} onChange={({ target }) => setEvent(target.value)}>
              <option value="">{t.redeliver.everyEvent}</option>
              {types.data?.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {count.isError ? (
          <ErrorNotice error={count.error} />
        ) : (
          <Notice tone="info" live title={countInWords(kind, count.data)} />
        )}
        {!webhook.is_active && <Notice tone="warn" title={t.redeliver.off} />}
        {start.isError && <ErrorNotice error={start.error} />}
      </div>
    </Dialog>
  )
}

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString()

function countInWords(kind: Redelivery['kind'], counted: Result<Redelivery['kind']> | undefined): string {
  if (counted === undefined) return t.redeliver.counting
  if (counted.matched === null) return t.redeliver.uncounted
  return kind === 'retry_failed'
    ? t.redeliver.countFailed({ count: counted.matched })
    : t.redeliver.countMissed({ count: counted.matched })
}
