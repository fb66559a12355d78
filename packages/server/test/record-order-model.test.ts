import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../src/database/database.ts'
import type { LeasedDelivery } from '../src/domain/delivery.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import { IS_FULL } from './harness/full-run.ts'
import { LONG } from './harness/until.ts'
import type { Outcome, World } from './model/world.ts'
import { createWorld } from './model/world.ts'

const RUNS = IS_FULL ? { pglite: 40, postgresql: 150 } : { pglite: 8, postgresql: 40 }
const RECORDS = ['a', 'b']

interface Row {
  id: string
  event_id: string
  webhook_id: string
  record_id: string
  status: string
  reason: string | null
  is_queued: boolean
  is_leased: boolean
}

/** Two nodes work, crash and take over from each other, in any order; two webhooks have an order, one of them merges updates. */
class Run {
  readonly world: World
  /** The emitted events of each record, in their order. */
  readonly emitted = new Map<string, string[]>(RECORDS.map((record) => [record, []]))
  /** Deliveries that were retried by hand after their end. */
  readonly retried = new Set<string>()
  #values = 0

  constructor(world: World) {
    this.world = world
  }

  async emit(record: string): Promise<void> {
    this.#values += 1
    const { rows } = await this.world.query<{ id: string }>(
      `insert into webhooks.webhook_events (organization_id, event, data, previous)
       values ($1, 'deal.updated', $2, $3) returning id`,
      [
        this.world.organization,
        JSON.stringify({ id: record, value: this.#values }),
        JSON.stringify({ [`changed_${this.#values}`]: true }),
      ],
    )
    this.emitted.get(record)!.push(rows[0]!.id)
  }

  async rows(): Promise<Row[]> {
    const { rows } = await this.world.query<Row>(
      `select d.id, d.event_id, d.webhook_id, d.record_id, d.status, d.reason, q.delivery_id is not null as is_queued,
         coalesce(q.lease is not null and q.due_at > now(), false) as is_leased
       from webhooks.webhook_deliveries d left join webhooks_internal.queue q on q.delivery_id = d.id`,
    )
    return rows
  }

  /** What was just leased may be sent: everything before it about its record has ended. */
  async assertFirst(leased: readonly LeasedDelivery[]): Promise<void> {
    const rows = await this.rows()
    for (const { id } of leased) {
      const own = rows.find((row) => row.id === id)!
      const order = this.emitted.get(own.record_id)!
      for (const other of rows) {
        if (other.id === id || other.webhook_id !== own.webhook_id || other.record_id !== own.record_id)
          continue
        assert.equal(other.is_leased, false, 'no other about the record is being sent')
        const isEarlier = order.indexOf(other.event_id) < order.indexOf(own.event_id)
        // One that had ended and was retried by hand stands behind what waited then.
        if (isEarlier && !this.retried.has(other.id))
          assert.equal(other.is_queued, false, `an earlier one is still ${other.status}`)
      }
    }
  }
}

interface Step {
  text: string
  run(run: Run): Promise<void>
}
const step = (text: string, run: (run: Run) => Promise<void>): Step => ({ text, run })

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % items.length]

async function complete(run: Run, at: number, index: number, outcome: Outcome): Promise<void> {
  const node = run.world.nodes[at]!
  const sent = pick(node.held, index)
  if (sent === undefined) return
  node.held.splice(node.held.indexOf(sent), 1)
  await run.world.record(node, [await run.world.attempt(sent, outcome)])
}

const node = fc.nat(1)
const index = fc.nat(20)
const record = fc.constantFrom(...RECORDS)
const outcome = fc.constantFrom<Outcome>('success', 'success', 'failure', 'failure', 'busy')

const emit = record.map((of) => step(`emit ${of}`, (run) => run.emit(of)))
const relay = node.map((at) =>
  step(`node ${at} relays`, async ({ world }) => void (await world.relay(world.nodes[at]!, 5))),
)
const claim = fc.tuple(node, fc.integer({ min: 1, max: 5 })).map(([at, limit]) =>
  step(`node ${at} claims ${limit}`, async (run) => {
    await run.assertFirst(await run.world.claim(run.world.nodes[at]!, limit))
  }),
)
const end = fc
  .tuple(node, index, outcome)
  .map(([at, of, what]) => step(`node ${at} ends ${of}: ${what}`, (run) => complete(run, at, of, what)))
const expire = index.map((of) =>
  step(`the time of ${of} comes`, async (run) => {
    // Also of one that waits for another: it may be due if that one was just being claimed when it was queued.
    const row = pick(
      (await run.rows()).filter((one) => one.is_queued),
      of,
    )
    if (row !== undefined) await run.world.expire(row.id)
  }),
)
const retryByHand = fc.tuple(node, index).map(([at, of]) =>
  step(`node ${at} retries ${of} by hand`, async (run) => {
    const row = pick(await run.rows(), of)
    if (row === undefined) return
    const leased = await run.world.retryByHand(run.world.nodes[at]!, row.id)
    if (leased === undefined) return
    if (!row.is_queued) run.retried.add(row.id)
    await run.assertFirst([leased])
  }),
)
const redeliver = step('what has failed is retried', async (run) => {
  const waiting = new Set((await run.rows()).filter((row) => row.is_queued).map(({ id }) => id))
  const { rows } = await run.world.query<{ id: string }>(`select id from webhooks.webhook_configurations`)
  for (const { id } of rows) await run.world.askForRedelivery(id)
  await run.world.redeliver()
  for (const row of await run.rows()) if (row.is_queued && !waiting.has(row.id)) run.retried.add(row.id)
})
const crash = node.map((at) => step(`node ${at} crashes`, async ({ world }) => world.crash(world.nodes[at]!)))
const takeOver = fc.tuple(node, index).map(([at, of]) =>
  step(`node ${at} takes over from ${of}`, async ({ world }) => {
    const judge = world.nodes[at]!
    await world.takeOver(judge, pick([world.nodes[1 - at]!, ...world.dead], of)!)
  }),
)
const release = fc.tuple(node, index).map(([at, of]) =>
  step(`node ${at} gives back ${of}`, async ({ world }) => {
    const given = pick(world.nodes[at]!.held, of)
    if (given === undefined) return
    world.nodes[at]!.held.splice(world.nodes[at]!.held.indexOf(given), 1)
    await world.release(world.nodes[at]!, [given])
  }),
)
const switched = fc.tuple(index, fc.boolean()).map(([of, isOn]) =>
  step(`webhook ${of} is switched ${isOn ? 'on' : 'off'}`, async ({ world }) => {
    const { rows } = await world.query<{ id: string }>(
      'select id from webhooks.webhook_configurations order by id',
    )
    await world.switchWebhook(pick(rows, of)!.id, isOn)
    await world.sweep()
  }),
)
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: emit },
    { weight: 3, arbitrary: relay },
    { weight: 4, arbitrary: claim },
    { weight: 5, arbitrary: end },
    { weight: 4, arbitrary: expire },
    { weight: 1, arbitrary: retryByHand },
    { weight: 1, arbitrary: fc.constant(redeliver) },
    { weight: 1, arbitrary: crash },
    { weight: 1, arbitrary: takeOver },
    { weight: 1, arbitrary: release },
    { weight: 1, arbitrary: switched },
  ),
  { minLength: 20, maxLength: 70, size: 'max' },
)

/** All nodes crash, all webhooks are on, and from there on all deliveries succeed: nothing may be left that waits. */
async function drain(run: Run): Promise<void> {
  const { world } = run
  for (const one of world.nodes) world.crash(one)
  for (const dead of world.dead) await world.takeOver(world.nodes[0], dead)
  await world.query('update webhooks.webhook_configurations set is_active = true')
  await world.sweep()
  await world.relay(world.nodes[0], 0)
  for (;;) {
    await world.query(
      `update webhooks_internal.queue set due_at = now() - interval '1 second' where due_at < webhooks_internal.after_another()`,
    )
    const claimed = await world.claim(world.nodes[0], 100)
    if (claimed.length === 0) break
    await run.assertFirst(claimed)
    while (world.nodes[0].held.length > 0) await complete(run, 0, 0, 'success')
  }
  const left = (await run.rows()).filter((row) => row.is_queued)
  assert.deepEqual(left, [], 'nothing waits forever')
}

/** Every change that an update told is told by the delivery that replaced it. */
async function assertNothingUnseen(run: Run): Promise<void> {
  const { rows } = await run.world.query<{
    event_id: string
    webhook_id: string
    status: string
    told: string[]
  }>(
    `select d.event_id, d.webhook_id, d.status,
       array(select json_object_keys(coalesce(d.previous, e.previous))) as told
     from webhooks.webhook_deliveries d join webhooks.webhook_events e on e.id = d.event_id
     where d.reason is distinct from 'webhook disabled'`,
  )
  const { rows: replaced } = await run.world.query<{ webhook_id: string; told: string[] }>(
    `select d.webhook_id, array(select json_object_keys(coalesce(d.previous, e.previous))) as told
     from webhooks.webhook_deliveries d join webhooks.webhook_events e on e.id = d.event_id
     where d.reason = 'superseded'`,
  )
  for (const { webhook_id, told } of replaced)
    for (const field of told)
      assert.ok(
        rows.some(
          (row) => row.webhook_id === webhook_id && row.status !== 'cancelled' && row.told.includes(field),
        ) || (await isCancelledElsewhere(run, webhook_id, field)),
        `${field} is told by nobody`,
      )
}

/** The update that took the values over may itself be cancelled, because its webhook was switched off. */
async function isCancelledElsewhere(run: Run, webhook: string, field: string): Promise<boolean> {
  const { rows } = await run.world.query(
    `select 1 from webhooks.webhook_deliveries d join webhooks.webhook_events e on e.id = d.event_id
     where d.webhook_id = $1 and d.reason = 'webhook disabled'
       and $2 in (select json_object_keys(coalesce(d.previous, e.previous)))`,
    [webhook, field],
  )
  return rows.length > 0
}

for (const engine of ENGINES) {
  suite(`order per record, in any interleaving (${engine})`, LONG, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    test(
      'a delivery is sent only when everything before it about its record has ended, and none waits forever',
      LONG,
      async () => {
        await fc.assert(
          fc.asyncProperty(steps, async (planned) => {
            const run = new Run(await createWorld(database))
            await run.world.createWebhook(undefined, { coalesce: false })
            await run.world.createWebhook(undefined, { coalesce: true })
            const taken: string[] = []
            try {
              for (const one of planned) {
                taken.push(one.text)
                await one.run(run)
              }
              await drain(run)
              await assertNothingUnseen(run)
            } catch (error) {
              throw new Error(taken.join('\n'), { cause: error })
            }
          }),
          { numRuns: RUNS[engine] },
        )
      },
    )
  })
}
