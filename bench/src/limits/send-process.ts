import { systemClock } from '../../../packages/server/src/domain/clock.ts'
import type { LeasedDelivery } from '../../../packages/server/src/domain/delivery.ts'
import { newId, newToken } from '../../../packages/server/src/domain/ids.ts'
import { NO_TRACING } from '../../../packages/server/src/observability/tracing.ts'
import { makeAttempt } from '../../../packages/server/src/sender/make-attempt.ts'
import { createSender } from '../../../packages/server/src/sender/send.ts'
import { parseConfig } from '../../../packages/server/src/settings/config.ts'
import type { Endpoint, LoadEvent } from '../load.ts'
import { EVENT, createEvents, forEachConcurrently } from '../load.ts'

/** Makes attempts as the program does, with nothing before and after them: no database, no dispatcher, no recorder. */
export interface SendJob {
  endpoints: readonly Endpoint[]
  deliveries: number
  atOnce: number
}

const config = parseConfig({ ALLOW_HTTP_URLS: 'true', EGRESS_ALLOW: '127.0.0.0/8' })
const options = {
  clock: systemClock,
  sender: createSender({ ...config, allowHttp: config.allowHttpUrls }),
  retrySchedule: config.retrySchedule,
  tracing: NO_TRACING,
}

function toDelivery({ id, endpoint, data }: LoadEvent): LeasedDelivery {
  return {
    id: newId(),
    organizationId: endpoint.organizationId,
    eventId: id,
    event: EVENT,
    body: `{"event":"${EVENT}","timestamp":"${new Date().toISOString()}","data":${data}}`,
    hasOwnBody: false,
    traceparent: null,
    attempt: 1,
    trigger: 'event',
    isLast: false,
    lease: newToken(),
    leaseEnds: Number.POSITIVE_INFINITY,
    target: {
      id: endpoint.id,
      url: endpoint.url,
      secrets: [endpoint.secret],
      signingKeys: [],
      headers: {},
      auth: undefined,
      timeout: config.deliveryTimeoutMs,
      maxInFlight: 32,
      isHealthy: true,
      isHeld: false,
      isQueueOnly: false,
      isOrdered: false,
      unreadable: undefined,
    },
  }
}

async function run({ endpoints, deliveries, atOnce }: SendJob): Promise<void> {
  const prepared = createEvents(deliveries, endpoints).map(toDelivery)
  process.send?.('prepared')
  await new Promise((resolve) => process.once('message', resolve))
  await forEachConcurrently(prepared, atOnce, async (delivery) => {
    const { status, error_message } = await makeAttempt(delivery, options)
    if (status !== 'success') throw new Error(error_message ?? status)
  })
  process.send?.('done')
}

process.on('disconnect', () => process.exit())
process.on('message', (job) => {
  if (typeof job === 'object') void run(job as SendJob)
})
process.send?.('started')
