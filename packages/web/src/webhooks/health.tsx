import type { Activity, Webhook } from '../api/types.ts'
import { formatShare } from '../components/format.ts'
import { Pill } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
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

/** The time when a disabled webhook was disabled: recorded if the system did it, otherwise its last change. */
export const disabledSince = ({
  disabled_at,
  updated_at,
}: Pick<Webhook, 'disabled_at' | 'updated_at'>): string => new Date(disabled_at ?? updated_at).toISOString()
