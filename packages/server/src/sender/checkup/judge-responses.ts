import type { CheckStatus } from '../../domain/checkup.ts'
import type { MessageCode } from '../../domain/messages/write-message.ts'
import type { Probe } from './prober.ts'
import { find, findFailure } from './write-check.ts'
import type { Finding } from './write-check.ts'

export const isAccepted = ({ attempt }: Probe): boolean => attempt.status === 'success'

const NO_TIME = (): Finding => find('skipped', { detail: 'checkup.noTime' })

/**
 * A request that the endpoint should accept.
 * @param advice undefined: the diagnosis of the attempt says what to do
 */
export function judgeAcceptance(
  probe: Probe | undefined,
  failed: CheckStatus = 'fail',
  advice?: MessageCode,
): Finding {
  if (probe === undefined) return NO_TIME()
  const { attempt } = probe
  if (!isAccepted(probe)) return findFailure(failed, attempt, advice)
  const params = { status: attempt.response_code ?? 0, duration: attempt.duration_ms }
  return find('pass', { detail: 'checkup.accepted', params })
}

/** Too many requests: says nothing about the signature. */
const RATE_LIMITED = 429

/** A request that the endpoint should refuse. */
export function judgeRefusal(
  probe: Probe | undefined,
  accepted: { status: CheckStatus; detail: MessageCode; advice: MessageCode },
): Finding {
  if (probe === undefined) return NO_TIME()
  const { attempt } = probe
  if (isAccepted(probe)) return find(accepted.status, accepted)
  const status = attempt.response_code
  if (status === null) return findFailure('warn', attempt, 'checkup.refuseAdvice')
  const params = { status }
  return status >= 400 && status < 500 && status !== RATE_LIMITED
    ? find('pass', { detail: 'checkup.refused', params })
    : find('warn', { detail: 'checkup.oddlyRefused', params, advice: 'checkup.refuseAdvice' })
}
