import assert from 'node:assert/strict'
import type { Api } from '../harness/api.ts'
import type { ReceiverServer } from '../harness/receiver-server.ts'
import { startReceiver } from '../harness/receiver-server.ts'
import type { ServerProcess, ServerSite, Settings } from '../harness/server-process.ts'
import { until } from '../harness/until.ts'
import type { Load } from './load.ts'
import { startLoad } from './load.ts'
import type { Row } from '@connectgain/webhooks-client'

/** How long the endpoint takes to answer: there is always something under way. */
const ANSWER_MS = 10
/** Longer than any lease and any wait for a silent connection. */
const RECOVERY_MS = 120_000

export const SETTINGS: Settings = { DELIVERY_TIMEOUT: '10s', RETRY_SCHEDULE: '1s,1s,1s', LOG_LEVEL: 'warn' }

interface Arrival {
  event: string
  delivery: string
  attempt: string
  /** By the sender's clock. What a process sent before it was killed may be read here only afterwards. */
  sentAt: number
  at: number
}

/** When something was done that may make a request come twice. */
interface Disturbance {
  from: number
  to: number
}

export interface Findings {
  events: number
  /** Requests that came although the same one had come before. */
  duplicates: number
}

/** An endpoint under load, and somebody who breaks things. */
export interface ChaosSite {
  site: ServerSite
  load: Load
  receiver: ReceiverServer
  /** Does harm, and notes when. */
  disturb<T>(harm: () => Promise<T> | T): Promise<T>
  /** Waits until so many more events have been acknowledged and arrived than until now. */
  progress(count: number): Promise<void>
  /**
   * Ends the load, waits until all is delivered and holds: exactly the acknowledged events have arrived; what came twice
   * is the same request, and something was broken in between; one attempt of each is in the log.
   */
  settle(): Promise<Findings>
  close(): Promise<void>
}

/** @param node the process to emit to: asked anew for each request. @param prefer see `LoadOptions` */
export async function createChaos(
  site: ServerSite,
  first: ServerProcess,
  node: () => ServerProcess,
  prefer?: string,
): Promise<ChaosSite> {
  const receiver = await startReceiver()
  const arrivals: Arrival[] = []
  const disturbances: Disturbance[] = []
  receiver.reply('/hook', (response, { headers }) => {
    arrivals.push({
      event: headers['x-webhook-id']!,
      delivery: headers['x-webhook-delivery']!,
      attempt: headers['x-webhook-attempt']!,
      sentAt: Date.parse(headers['x-webhook-timestamp']!),
      at: Date.now(),
    })
    setTimeout(() => response.writeHead(200).end(), ANSWER_MS)
  })
  const { id: organizationId } = await first.api.insert<{ id: string }>('organizations', { name: 'Acme' })
  const { id: webhookId } = await first.api.insert<{ id: string }>('webhook_configurations', {
    organization_id: organizationId,
    name: 'Chaos',
    url: new URL('/hook', receiver.url).href,
    events: ['*'],
  })
  const load = startLoad({
    api: () => node().api,
    organizationId,
    ...(prefer === undefined ? {} : { prefer }),
  })
  const arrived = (): number => new Set(arrivals.map(({ event }) => event)).size

  return {
    site,
    load,
    receiver,
    async disturb(harm) {
      const disturbance = { from: Date.now(), to: Number.POSITIVE_INFINITY }
      disturbances.push(disturbance)
      const result = await harm()
      disturbance.to = Date.now()
      return result
    },
    async progress(count) {
      const [wanted, expected] = [load.acknowledged.size + count, arrived() + count]
      await until(
        `${count} more events`,
        () => load.acknowledged.size >= wanted && arrived() >= expected,
        RECOVERY_MS,
      )
    },
    async settle() {
      await load.stop()
      const api = node().api
      await until(
        'all to be delivered',
        // In this order: what is created in between would be missed the other way round.
        async () =>
          (await countRows(api, `webhook_deliveries?webhook_id=${webhookId}`)) >= load.acknowledged.size &&
          (await countRows(api, `webhook_deliveries?webhook_id=${webhookId}&status=neq.delivered`)) === 0,
        RECOVERY_MS,
      )
      assert.deepEqual(new Set(arrivals.map(({ event }) => event)), load.acknowledged)
      assertOneRecordEach(await readLog(api, webhookId), load.acknowledged)
      return {
        events: load.acknowledged.size,
        duplicates: countDuplicates(arrivals, disturbances),
      }
    },
    async close() {
      load.abandon()
      await receiver.close()
      await site.close()
    },
  }
}

async function countRows(api: Api, path: string): Promise<number> {
  const { headers } = await api.request('HEAD', path, undefined, { prefer: 'count=exact' })
  return Number(headers.get('content-range')?.split('/')[1])
}

type LogRow = Pick<Row<'webhook_logs'>, 'event_id' | 'attempt' | 'status'>

async function readLog(api: Api, webhookId: string): Promise<LogRow[]> {
  const rows: LogRow[] = []
  for (let page: LogRow[] = [], offset = 0; offset === 0 || page.length > 0; offset += page.length) {
    page = await api.get<LogRow>(
      `webhook_logs?select=event_id,attempt,status&webhook_id=eq.${webhookId}&order=id&limit=1000&offset=${offset}`,
    )
    rows.push(...page)
    if (page.length === 0) break
  }
  return rows
}

/** Asserts that a request that was sent twice is recorded once, and that attempts are numbered without a gap. */
function assertOneRecordEach(log: readonly LogRow[], events: ReadonlySet<string>): void {
  const byEvent = Map.groupBy(log, ({ event_id }) => event_id)
  assert.deepEqual(new Set(byEvent.keys()), events)
  for (const [event, rows] of byEvent) {
    const numbers = rows.map(({ attempt }) => attempt).sort((a, b) => a - b)
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
      `the attempts of ${event}`,
    )
    assert.equal(rows.filter(({ status }) => status === 'success').length, 1, `the successes of ${event}`)
  }
}

function countDuplicates(arrivals: readonly Arrival[], disturbances: readonly Disturbance[]): number {
  let duplicates = 0
  for (const [attempt, copies] of Map.groupBy(arrivals, (arrival) => `${arrival.event} ${arrival.attempt}`)) {
    for (const [index, copy] of copies.entries()) {
      const before = copies[index - 1]
      if (before === undefined) continue
      duplicates += 1
      assert.equal(copy.delivery, before.delivery)
      const excuse = disturbances.some(({ from, to }) => from <= copy.at && before.sentAt <= to)
      assert.ok(
        excuse,
        `attempt ${attempt} came twice although nothing was broken in between, sent at ${before.sentAt} and again at ${copy.sentAt}`,
      )
    }
  }
  return duplicates
}
