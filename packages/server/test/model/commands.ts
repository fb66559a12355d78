import assert from 'node:assert/strict'
import type * as fc from 'fast-check'
import type { AttemptRecord } from '../../src/domain/attempt.ts'
import type { LeasedDelivery } from '../../src/domain/delivery.ts'
import type { Expected } from './expected.ts'
import { isOver } from './expected.ts'
import type { Node, Outcome, World } from './world.ts'
import { compare, readDeliveries } from './compare.ts'

export interface Run {
  world: World
  /** Results that were recorded already. */
  recorded: { node: Node; result: AttemptRecord }[]
}

export type Command = fc.AsyncCommand<Expected, Run>
type Step = (expected: Expected, run: Run) => Promise<void>

/** One of a list, by any number; undefined of an empty one. */
const pick = <T>(list: Iterable<T>, at: number): T | undefined => {
  const items = [...list]
  return items[at % items.length]
}

/** After every step the database holds what is expected, and nothing else. */
function command(
  text: string,
  step: Step,
  isPossible: (expected: Expected) => boolean = () => true,
): Command {
  return {
    check: isPossible,
    async run(expected, run) {
      expected.now += 1
      await nextMillisecond()
      await step(expected, run)
      await compare(expected, run.world)
    },
    toString: () => text,
  }
}

/** PGlite's clock counts whole milliseconds: what is done one after the other must not look as done at once. */
async function nextMillisecond(): Promise<void> {
  const start = Date.now()
  while (Date.now() === start) await new Promise((resolve) => setImmediate(resolve))
}

const hasDeliveries = ({ deliveries }: Expected): boolean => deliveries.size > 0

export const emit = (kind: string): Command =>
  command(`emit ${kind}`, async (expected, { world }) => {
    expected.emit(await world.emit({ kind }), kind)
  })

export const relay = (at: number, room: number): Command =>
  command(`node ${at} relays, with room for ${room}`, async (expected, { world }) => {
    await relayOn(expected, world, world.nodes[at]!, room)
  })

export async function relayOn(expected: Expected, world: World, node: Node, room: number): Promise<void> {
  const pairs = expected.relay(node.id)
  const direct = await world.relay(node, room)
  const rows = (await readDeliveries(world)).filter(({ id }) => !expected.deliveries.has(id))
  const key = ({ event, webhook }: { event: string; webhook: string }): string => `${event} ${webhook}`
  const sent = direct.map(({ eventId, target }) => ({ event: eventId, webhook: target.id }))
  assert.deepEqual(
    [...rows, ...sent].map(key).sort(),
    pairs.map(key).sort(),
    'each event has one delivery for each webhook',
  )
  const filtered = new Set(pairs.filter(({ isFiltered }) => isFiltered).map(key))
  for (const row of rows) {
    const queued = filtered.has(key(row)) ? undefined : { lease: null, node: null, due: true }
    expected.create(row.id, row.event, row.webhook, queued)
  }
  assert.equal(direct.length, Math.min(room, pairs.length - filtered.size))
  for (const delivery of direct) {
    assert.deepEqual([delivery.attempt, delivery.isLast], [1, false])
    expected.hold(delivery, node)
  }
  expected.leaveOutbox()
}

function takeLease(expected: Expected, leased: LeasedDelivery, node: Node | null): void {
  const { log, status, event } = expected.deliveries.get(leased.id)!
  assert.equal(leased.attempt, log.length + 1, 'the next attempt has the next number')
  assert.equal(leased.isLast, isOver(status))
  assert.equal(leased.eventId, event)
  expected.lease(leased, node)
}

export const claim = (at: number, limit: number): Command =>
  command(`node ${at} claims ${limit}`, async (expected, { world }) => {
    const claimable = [...expected.deliveries.values()].filter((delivery) => expected.isClaimable(delivery))
    const claimed = await world.claim(world.nodes[at]!, limit)
    assert.equal(claimed.length > 0, claimable.length > 0)
    assert.ok(claimed.length <= limit)
    assert.equal(new Set(claimed.map(({ id }) => id)).size, claimed.length)
    for (const delivery of claimed) {
      assert.ok(expected.isClaimable(expected.deliveries.get(delivery.id)!), 'only what is due is claimed')
      takeLease(expected, delivery, world.nodes[at]!)
    }
  })

export interface Ending {
  at: number
  outcome: Outcome
}

/** Some of what the node holds, also under leases that it has lost meanwhile, several of one delivery among them. */
export const complete = (at: number, endings: readonly Ending[]): Command =>
  command(
    `node ${at} completes ${endings.map((one) => `${one.at}: ${one.outcome}`).join(', ')}`,
    async (expected, run) => {
      const node = run.world.nodes[at]!
      const results = await Promise.all(
        endings.flatMap((ending) => {
          const sent = pick(node.held, ending.at)
          if (sent === undefined) return []
          node.held.splice(node.held.indexOf(sent), 1)
          return [attempt(run.world, sent, ending.outcome)]
        }),
      )
      await run.world.record(
        node,
        results.map(({ result }) => result),
      )
      expected.record(results)
      run.recorded.push(...results.map(({ result }) => ({ node, result })))
    },
  )

async function attempt(world: World, sent: LeasedDelivery, outcome: Outcome) {
  return { sent, outcome, result: await world.attempt(sent, outcome) }
}

/** The acknowledgement of the commit was lost. */
export const recordAgain = (at: number): Command =>
  command(`result ${at} is written again`, async (_expected, { recorded, world }) => {
    const again = pick(recorded, at)
    if (again !== undefined) await world.record(again.node, [again.result])
  })

/** Without sending it. */
type HandOver = (given: LeasedDelivery, node: Node, world: World, expected: Expected) => Promise<void>

const handOver = (what: string, at: number, index: number, how: HandOver): Command =>
  command(`node ${at} ${what} ${index}`, async (expected, { world }) => {
    const node = world.nodes[at]!
    const given = pick(node.held, index)
    // Of what is over, a transform that returns nothing is reported as a failure.
    if (given === undefined || (given.isLast && what === 'filters')) return
    node.held.splice(node.held.indexOf(given), 1)
    await how(given, node, world, expected)
  })

export const release = (at: number, index: number): Command =>
  handOver('gives back', at, index, async (given, node, world, expected) => {
    await world.release(node, [given])
    expected.release(given)
  })

/** By its webhook's transform. */
export const filter = (at: number, index: number): Command =>
  handOver('filters', at, index, async (given, node, world, expected) => {
    await world.filter(node, given)
    expected.filter(given)
  })

export const crash = (at: number): Command =>
  command(`node ${at} crashes`, async (expected, { world }) => {
    expected.crash(world.nodes[at]!.id)
    world.crash(world.nodes[at]!)
  })

/** What is under way for long is written as pending. */
export const enqueueOverdue = (at: number): Command =>
  command(`node ${at} queues what is overdue`, async (expected, { world }) => {
    await world.enqueueOverdue(world.nodes[at]!)
    expected.enqueueOverdue(world.nodes[at]!)
  })

/** Of one that has crashed, or that is merely not heard of and goes on with what it holds. */
export const takeOver = (at: number, index: number): Command =>
  command(`node ${at} takes over from ${index}`, async (expected, { world }) => {
    const judge = world.nodes[at]!
    const silent = pick([world.nodes[1 - at]!, ...world.dead], index)!
    await world.takeOver(judge, silent)
    expected.takeOver(silent)
  })

export const expire = (index: number): Command =>
  command(
    `the time of delivery ${index} comes`,
    async (expected, { world }) => {
      const { id, queued } = pick(expected.deliveries.values(), index)!
      await world.expire(id)
      if (queued !== undefined) queued.due = true
    },
    hasDeliveries,
  )

export const expireAll = command('all times come', async (expected, { world }) => {
  for (const { id, queued } of expected.deliveries.values()) {
    await world.expire(id)
    if (queued !== undefined) queued.due = true
  }
})

export const retryByHand = (at: number, index: number): Command =>
  command(
    `node ${at} retries delivery ${index} by hand`,
    async (expected, { world }) => {
      const delivery = pick(expected.deliveries.values(), index)!
      const isPossible = expected.isRetriableByHand(delivery)
      const leased = await world.retryByHand(world.nodes[at]!, delivery.id)
      assert.equal(leased !== undefined, isPossible)
      if (leased !== undefined) takeLease(expected, leased, null)
    },
    hasDeliveries,
  )

export const askForRedelivery = (index: number): Command =>
  command(`a bulk retry of webhook ${index} is asked for`, async (expected, { world }) => {
    const webhook = pick(expected.webhooks.keys(), index)!
    if (expected.webhooks.get(webhook)!.isDeleted) return
    await world.askForRedelivery(webhook)
    expected.redeliveries.push({ webhook, askedAt: expected.now })
  })

export const redeliver = command('bulk retries are worked off', async (expected, { world }) => {
  await world.redeliver()
  expected.redeliver()
})

export const sweep = command('what stopped webhooks left is cancelled', async (expected, { world }) => {
  await world.sweep()
  expected.sweep()
})

export const switchWebhook = (index: number, on: boolean): Command =>
  command(`webhook ${index} is switched ${on ? 'on' : 'off'}`, async (expected, { world }) => {
    const webhook = pick(expected.webhooks.keys(), index)!
    await world.switchWebhook(webhook, on)
    expected.switchWebhook(webhook, on)
  })

export const deleteWebhook = (index: number): Command =>
  command(
    `webhook ${index} is deleted`,
    async (expected, { world }) => {
      const webhook = pick(expected.webhooks.keys(), index)!
      await world.deleteWebhook(webhook)
      expected.deleteWebhook(webhook)
    },
    // One of them, or little would happen afterwards.
    ({ webhooks }) => ![...webhooks.values()].some(({ isDeleted }) => isDeleted),
  )
