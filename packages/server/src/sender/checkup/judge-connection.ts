import { findFailure, find } from './write-check.ts'
import type { Finding } from './write-check.ts'
import type { Probe } from './prober.ts'

const DAY_MS = 86_400_000
/** As `doctor` and the page warn. */
const CERTIFICATE_DAYS = 14
/** Slower responses hold up other deliveries. */
const SLOW_MS = 1_000
/** From this part of the webhook's timeout on, a busy day makes deliveries fail. */
const TOO_SLOW_SHARE = 0.5

/** What the check-up knows of the webhook's URL. */
export interface Place {
  isHttps: boolean
  /** A test inbox of this server. */
  isInbox: boolean
}

/** Whether the request has left this server. Without, it says nothing about the endpoint. */
export function wasSent({ attempt, answer }: Probe): boolean {
  return answer !== undefined && attempt.error_code !== 'token_failure'
}

const isUnconnected = ({ attempt, answer }: Probe): boolean =>
  answer?.kind === 'failure' && answer.phase === 'connecting' && attempt.error_code !== 'tls_failure'

export function judgeReachable(first: Probe): Finding {
  if (!wasSent(first)) return find('skipped', { detail: 'checkup.notSent' })
  return isUnconnected(first)
    ? findFailure('fail', first.attempt)
    : find('pass', { detail: 'checkup.reached' })
}

export function judgeTls(first: Probe, { isHttps, isInbox }: Place, now: number): Finding {
  if (isInbox) return find('skipped', { detail: 'checkup.inboxTls' })
  if (!isHttps) return find('warn', { detail: 'checkup.noTls', advice: 'checkup.noTlsAdvice' })
  const { attempt, answer } = first
  if (attempt.error_code === 'tls_failure') return findFailure('fail', attempt)
  if (answer?.kind !== 'response' || answer.certificateEnds === undefined)
    return find('skipped', { detail: 'checkup.noResponse' })
  const days = Math.max(0, Math.floor((answer.certificateEnds - now) / DAY_MS))
  const params = { version: answer.tlsVersion ?? 'TLS', days }
  return days < CERTIFICATE_DAYS
    ? find('warn', { detail: 'checkup.tls', params, advice: 'checkup.tlsAdvice' })
    : find('pass', { detail: 'checkup.tls', params })
}

/** @param timeout the webhook's own, in milliseconds */
export function judgeTimes(probes: readonly Probe[], timeout: number): Finding {
  const times = probes
    .flatMap(({ answer }) => (answer?.kind === 'response' ? [answer.durationMs] : []))
    .sort((a, b) => a - b)
  if (times.length === 0) return find('skipped', { detail: 'checkup.noResponse' })
  const slowest = times.at(-1)!
  const params = { count: times.length, median: times[Math.floor((times.length - 1) / 2)]!, slowest }
  const words = { detail: 'checkup.times', params } as const
  if (slowest <= Math.min(SLOW_MS, timeout * TOO_SLOW_SHARE)) return find('pass', words)
  return find(slowest > timeout * TOO_SLOW_SHARE ? 'fail' : 'warn', {
    ...words,
    advice: 'checkup.timesAdvice',
  })
}

/** @param later the requests after the first, which could have used its connection again */
export function judgeKeepAlive(later: readonly Probe[]): Finding {
  const responses = later.flatMap(({ answer }) => (answer?.kind === 'response' ? [answer] : []))
  if (responses.length === 0) return find('skipped', { detail: 'checkup.notAccepted' })
  return responses.some(({ isReused }) => isReused)
    ? find('pass', { detail: 'checkup.kept' })
    : find('warn', { detail: 'checkup.notKept', advice: 'checkup.notKeptAdvice' })
}
