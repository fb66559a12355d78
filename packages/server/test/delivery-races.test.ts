import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as fc from 'fast-check'
import { pino } from 'pino'
import { Messages } from '../src/pipeline/messages.ts'
import { createLoopWatch } from '../src/loops/loop-watch.ts'
import { systemClock } from '../src/domain/clock.ts'
import { Recorder } from '../src/pipeline/record/recorder.ts'
import type { Database } from '../src/database/database.ts'
import type { LeasedDelivery } from '../src/domain/delivery.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import { IS_FULL } from './harness/full-run.ts'
import { LONG, until } from './harness/until.ts'
import type { Node, Outcome, World } from './model/world.ts'
import { createWorld } from './model/world.ts'

/*
 * The model test runs one statement at a time. Here statements overlap, so that their inner steps interleave too. The
 * states in between cannot be predicted, but the final state must have certain properties.
 */

const silent = pino({ level: 'silent' })

interface Scene {
  world: World
  webhooks: string[]
  deliveries: string[]
  emitted: number
  /** How often each delivery was leased for a manual retry. */
  byHand: Map<string, number>
}

/** One action of an actor; `at` chooses its target. */
type Act = (scene: Scene, at: number) => Promise<unknown>

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % items.length]
const OUTCOMES: readonly Outcome[] = ['success', 'failure', 'failure', 'gone']

async function completeAll({ world }: Scene, node: Node, outcome: (index: number) => Outcome): Promise<void> {
  const held = node.held.splice(0)
  await world.record(
    node,
    await Promise.all(held.map((delivery, index) => world.attempt(delivery, outcome(index)))),
  )
}

async function retryByHand({ world, deliveries, byHand }: Scene, at: number): Promise<void> {
  const id = pick(deliveries, at)
  if (id === undefined) return
  const leased = await world.retryByHand(pick(world.nodes, at)!, id)
  if (leased !== undefined) byHand.set(id, (byHand.get(id) ?? 0) + 1)
}

async function onDelivery(
  { deliveries }: Scene,
  at: number,
  act: (id: string) => Promise<void>,
): Promise<void> {
  const id = pick(deliveries, at)
  if (id !== undefined) await act(id)
}

const node = (index: 0 | 1): readonly Act[] => [
  ({ world }, at) => world.relay(world.nodes[index], at % 3),
  ({ world }, at) => world.claim(world.nodes[index], 1 + (at % 5)),
  ({ world }) => world.enqueueOverdue(world.nodes[index]),
  (scene, at) => completeAll(scene, scene.world.nodes[index], (of) => pick(OUTCOMES, at + of)!),
]

/** The actors that run at the same time, and the actions of each. */
const actors: readonly (readonly Act[])[] = [
  node(0),
  node(1),
  [retryByHand],
  [
    (scene, at) => onDelivery(scene, at, scene.world.expire),
    ({ world }, at) => world.takeOver(pick(world.nodes, at)!, pick(world.nodes, at + 1)!),
    async ({ world }, at) => {
      if (at % 4 === 0) world.crash(pick(world.nodes, at)!)
    },
  ],
  [
    ({ world, webhooks }, at) => world.switchWebhook(pick(webhooks, at)!, at % 3 > 0),
    ({ world, webhooks }, at) => world.askForRedelivery(pick(webhooks, at)!),
    ({ world }) => world.redeliver(),
    ({ world }) => world.sweep(),
  ],
  [
    async (scene) => {
      await scene.world.emit({})
      scene.emitted += 1
    },
    async (scene) => {
      scene.deliveries = await readIds(scene.world)
    },
  ],
]

async function readIds(world: World): Promise<string[]> {
  const { rows } = await world.query<{ id: string }>('select id from webhooks.webhook_deliveries')
  return rows.map(({ id }) => id)
}

async function begin(database: Database): Promise<Scene> {
  const world = await createWorld(database)
  const scene = {
    world,
    webhooks: [await world.createWebhook(), await world.createWebhook()],
    byHand: new Map(),
  }
  for (let event = 0; event < 3; event += 1) await world.emit({})
  await world.relay(world.nodes[0], 3)
  return { ...scene, deliveries: await readIds(world), emitted: 3 }
}

/** Crashes the nodes, makes everything due, enables every webhook and delivers the rest. */
async function drain(scene: Scene): Promise<void> {
  const { world, webhooks } = scene
  for (const dying of world.nodes) world.crash(dying)
  for (const dead of world.dead) await world.takeOver(world.nodes[0], dead)
  await world.sweep()
  for (const webhook of webhooks) await world.switchWebhook(webhook, true)
  await world.sweep()
  await world.relay(world.nodes[0], 0)
  await world.redeliver()
  for (const id of await readIds(world)) await world.expire(id)
  await world.sweep()
  while ((await world.claim(world.nodes[0], 100)).length > 0) {
    await completeAll(scene, world.nodes[0], () => 'success')
  }
}

interface Ending {
  id: string
  status: string
  attempts: number
  /** The numbers of the attempts in the log. */
  numbers: number[]
  successes: number
  is_queued: boolean
}

async function isStatementWaiting(database: Database): Promise<boolean> {
  const { rows } = await database.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.length > 0
}

async function assertSettled({ world, webhooks, emitted, byHand }: Scene): Promise<void> {
  const { rows } = await world.query<Ending>(
    `select d.id, d.status, d.attempts,
       array(select a.attempt from webhooks_internal.attempts a where a.delivery_id = d.id order by a.attempt) as numbers,
       (select count(*)::integer from webhooks_internal.attempts a
        where a.delivery_id = d.id and a.status = 'success') as successes,
       exists (select from webhooks_internal.queue q where q.delivery_id = d.id) as is_queued
     from webhooks.webhook_deliveries d`,
  )
  for (const row of rows) {
    const shown = JSON.stringify(row)
    assert.ok(['delivered', 'failed', 'cancelled'].includes(row.status), `the delivery is over: ${shown}`)
    assert.equal(row.is_queued, false, `the delivery is not queued: ${shown}`)
    assert.deepEqual(
      row.numbers,
      row.numbers.map((_, index) => index + 1),
      `the attempts are numbered without a gap: ${shown}`,
    )
    assert.equal(row.attempts, row.numbers.length, `every attempt is in the log: ${shown}`)
    assert.ok(
      row.successes <= 1 + (byHand.get(row.id) ?? 0),
      `the delivery succeeds once, plus once per manual retry: ${shown}`,
    )
    assert.equal(
      row.status === 'delivered',
      row.successes > 0,
      `a delivery is delivered exactly if an attempt succeeded: ${shown}`,
    )
  }
  const { rows: sums } = await world.query(
    `select (select count(distinct (event_id, webhook_id)) from webhooks.webhook_deliveries) as pairs,
       (select coalesce(sum(count), 0)::integer from webhooks.webhook_skips) as skipped,
       (select count(*) from webhooks_internal.outbox) + (select count(*) from webhooks_internal.queue) as left`,
  )
  const [sum] = sums as [{ pairs: number; skipped: number; left: number }]
  assert.equal(sum.left, 0)
  assert.equal(sum.pairs, rows.length, 'an event has one delivery per webhook')
  // An event that is leased twice may be counted twice, and delivered after it was counted.
  assert.ok(sum.pairs + sum.skipped >= emitted * webhooks.length, 'no event is lost')
}

const scripts = fc.tuple(
  ...actors.map(() =>
    fc.array(fc.tuple(fc.nat(11), fc.nat(60)), { minLength: 10, maxLength: 20, size: 'max' }),
  ),
)

for (const engine of ENGINES.filter((name) => name === 'postgresql')) {
  suite(`overlapping statements (${engine})`, LONG, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    test('a manual retry that waits for an outcome takes the next attempt number, even if its process crashes', async () => {
      const { world } = await begin(database)
      const [first] = world.nodes
      await world.enqueueOverdue(first)
      const sent = first.held[0]!
      const attempt = await world.attempt(sent, 'success')
      let retrying: Promise<LeasedDelivery | undefined> | undefined
      await database.transaction(async (connection) => {
        const inTransaction = { ...database, query: connection.query }
        const { leasedEvents } = first
        const messages = new Messages(assert.ifError)
        await new Recorder({
          database: inTransaction,
          log: silent,
          messages,
          leasedEvents,
          watch: createLoopWatch(systemClock),
        }).write(attempt)
        retrying = world.retryByHand(first, sent.id)
        await until('the retry to wait for the outcome', () => isStatementWaiting(database))
      })
      assert.equal((await retrying)?.attempt, 2)
      world.crash(first)
      await world.expire(sent.id)
      const claimed = await world.claim(first, 10)
      assert.equal(claimed.find(({ id }) => id === sent.id)?.attempt, 2)
    })

    test(
      'overlapping statements lose no event, complete no delivery twice and leave no gap in attempt numbers',
      LONG,
      async () => {
        const property = fc.asyncProperty(scripts, async (lists) => {
          const scene = await begin(database)
          await Promise.all(
            lists.map(async (list, actor) => {
              for (const [act, at] of list) await pick(actors[actor]!, act)!(scene, at)
            }),
          )
          await drain(scene)
          await assertSettled(scene)
        })
        // Which statements overlap differs from run to run, so shrinking a failure would prove nothing.
        await fc.assert(property, { numRuns: IS_FULL ? 40 : 15, endOnFailure: true })
      },
    )
  })
}
