import type { KeyboardEvent } from 'react'
import { Link } from 'wouter'
import { RelativeTime } from '../components/time.tsx'
import { t, textFor } from '../messages/index.ts'
import { say } from '../messages/server-words.ts'
import styles from './deliveries.module.css'
import type { Item } from './fetch-page.ts'
import { useSearchEntries } from './filters.ts'
import { PHRASES } from './phrases.ts'
import { recordTitle } from './record-title.ts'
import { StatusPill } from './status.tsx'

interface ListProps {
  items: readonly Item[]
  /** True for the list of all webhooks, where each row names its webhook. */
  isOfAll: boolean
  openId: string | undefined
}

export function DeliveryList({ items, isOfAll, openId }: ListProps) {
  const { hrefWith } = useSearchEntries()
  return (
    <div className={styles.list}>
      <div className={styles.headRow} data-all={isOfAll} aria-hidden="true">
        <span>{t.deliveries.status}</span>
        <span>{t.deliveries.event}</span>
        {isOfAll && <span>{t.deliveries.webhook}</span>}
        <span>{t.deliveries.answer}</span>
        <span>{t.deliveries.attempts}</span>
        <span className={styles.when}>{t.deliveries.when}</span>
      </div>
      <ul aria-label={t.deliveries.list} onKeyDown={moveFocus}>
        {items.map((item) => (
          <li key={item.id}>
            <Link
              className={styles.row}
              data-all={isOfAll}
              data-item={item.id}
              aria-current={item.id === openId ? 'true' : undefined}
              href={hrefWith(
                item.isTest
                  ? { attempt: item.id, delivery: undefined }
                  : { delivery: item.id, attempt: undefined },
              )}
            >
              <Row item={item} isOfAll={isOfAll} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Row({ item, isOfAll }: { item: Item; isOfAll: boolean }) {
  const title = recordTitle(item.record)
  const reason = getReason(item)
  return (
    <>
      <span>
        <StatusPill status={item.status} isTest={item.isTest} />
      </span>
      <span className={styles.event}>
        <span className={styles.eventName}>{item.event}</span>
        {title !== undefined && (
          <span className={styles.title} dir="auto">
            {title}
          </span>
        )}
      </span>
      {isOfAll && <span className={styles.webhookName}>{item.webhookName ?? t.deliveries.deleted}</span>}
      <span className={styles.reason}>
        {item.code !== null && <span className={styles.code}>{item.code}</span>}
        {isWaiting(item) && item.isHeld && (
          <span className={styles.held}>
            {t.timeline.held}
            {reason !== null && ' · '}
          </span>
        )}
        <bdi className={styles.phrase} dir="auto">
          {reason}
        </bdi>
        {item.status === 'retrying' && !item.isHeld && isAhead(item.next_attempt_at) && (
          <span>
            {' · '}
            {t.deliveries.again} <RelativeTime time={item.next_attempt_at} />
          </span>
        )}
      </span>
      <span className={styles.attempts}>
        {item.attempts > 0 && t.deliveries.attemptCount({ count: item.attempts })}
      </span>
      <span className={styles.when}>
        <RelativeTime time={item.created_at} />
      </span>
    </>
  )
}

const isWaiting = ({ status }: Item): boolean => status === 'pending' || status === 'retrying'

/** A time that has passed says nothing: the delivery is about to be sent. */
const isAhead = (time: string | null): time is string => time !== null && Date.parse(time) > Date.now()

/** Null if the status code already tells the reason. */
function getReason({ status, code, reason, coded }: Item): string | null {
  if (reason === null) return null
  if (status === 'filtered' || status === 'cancelled')
    return textFor(t.keptBack, reason) ?? say(reason, coded)
  const isOfStatus = coded?.code === 'response.status' || reason === `the endpoint returned ${code}`
  return code !== null && isOfStatus ? (PHRASES[code] ?? null) : say(reason, coded)
}

/** Up and Down move between rows. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const rows = [...event.currentTarget.querySelectorAll('a')]
  const at = rows.findIndex((row) => row === document.activeElement)
  const next = rows[at + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
