import type { AttemptRecord } from '../../domain/attempt.ts'
import type { Check, CheckName, CheckStatus } from '../../domain/checkup.ts'
import { readMessages } from '../../domain/messages/server-message.ts'
import type { MessageCode } from '../../domain/messages/write-message.ts'
import { writeMessage } from '../../domain/messages/write-message.ts'

/** A check of which the name is not said yet: several checks may find the same. */
export type Finding = Omit<Check, 'name'>

interface Words {
  detail: MessageCode
  params?: Readonly<Record<string, string | number>>
  advice?: MessageCode
}

export function find(status: CheckStatus, { detail, params, advice }: Words): Finding {
  return toFinding(
    status,
    writeMessage(detail, params),
    advice === undefined ? null : writeMessage(advice, params),
  )
}

/**
 * What the attempt itself says about its failure.
 * @param advice takes the place of the usual diagnosis
 */
export function findFailure(status: CheckStatus, attempt: AttemptRecord, advice?: MessageCode): Finding {
  const { error_message: detail, diagnosis } = attempt
  return toFinding(status, detail ?? '', advice === undefined ? diagnosis : writeMessage(advice))
}

function toFinding(status: CheckStatus, detail: string, advice: string | null): Finding {
  return { status, detail, advice, codes: readMessages({ detail, advice }) }
}

export const nameFinding = (name: CheckName, finding: Finding): Check => ({ name, ...finding })
