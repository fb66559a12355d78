import assert from 'node:assert/strict'
import { pino } from 'pino'
import { createLoopWatch } from '../../src/loops/loop-watch.ts'
import { Recorder } from '../../src/pipeline/record/recorder.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { NO_TRACING } from '../../src/observability/tracing.ts'
import type { Database } from '../../src/database/database.ts'
import { cancelDeliveries } from '../../src/pipeline/claim/cancel-deliveries.ts'
import { giveBack } from '../../src/pipeline/dispatch/give-back.ts'
import { countSkips } from '../../src/pipeline/match/count-skips.ts'
import { OutboxEvents } from '../../src/pipeline/outbox/outbox-events.ts'
import { claimDue } from '../../src/pipeline/claim/claim-due.ts'
import { createHeartbeat } from '../../src/pipeline/claim/leases.ts'
import { startRedelivery } from '../../src/maintenance/bulk-retry/redeliveries.ts'
import { redeliverBatch } from '../../src/maintenance/bulk-retry/redeliver-batch.ts'
import { leaseForManualRetry } from '../../src/maintenance/bulk-retry/manual-retry.ts'
import type { AttemptRecord } from '../../src/domain/attempt.ts'
import { makeAttempt } from '../../src/sender/make-attempt.ts'
import type { Answer } from '../../src/sender/answer.ts'
import { Messages } from '../../src/pipeline/messages.ts'
import type { LeasedDelivery } from '../../src/domain/delivery.ts'
import type { Subscriptions } from '../../src/pipeline/match/subscriptions.ts'
import { createSubscriptions } from '../../src/pipeline/match/subscriptions.ts'
import { newToken } from '../../src/domain/ids.ts'
import { ANY_EVENT } from '../../src/pipeline/outbox/outbox.ts'
import { relayInOrder } from '../../src/pipeline/outbox/relay-in-order.ts'
import type { RelayedBatch } from '../../src/pipeline/relay/event-source.ts'
import { relayBatch } from '../../src/pipeline/outbox/relay-batch.ts'
import { createSecretBox } from '../../src/secrets/secret-box.ts'
import { createTargetOpener } from '../../src/secrets/webhook-target.ts'

/** Leases and waits do not end while a test runs: only `expire` ends them. */
const HOUR = 3_600_000
/** Two waits: three attempts. */
export const SCHEDULE: readonly number[] = [HOUR, HOUR]

/** What the endpoint answers; `busy` with a Retry-After, `gone` deactivates the webhook. */
export type Outcome = 'success' | 'failure' | 'busy' | 'gone'
const STATUS: Readonly<Record<Outcome, number>> = { success: 200, failure: 500, busy: 429, gone: 410 }

/** A process, as far as the database can tell: what it holds in memory is gone when it crashes. */
export interface Node {
  id: string
  /** Leased, not sent yet, or sent with the answer still to come. */
  held: LeasedDelivery[]
  recorder: Recorder
  leasedEvents: OutboxEvents
  subscriptions: Subscriptions
}

/** The engine's own functions on a real database, one step at a time, by two nodes. */
export interface World {
  database: Database
  organization: string
  nodes: [Node, Node]
  /** Ids of nodes that have crashed. */
  dead: { id: string }[]
  crash(node: Node): void
  createWebhook(filter?: object, order?: { coalesce: boolean }): Promise<string>
  /** @returns the event's id. */
  emit(data: object): Promise<string>
  /** Leases and matches one batch; the node has room in memory for so many. @returns what it is to send. */
  relay(node: Node, room: number): Promise<LeasedDelivery[]>
  claim(node: Node, limit: number): Promise<LeasedDelivery[]>
  retryByHand(node: Node, delivery: string): Promise<LeasedDelivery | undefined>
  /** Sends; nothing is recorded. */
  attempt(delivery: LeasedDelivery, outcome: Outcome): Promise<AttemptRecord>
  /** Records results, all in one statement. */
  record(node: Node, results: readonly AttemptRecord[]): Promise<void>
  filter(node: Node, delivery: LeasedDelivery): Promise<void>
  release(node: Node, deliveries: readonly LeasedDelivery[]): Promise<void>
  /** Writes what the node has leased from the outbox and not written. */
  enqueueOverdue(node: Node): Promise<void>
  /** What `judge` does once it has not heard of `silent` for too long. */
  takeOver(judge: Node, silent: Pick<Node, 'id'>): Promise<void>
  /** The time of this delivery's lease, or of its next attempt, has come. */
  expire(delivery: string): Promise<void>
  askForRedelivery(webhook: string): Promise<void>
  redeliver(): Promise<void>
  sweep(): Promise<void>
  switchWebhook(webhook: string, on: boolean): Promise<void>
  deleteWebhook(webhook: string): Promise<void>
  query: Database['query']
}

const log = pino({ level: 'silent' })

export async function createWorld(database: Database): Promise<World> {
  await empty(database)
  const openTarget = createTargetOpener(createSecretBox([Buffer.alloc(32, 7)]), {
    timeout: HOUR,
    maxInFlight: 1_000,
  })
  const context = { clock: systemClock, openTarget, defaultTimeout: HOUR, defaultMaxInFlight: 1_000 }
  const createNode = (): Node => {
    const id = newToken()
    const leasedEvents = new OutboxEvents(database, id, new Messages(assert.ifError))
    return {
      id,
      held: [],
      leasedEvents,
      recorder: new Recorder({
        database,
        log,
        messages: new Messages(assert.ifError),
        leasedEvents,
        watch: createLoopWatch(systemClock),
      }),
      subscriptions: createSubscriptions(systemClock),
    }
  }
  const nodes: [Node, Node] = [createNode(), createNode()]
  const dead: { id: string }[] = []
  const webhookSql = `insert into webhooks.webhook_configurations (organization_id, name, url, events, filter, ordering, "coalesce")
    values ($1, 'W', 'https://crm.example.com/hook', '{*}', $2, $3, $4) returning id`
  const eventSql = `insert into webhooks.webhook_events (organization_id, event, data)
    values ($1, 'deal.updated', $2) returning id`

  async function inserted(sql: string, params: unknown[]): Promise<string> {
    return (await database.query<{ id: string }>(sql, params)).rows[0]!.id
  }

  const organization = await inserted(`insert into organizations (name) values ('Acme') returning id`, [])
  return {
    database,
    organization,
    query: (statement, params) => database.query(statement, params),
    nodes,
    dead,
    crash(node) {
      dead.push({ id: node.id })
      Object.assign(node, createNode())
    },
    createWebhook: (filter, order) =>
      inserted(webhookSql, [
        organization,
        filter === undefined ? null : JSON.stringify(filter),
        order === undefined ? 'none' : 'record',
        order?.coalesce ?? false,
      ]),
    emit: (data) => inserted(eventSql, [organization, JSON.stringify(data)]),
    async relay(node, room) {
      let left = room
      const slots = { admit: () => (left -= 1) >= 0 }
      const { leasedEvents, recorder } = node
      const options = { ...context, leasedEvents, subscriptions: node.subscriptions }
      let batch = await relayBatch(database, ANY_EVENT, slots, options)
      // It finds that its lease was taken over.
      while (batch.isFull) batch = await relayBatch(database, ANY_EVENT, slots, options)
      const batches: RelayedBatch[] = [batch]
      if (batch.ordered.length > 0) batches.push(await relayInOrder(batch.ordered, slots, options))
      for (const { unmatched, waiting, skips } of batches) {
        recorder.finish(unmatched)
        await recorder.enqueue(waiting, false)
        await recorder.idle()
        await countSkips(database, skips, () => {})
      }
      const direct = batches.flatMap((one) => one.direct)
      node.held.push(...direct)
      return direct
    },
    async claim(node, limit) {
      const claimed = await claimDue(database, limit, [], { ...context, nodeId: node.id })
      node.held.push(...claimed)
      return claimed
    },
    async retryByHand(node, delivery) {
      const leased = await leaseForManualRetry(database, delivery, context)
      if (leased !== undefined) node.held.push(leased)
      return leased
    },
    attempt: (delivery, outcome) =>
      makeAttempt(delivery, {
        clock: systemClock,
        sender: { send: async () => answer(STATUS[outcome]) },
        retrySchedule: SCHEDULE,
        tracing: NO_TRACING,
      }),
    async filter({ recorder }, delivery) {
      await recorder.filter(delivery)
      await recorder.idle()
    },
    record: async (node, results) => {
      await Promise.all(results.map((result) => node.recorder.write(result)))
    },
    release: ({ leasedEvents, recorder }, deliveries) =>
      giveBack(deliveries, { database, leasedEvents, recorder }),
    async enqueueOverdue({ leasedEvents, recorder }) {
      await recorder.enqueue(leasedEvents.overdue(Number.POSITIVE_INFINITY), true)
      await recorder.idle()
    },
    async takeOver(judge, silent) {
      let now = 0
      const beat = createHeartbeat(database, { clock: { now: () => now }, nodeId: judge.id })
      for (const { id } of [...nodes, ...dead])
        await createHeartbeat(database, { clock: systemClock, nodeId: id })()
      await beat()
      // The others are heard of, however slowly this test runs.
      await database.query(
        `update webhooks_internal.nodes
         set seen_at = now() + case when id = $1 then interval '-1 minute' else interval '1 minute' end`,
        [silent.id],
      )
      // It judges others only when its own heart has beaten for long enough.
      now += 5_000
      await beat()
    },
    async expire(delivery) {
      await database.query(
        `update webhooks_internal.queue set due_at = now() - interval '1 second' where delivery_id = $1`,
        [delivery],
      )
    },
    async askForRedelivery(webhookId) {
      const scope = { webhookId, since: null, until: '2100-01-01', event: null }
      await startRedelivery(database, 'retry_failed', scope, null)
    },
    async redeliver() {
      while ((await redeliverBatch(database)) === 'queued');
    },
    async sweep() {
      while (await cancelDeliveries(database));
    },
    async switchWebhook(webhook, on) {
      await database.query('update webhooks.webhook_configurations set is_active = $2 where id = $1', [
        webhook,
        on,
      ])
    },
    async deleteWebhook(webhook) {
      await database.query('delete from webhooks.webhook_configurations where id = $1', [webhook])
    },
  }
}

const answer = (statusCode: number): Answer => ({
  kind: 'response',
  statusCode,
  headers: statusCode === STATUS.busy ? { 'retry-after': '7200' } : {},
  body: '',
  certificateEnds: undefined,
  tlsVersion: null,
  isReused: false,
  durationMs: 1,
})

const TABLES = [
  'webhooks.webhook_configurations',
  'webhooks.webhook_events',
  'webhooks.webhook_deliveries',
  'webhooks.webhook_skips',
  'webhooks.webhook_redeliveries',
  'webhooks_internal.outbox',
  'webhooks_internal.outbox_leases',
  'webhooks_internal.queue',
  'webhooks_internal.attempts',
  'webhooks_internal.cancellations',
  'webhooks_internal.nodes',
]

/** Between runs: far faster than a database of its own for each, and with so few rows than to truncate. */
async function empty(database: Database): Promise<void> {
  await database.execute(TABLES.map((table) => `delete from ${table};`).join('\n'))
}
