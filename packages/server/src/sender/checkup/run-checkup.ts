import type { Check, CheckName } from '../../domain/checkup.ts'
import type { MessageCode } from '../../domain/messages/write-message.ts'
import { judgeKeepAlive, judgeReachable, judgeTimes, judgeTls, wasSent } from './judge-connection.ts'
import type { Place } from './judge-connection.ts'
import { isAccepted, judgeAcceptance, judgeRefusal } from './judge-responses.ts'
import { createProber } from './prober.ts'
import type { Probe, ProberOptions, SendProbe, TestBody } from './prober.ts'
import { find, nameFinding } from './write-check.ts'
import type { Finding } from './write-check.ts'

export interface CheckupOptions extends ProberOptions, Place {
  bodies: Record<'plain' | 'unknown' | 'emoji' | 'large', TestBody>
}

/** Receivers refuse what is more than five minutes old. */
const OLD_MS = 60 * 60 * 1_000

type Findings = Record<CheckName, Finding>

/** Tries how an endpoint takes what it will get: at most eight requests, one after another. Never rejects. */
export async function runCheckup(options: CheckupOptions): Promise<Check[]> {
  const send = createProber(options)
  const first = (await send(options.bodies.plain))!
  const connection = {
    reachable: judgeReachable(first),
    tls: judgeTls(first, options, options.clock.now()),
  }
  const findings: Findings = isAccepted(first)
    ? { ...connection, ...(await checkFurther(first, send, options)) }
    : { ...connection, ...skipFurther(first, options) }
  const entries = Object.entries(findings) as [CheckName, Finding][]
  return entries.map(([name, finding]) => nameFinding(name, finding))
}

type FurtherFindings = Omit<Findings, 'reachable' | 'tls'>

/** What follows would fail for the same reason, and a refused forgery would prove nothing. */
function skipFurther(first: Probe, { target }: CheckupOptions): FurtherFindings {
  const detail = whySkipped(first)
  const skipped = find('skipped', { detail })
  return {
    response_time: judgeTimes([first], target.timeout),
    keep_alive: skipped,
    signed_test: judgeAcceptance(first),
    wrong_signature: skipped,
    missing_signature: skipped,
    old_timestamp: skipped,
    repeated_id: skipped,
    unknown_event: skipped,
    emoji: skipped,
    large_body: skipped,
  }
}

function whySkipped(first: Probe): MessageCode {
  if (!wasSent(first)) return 'checkup.notSent'
  const isConnected = first.answer?.kind === 'response' || first.answer?.phase !== 'connecting'
  return isConnected ? 'checkup.notAccepted' : 'checkup.notReached'
}

async function checkFurther(
  first: Probe,
  send: SendProbe,
  options: CheckupOptions,
): Promise<FurtherFindings> {
  const { bodies, target } = options
  const repeated = await send({ ...bodies.plain, eventId: first.attempt.event_id, attempt: 2 })
  const emoji = await send(bodies.emoji)
  const unknown = await send(bodies.unknown)
  const later = [repeated, emoji, unknown].filter((probe) => probe !== undefined)
  const forged = await checkForgeries(send, options)
  const large = await send(bodies.large)
  return {
    response_time: judgeTimes([first, ...later], target.timeout),
    keep_alive: judgeKeepAlive(later),
    signed_test: judgeAcceptance(first),
    ...forged,
    repeated_id: judgeAcceptance(repeated, 'fail', 'checkup.repeatedIdAdvice'),
    unknown_event: judgeAcceptance(unknown, 'warn', 'checkup.unknownEventAdvice'),
    emoji: judgeAcceptance(emoji, 'fail', 'checkup.emojiAdvice'),
    large_body: judgeAcceptance(large, 'fail', 'checkup.largeAdvice'),
  }
}

type ForgeryFindings = Pick<Findings, 'wrong_signature' | 'missing_signature' | 'old_timestamp'>

async function checkForgeries(
  send: SendProbe,
  { bodies, target, isInbox }: CheckupOptions,
): Promise<ForgeryFindings> {
  const isSigned = target.secrets.length > 0 || target.signingKeys.length > 0
  if (!isSigned)
    return forAll(find('skipped', { detail: 'checkup.unsigned', advice: 'checkup.unsignedAdvice' }))
  if (isInbox) return forAll(find('skipped', { detail: 'checkup.inbox' }))
  const wrong = await send({ ...bodies.plain, signature: 'wrong' })
  const missing = await send({ ...bodies.plain, signature: 'missing' })
  const old = await send({ ...bodies.plain, age: OLD_MS })
  return {
    wrong_signature: judgeRefusal(wrong, {
      status: 'fail',
      detail: 'checkup.wrongAccepted',
      advice: 'checkup.wrongAdvice',
    }),
    missing_signature: judgeRefusal(missing, {
      status: 'fail',
      detail: 'checkup.missingAccepted',
      advice: 'checkup.missingAdvice',
    }),
    // A signature over the body alone, which receivers may check instead, does not cover the time.
    old_timestamp: judgeRefusal(old, {
      status: 'warn',
      detail: 'checkup.oldAccepted',
      advice: 'checkup.oldAdvice',
    }),
  }
}

const forAll = (finding: Finding): ForgeryFindings => ({
  wrong_signature: finding,
  missing_signature: finding,
  old_timestamp: finding,
})
