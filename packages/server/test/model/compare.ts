import assert from 'node:assert/strict'
import type { Expected } from './expected.ts'
import type { ExpectedDelivery } from './expected-state.ts'
import { isOver } from './expected.ts'
import type { World } from './world.ts'

interface DeliveryRow {
  id: string
  webhook: string
  event: string
  status: string
  attempts: number
  is_completed: boolean
  is_waiting: boolean
  /** `attempt status`, in their order. */
  log: string[]
  queued: { lease: string | null; node: string | null; due: boolean; attempts: number } | null
}

interface State {
  deliveries: DeliveryRow[]
  /** Rows of the tables behind. */
  queued: number
  outbox: number
  cancellations: number
  redeliveries: number
  skipped: number
}

export async function readDeliveries(world: World): Promise<DeliveryRow[]> {
  return (await readState(world)).deliveries
}

/** In one statement, of which a run makes hundreds. */
async function readState(world: World): Promise<State> {
  const { rows } = await world.query<{ state: string }>(
    `select json_build_object(
       'deliveries', coalesce((
         select json_agg(json_build_object('id', d.id, 'webhook', d.webhook_id, 'event', d.event_id, 'status', d.status,
           'attempts', d.attempts, 'is_completed', d.completed_at is not null,
           'is_waiting', d.next_attempt_at is not null,
           'log', array(
             select a.attempt || ' ' || a.status from webhooks_internal.attempts a
             where a.delivery_id = d.id order by a.attempt),
           'queued', case when q.delivery_id is not null then json_build_object(
             'lease', q.lease, 'node', q.lease_node, 'due', q.due_at <= now(), 'attempts', q.attempts) end
         ) order by d.id)
         from webhooks.webhook_deliveries d
         left join webhooks_internal.queue q on q.delivery_id = d.id
       ), '[]'),
       'queued', (select count(*) from webhooks_internal.queue),
       'outbox', (select count(*) from webhooks_internal.outbox),
       'cancellations', (select count(*) from webhooks_internal.cancellations),
       'redeliveries', (select count(*) from webhooks.webhook_redeliveries where status = 'running'),
       'skipped', (select coalesce(sum(count), 0)::integer from webhooks.webhook_skips)) as state`,
  )
  return JSON.parse(rows[0]!.state) as State
}

/** The invariants of src/domain/delivery.ts, for every delivery: each follows from this one equation. */
export async function compare(expected: Expected, world: World): Promise<void> {
  const deliveries = [...expected.deliveries.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(toRow)
  assert.deepEqual(await readState(world), {
    deliveries,
    queued: deliveries.filter(({ queued }) => queued !== null).length,
    outbox: expected.outbox.length,
    cancellations: expected.cancellations.length,
    redeliveries: expected.redeliveries.length,
    skipped: expected.skipped,
  })
}

function toRow({ id, webhook, event, status, log, queued }: ExpectedDelivery): DeliveryRow {
  return {
    id,
    webhook,
    event,
    status,
    attempts: log.length,
    is_completed: isOver(status),
    is_waiting: status === 'retrying',
    log: log.map((outcome, at) => `${at + 1} ${outcome}`),
    queued: queued === undefined ? null : { ...queued, attempts: log.length },
  }
}
