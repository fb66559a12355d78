import type { Webhook } from '../api/types.ts'
import { formatDateTime } from '../components/format.ts'
import { Pill } from '../components/surface.tsx'
import { t } from '../strings/index.ts'

export type Condition = 'healthy' | 'unused' | 'failing' | 'recovering' | 'held' | 'off' | 'switchedOff'

type Judged = Pick<Webhook, 'is_active' | 'health' | 'is_recovering' | 'disabled_reason'>

/** Summarizes a webhook's state in one word, from its switch and its endpoint's health. */
export function getCondition(webhook: Judged, hasAttempts: boolean): Condition {
  if (!webhook.is_active) return webhook.disabled_reason === null ? 'off' : 'switchedOff'
  if (webhook.health === 'held') return 'held'
  if (webhook.health === 'degraded') return webhook.is_recovering ? 'recovering' : 'failing'
  return hasAttempts ? 'healthy' : 'unused'
}

const LOOKS = {
  healthy: { tone: 'ok' },
  unused: { tone: 'quiet' },
  failing: { tone: 'warn' },
  recovering: { tone: 'info', icon: 'waiting' },
  held: { tone: 'bad', icon: 'held' },
  off: { tone: 'quiet' },
  switchedOff: { tone: 'bad' },
} as const

export const needsAttention = (condition: Condition): boolean =>
  ['failing', 'held', 'switchedOff'].includes(condition)

export function ConditionPill({ condition }: { condition: Condition }) {
  return <Pill {...LOOKS[condition]}>{t.condition[condition]}</Pill>
}

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** Turns the API's words into a sentence, with times in the user's format. */
export function toSentence(words: string): string {
  const text = words.replaceAll(ISO_TIME, formatDateTime)
  const start = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}

/** The time when a disabled webhook was disabled: recorded if the system did it, otherwise its last change. */
export const disabledSince = ({
  disabled_at,
  updated_at,
}: Pick<Webhook, 'disabled_at' | 'updated_at'>): string => new Date(disabled_at ?? updated_at).toISOString()
