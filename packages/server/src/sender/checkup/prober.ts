import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { AttemptRecord } from '../../domain/attempt.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { newId } from '../../domain/ids.ts'
import type { WebhookTarget } from '../../domain/webhook.ts'
import type { Answer } from '../answer.ts'
import { makeAttempt } from '../make-attempt.ts'
import type { AttemptOptions } from '../make-attempt.ts'

/** An event type with the body of a request about it. */
export interface TestBody {
  event: string
  body: string
}

/** What is sent, and what is wrong with it. */
export interface ProbeRequest extends TestBody {
  /** Default: a new one. */
  eventId?: string
  attempt?: number
  signature?: 'wrong' | 'missing'
  /** Milliseconds by which it claims to have been sent before now. */
  age?: number
}

export interface Probe {
  attempt: AttemptRecord
  /** Undefined: nothing could be sent. */
  answer: Answer | undefined
}

/** Sends one request; undefined: no time is left. */
export type SendProbe = (request: ProbeRequest) => Promise<Probe | undefined>

export interface ProberOptions extends AttemptOptions {
  organizationId: string
  traceparent: string | null
  target: WebhookTarget
  /** Makes the body that the webhook gets of an event's. */
  shape(delivery: LeasedDelivery): Promise<LeasedDelivery>
  /** Milliseconds for all requests together. */
  budgetMs: number
}

/** Of one request; a webhook may allow much more. */
const MAX_TIMEOUT_MS = 10_000
/** With less time left, a timeout would say nothing about the endpoint. */
const MIN_TIMEOUT_MS = 1_000

/** Sends requests as a delivery would, one after another, marked as tests. Nothing is recorded. */
export function createProber(options: ProberOptions): SendProbe {
  const { organizationId, traceparent, target, budgetMs, clock, sender } = options
  const ends = performance.now() + budgetMs
  return async ({ event, body, eventId, attempt = 1, signature, age = 0 }) => {
    const timeout = Math.min(target.timeout, MAX_TIMEOUT_MS, Math.floor(ends - performance.now()))
    if (timeout < Math.min(target.timeout, MIN_TIMEOUT_MS)) return undefined
    const now = clock.now()
    const delivery = await options.shape({
      id: newId(now),
      organizationId,
      eventId: eventId ?? newId(now),
      event,
      body,
      hasOwnBody: false,
      traceparent,
      attempt,
      trigger: 'test',
      isLast: true,
      lease: '',
      leaseEnds: Number.POSITIVE_INFINITY,
      target: { ...target, ...missign(target, signature), timeout },
    })
    let answer: Answer | undefined
    const made = await makeAttempt(delivery, {
      ...options,
      clock: { now: () => clock.now() - age },
      sender: { send: async (request) => (answer = await sender.send(request)) },
    })
    return { attempt: made, answer }
  }
}

type Keys = Pick<WebhookTarget, 'secrets' | 'signingKeys'>

/** Keys of the same kind as the webhook's, which its endpoint does not know. */
function missign(
  { secrets, signingKeys }: WebhookTarget,
  signature: ProbeRequest['signature'],
): Partial<Keys> {
  if (signature === undefined) return {}
  if (signature === 'missing') return { secrets: [], signingKeys: [] }
  if (signingKeys.length > 0) return { signingKeys: [generateKeyPairSync('ed25519').privateKey] }
  return secrets.length > 0 ? { secrets: [`whsec_${randomBytes(32).toString('base64')}`] } : {}
}
