import { duration, durationOrNever, wholeNumber } from './schemas.ts'
import type { Setting } from './setting.ts'

/** Rows of settings.ts. */
export const FAILING_ENDPOINTS = {
  breakerFailures: {
    name: 'BREAKER_FAILURES',
    group: 'Failing endpoints',
    preset: '20',
    help: 'failed attempts in a row after which an endpoint is [on hold](retrying.md#an-endpoint-that-is-down)',
    schema: wholeNumber(1, 999_999, 'BREAKER_FAILURES=20'),
  },
  breakerAfterMs: {
    name: 'BREAKER_AFTER',
    group: 'Failing endpoints',
    preset: '5s',
    help: 'how long ago the first of these attempts must have begun',
    schema: duration(0, Number.POSITIVE_INFINITY, 'a duration, as in BREAKER_AFTER=5s'),
  },
  disableAfterMs: {
    name: 'DEACTIVATE_AFTER',
    group: 'Failing endpoints',
    preset: '5d',
    help: 'how long every attempt must have failed before the webhook is disabled, or `never`',
    schema: durationOrNever('a duration, as in DEACTIVATE_AFTER=5d, or never'),
  },
  disableMinAttempts: {
    name: 'DEACTIVATE_MIN_ATTEMPTS',
    group: 'Failing endpoints',
    preset: '20',
    help: 'how many attempts these must be',
    schema: wholeNumber(1, 999_999, 'DEACTIVATE_MIN_ATTEMPTS=20'),
  },
} as const satisfies Readonly<Record<string, Setting>>
