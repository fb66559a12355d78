import { Check, CircleSlash, Clock, X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Attempt, Delivery } from '../api/types.ts'
import { formatDateTime, formatDuration } from '../components/format.ts'
import { RelativeTime } from '../components/time.tsx'
import { t, textFor } from '../messages/index.ts'
import { say } from '../messages/server-words.ts'
import styles from './drawer.module.css'

interface TimelineProps {
  row: Delivery
  /** The endpoint is on hold: nothing is sent to it until it recovers. */
  isHeld: boolean
  attempts: readonly Attempt[]
  chosenId: string | undefined
  onChoose: (id: string) => void
}

/** All attempts with their reasons and outcomes, and what comes next. */
export function Timeline({ row, isHeld, attempts, chosenId, onChoose }: TimelineProps) {
  return (
    <ol className={styles.timeline}>
      {attempts.map((attempt) => {
        const isOk = attempt.status === 'success'
        return (
          <Entry
            key={attempt.id}
            tone={isOk ? 'ok' : 'bad'}
            mark={isOk ? <Check size={13} /> : <X size={13} />}
          >
            <button
              type="button"
              className={styles.attempt}
              aria-pressed={attempt.id === chosenId}
              onClick={() => onChoose(attempt.id)}
            >
              <span className={styles.what}>
                {t.timeline.attempt({ attempt: attempt.attempt })} · {t.timeline.trigger[attempt.trigger]}
              </span>
              <span className="muted small">{formatDuration(attempt.duration_ms)}</span>
              <span className={styles.why}>
                {outcomeOf(attempt)} · {formatDateTime(attempt.created_at)}
              </span>
            </button>
          </Entry>
        )
      })}
      <End row={row} isHeld={isHeld} />
    </ol>
  )
}

function Entry({
  tone,
  mark,
  children,
}: {
  tone: 'ok' | 'bad' | 'quiet'
  mark: ReactNode
  children: ReactNode
}) {
  return (
    <li className={styles.entry}>
      <span className={styles.mark} data-tone={tone} aria-hidden="true">
        {mark}
      </span>
      {children}
    </li>
  )
}

/** The state of the delivery after its attempts. */
/** The status of the response; the error where there is none, or where the response broke off after a 2xx. */
function outcomeOf({ status, response_code: code, error_message: error, codes }: Attempt): string | number {
  return code === null || (status === 'failed' && code < 300) ? say(error ?? '', codes?.error_message) : code
}

function End({ row, isHeld }: { row: Delivery; isHeld: boolean }) {
  if (row.status === 'delivered') return null
  const isWaiting = row.status === 'pending' || row.status === 'retrying'
  return (
    <Entry tone="quiet" mark={isWaiting ? <Clock size={13} /> : <CircleSlash size={13} />}>
      <p className={styles.attempt}>
        <span className={styles.what}>
          {isWaiting && isHeld ? t.timeline.held : t.timeline.end[row.status]}
        </span>
        {isWaiting && isHeld && <span className={styles.why}>{t.timeline.heldText}</span>}
        {isWaiting && !isHeld && row.next_attempt_at !== null && (
          <span className={styles.why}>
            {t.timeline.next} <RelativeTime time={row.next_attempt_at} />,{' '}
            {formatDateTime(row.next_attempt_at)}
          </span>
        )}
        {!isWaiting && row.reason !== null && (
          <span className={styles.why}>
            {textFor(t.keptBack, row.reason) ?? say(row.reason, row.codes?.reason)}
          </span>
        )}
      </p>
    </Entry>
  )
}
