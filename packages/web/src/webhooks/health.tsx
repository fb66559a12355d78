import type { Activity, Webhook } from '../api/types.ts'
import { formatDateTime, formatShare } from '../components/format.ts'
import { Pill } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import { say } from '../messages/server-words.ts'
import type { Condition } from './condition.ts'

const LOOKS = {
  healthy: { tone: 'ok' },
  unused: { tone: 'quiet' },
  unreliable: { tone: 'warn' },
  failing: { tone: 'warn' },
  recovering: { tone: 'info', icon: 'waiting' },
  held: { tone: 'bad', icon: 'held' },
  off: { tone: 'quiet' },
  switchedOff: { tone: 'bad' },
} as const

interface ConditionPillProps {
  condition: Condition
  activity?: Pick<Activity, 'attempts' | 'failed'> | undefined
}

export function ConditionPill({ condition, activity }: ConditionPillProps) {
  return (
    <Pill {...LOOKS[condition]}>
      {condition === 'unreliable' && activity !== undefined
        ? t.list.failingShare({ share: formatShare(activity.failed / activity.attempts) })
        : t.condition[condition]}
    </Pill>
  )
}

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** Turns the API's words into a sentence in the user's language, with times in the user's format. */
export function toSentence(words: string): string {
  const text = say(words).replaceAll(ISO_TIME, formatDateTime)
  const start = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}

/** The time when a disabled webhook was disabled: recorded if the system did it, otherwise its last change. */
export const disabledSince = ({
  disabled_at,
  updated_at,
}: Pick<Webhook, 'disabled_at' | 'updated_at'>): string => new Date(disabled_at ?? updated_at).toISOString()
