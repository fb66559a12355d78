import { useMutation, useQuery } from '@tanstack/react-query'
import { Send } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { eventTypesQuery } from '../api/queries.ts'
import type { EventType, Webhook } from '../api/types.ts'
import { Button, LinkButton, TextButton } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, Select, TextArea } from '../components/field.tsx'
import { shortUrl } from '../components/short-url.ts'
import { ErrorNotice, Loading } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { useRefreshTraffic } from './changes.ts'
import { covers } from './event-names.ts'
import { sendTest } from './send-test.ts'
import styles from './test.module.css'
import { TestResultView } from './test-result.tsx'

export function TestDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const types = useQuery(eventTypesQuery)
  return (
    <Dialog kind="wide" title={t.test.title({ name: webhook.name })} onClose={onClose}>
      {types.isPending && <Loading />}
      {types.isError && <ErrorNotice error={types.error} onRetry={() => void types.refetch()} />}
      {types.data !== undefined && <TestForm webhook={webhook} types={types.data} onClose={onClose} />}
    </Dialog>
  )
}

const write = (data: unknown): string => JSON.stringify(data, null, 2)

function TestForm({
  webhook,
  types,
  onClose,
}: {
  webhook: Webhook
  types: EventType[]
  onClose: () => void
}) {
  const subscribed = types.filter(({ name }) => webhook.events.some((event) => covers(event, name)))
  const others = types.filter((type) => !subscribed.includes(type))
  const [event, setEvent] = useState((subscribed[0] ?? types[0])?.name ?? '')
  const example = types.find(({ name }) => name === event)?.example ?? {}
  const [edited, setEdited] = useState<string>()
  const payload = edited ?? write(example)
  const data = parseObject(payload)
  const refresh = useRefreshTraffic()
  const test = useMutation({
    mutationFn: () => sendTest(webhook.id, event, edited === undefined ? undefined : data),
    onSettled: refresh,
  })
  const result = useRef<HTMLDivElement>(null)
  // Where it is below the form, it would arrive unseen.
  useEffect(() => {
    if (test.isSuccess || test.isError) result.current?.scrollIntoView({ block: 'nearest' })
  }, [test.isSuccess, test.isError])
  return (
    <div className={styles.grid}>
      <form
        className={styles.side}
        onSubmit={(submitted) => {
          submitted.preventDefault()
          if (data !== undefined) test.mutate()
        }}
      >
        <Field label={t.test.event} hint={webhook.is_active ? undefined : t.test.alsoOff}>
          {(wiring) => (
            <Select
              {...wiring}
              value={event}
              onChange={(change) => {
                setEvent(change.target.value)
                setEdited(undefined)
              }}
            >
              <EventOptions label={t.test.subscribed} types={subscribed} />
              <EventOptions label={t.test.others} types={others} />
            </Select>
          )}
        </Field>
        <Field
          label={t.test.payload}
          error={data === undefined ? t.test.notJson : undefined}
          hint={
            edited === undefined ? (
              t.test.payloadHint
            ) : (
              <TextButton onClick={() => setEdited(undefined)}>{t.test.reset}</TextButton>
            )
          }
        >
          {(wiring) => (
            <div className={styles.payloadBox}>
              <TextArea
                {...wiring}
                mono
                rows={17}
                value={payload}
                onChange={(change) => setEdited(change.target.value)}
              />
            </div>
          )}
        </Field>
        <Button variant="primary" type="submit" busy={test.isPending} disabled={data === undefined}>
          {!test.isPending && <Send size={14} aria-hidden="true" />}
          {test.isPending ? t.test.sending : t.test.send}
        </Button>
      </form>
      <div ref={result} className={styles.side} aria-live="polite">
        {test.isError && <ErrorNotice error={test.error} />}
        {test.data === undefined && !test.isError && (
          <div className={styles.waiting}>
            <Send size={20} aria-hidden="true" />
            <p>{test.isPending ? t.test.underWay : t.test.nothingYet}</p>
            <p className="mono small">
              <bdi dir="ltr">{shortUrl(webhook.url)}</bdi>
            </p>
          </div>
        )}
        {test.data !== undefined && (
          <>
            <TestResultView {...test.data} />
            <div className="line">
              <LinkButton
                small
                href={`/${webhook.id}/deliveries?attempt=${test.data.result.log_id}`}
                onClick={onClose}
              >
                {t.test.inLog}
              </LinkButton>
              <Button small variant="ghost" onClick={onClose}>
                {t.close}
              </Button>
            </div>
          </>
        )}
      </div>
    </div>
  )
}

function EventOptions({ label, types }: { label: string; types: readonly EventType[] }) {
  if (types.length === 0) return null
  return (
    <optgroup label={label}>
      {types.map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </optgroup>
  )
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
