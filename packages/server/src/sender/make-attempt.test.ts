import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '../domain/clock.ts'
import type { LeasedDelivery } from '../domain/delivery.ts'
import { newId } from '../domain/ids.ts'
import { NO_TRACING } from '../observability/tracing.ts'
import { MAX_MESSAGE_LENGTH, makeAttempt } from './make-attempt.ts'
import { createSender } from './send.ts'

const OPTIONS = {
  clock: systemClock,
  sender: createSender({ allowHttp: false, egressAllow: [], egressPorts: [] }),
  retrySchedule: [60_000],
  tracing: NO_TRACING,
}

const unsendable = (fault: string): LeasedDelivery => ({
  id: newId(),
  organizationId: newId(),
  eventId: newId(),
  event: 'contact.created',
  body: '',
  fault,
  hasOwnBody: true,
  traceparent: null,
  attempt: 1,
  trigger: 'event',
  isLast: false,
  lease: newId(),
  leaseEnds: Number.POSITIVE_INFINITY,
  target: {
    id: newId(),
    url: 'https://a.example/',
    secrets: [],
    signingKeys: [],
    headers: {},
    auth: undefined,
    timeout: 1_000,
    maxInFlight: 1,
    isHealthy: true,
    isHeld: false,
    isQueueOnly: false,
    isOrdered: false,
    unreadable: undefined,
  },
})

describe('error messages of attempts', () => {
  it('the error message of an attempt is truncated at its limit without leaving half a character', async () => {
    const fault = `${'x'.repeat(MAX_MESSAGE_LENGTH - 1)}😀 and more`
    const { error_code: code, error_message: message } = await makeAttempt(unsendable(fault), OPTIONS)
    assert.equal(code, 'not_sendable')
    assert.equal(message, `${'x'.repeat(MAX_MESSAGE_LENGTH - 1)}\uFFFD`)
  })

  it('a NUL in the error message of an attempt is replaced, because the database cannot store it', async () => {
    const { error_message: message } = await makeAttempt(unsendable('a\0b'), OPTIONS)
    assert.equal(message, 'a\uFFFDb')
  })
})
