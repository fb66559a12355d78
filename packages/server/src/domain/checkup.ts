import type { ServerMessage } from './messages/server-message.ts'

/** The checks of an endpoint, in the order in which they are shown. Names are stable. */
export const CHECK_NAMES = [
  'reachable',
  'tls',
  'response_time',
  'keep_alive',
  'signed_test',
  'wrong_signature',
  'missing_signature',
  'old_timestamp',
  'repeated_id',
  'unknown_event',
  'emoji',
  'large_body',
] as const
export type CheckName = (typeof CHECK_NAMES)[number]

/** `skipped`: not tried, or the check says nothing about this webhook. */
export const CHECK_STATUSES = ['pass', 'warn', 'fail', 'skipped'] as const
export type CheckStatus = (typeof CHECK_STATUSES)[number]

export interface Check {
  name: CheckName
  status: CheckStatus
  /** What was found. */
  detail: string
  /** What to do about it; null if there is nothing to do. */
  advice: string | null
  /** The codes of `detail` and `advice`, for other languages. */
  codes: Record<string, ServerMessage>
}

/** The worst of them, which stands for all. */
export function overallStatus(checks: readonly Check[]): Exclude<CheckStatus, 'skipped'> {
  const has = (wanted: CheckStatus): boolean => checks.some(({ status }) => status === wanted)
  if (has('fail')) return 'fail'
  return has('warn') ? 'warn' : 'pass'
}
