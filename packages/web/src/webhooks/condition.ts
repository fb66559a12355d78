import type { Activity, Webhook } from '../api/types.ts'

export type Condition =
  | 'healthy'
  | 'unused'
  | 'unreliable'
  | 'failing'
  | 'recovering'
  | 'held'
  | 'off'
  | 'switchedOff'

/** From so many attempts in 24 hours on, an endpoint of which more than this share fails is unreliable, not healthy. */
const MIN_ATTEMPTS = 10
const MAX_FAILED_SHARE = 0.1

type Judged = Pick<Webhook, 'is_active' | 'health' | 'is_recovering' | 'disabled_reason'>

/** Summarizes a webhook's state in one word, from its switch, its endpoint's health and the last 24 hours. */
export function getCondition(
  webhook: Judged,
  hasAttempts: boolean,
  activity: Pick<Activity, 'attempts' | 'failed'> | undefined,
): Condition {
  if (!webhook.is_active) return webhook.disabled_reason === null ? 'off' : 'switchedOff'
  if (webhook.health === 'held') return 'held'
  if (webhook.health === 'degraded') return webhook.is_recovering ? 'recovering' : 'failing'
  if (
    activity !== undefined &&
    activity.attempts >= MIN_ATTEMPTS &&
    activity.failed > activity.attempts * MAX_FAILED_SHARE
  )
    return 'unreliable'
  return hasAttempts ? 'healthy' : 'unused'
}

export const needsAttention = (condition: Condition): boolean =>
  ['unreliable', 'failing', 'held', 'switchedOff'].includes(condition)
