import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../src/database/database.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import { IS_FULL } from './harness/full-run.ts'
import { LONG } from './harness/until.ts'
import type { Run } from './model/commands.ts'
import { drain } from './model/drain.ts'
import { Expected, isOver } from './model/expected.ts'
import { commands } from './model/random-commands.ts'
import { walks } from './model/walks.ts'
import { createWorld } from './model/world.ts'

/** Fewer on PGlite, which plans every statement again and on this thread. */
const RUNS = IS_FULL ? { pglite: 40, postgresql: 100 } : { pglite: 10, postgresql: 40 }

/** The arrows of a Mermaid state diagram, as `from --> to`. */
function readDiagram(file: string): string[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  const [diagram] = /stateDiagram-v2[^`/]*/.exec(text) ?? ['']
  return [...diagram.matchAll(/(\S+) --> (\w+)/g)].map(([, from, to]) => `${from} --> ${to}`)
}

const diagram = readDiagram('../src/domain/delivery.ts')

/** Three webhooks: two without a filter, one with. */
async function begin(database: Database): Promise<{ model: Expected; real: Run }> {
  const world = await createWorld(database)
  const model = new Expected()
  for (const kind of [undefined, undefined, 'a']) {
    const id = await world.createWebhook(kind === undefined ? undefined : { 'data.kind': kind })
    model.webhooks.set(id, { isActive: true, isDeleted: false, kind })
  }
  return { model, real: { world, recorded: [] } }
}

/** No work is left, and every transition is in the diagram. */
function assertSettled({ deliveries, outbox, transitions }: Expected): void {
  for (const { status, queued } of deliveries.values()) {
    assert.ok(isOver(status), `a delivery ended as ${status}`)
    assert.equal(queued, undefined)
  }
  assert.deepEqual(outbox, [])
  for (const transition of transitions) assert.ok(diagram.includes(transition), transition)
}

test('docs/architecture.md has the state diagram of domain/delivery.ts', () => {
  assert.ok(diagram.length > 10)
  assert.deepEqual(readDiagram('../../../docs/architecture.md'), diagram)
})

for (const engine of ENGINES) {
  suite(`delivery state machine (${engine})`, LONG, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    test('deliveries take every transition of the state diagram', async () => {
      const taken = new Set<string>()
      for (const walk of walks) {
        const { model, real } = await begin(database)
        for (const step of walk) await step.run(model, real)
        await drain(model, real)
        assertSettled(model)
        for (const transition of model.transitions) taken.add(transition)
      }
      assert.deepEqual([...taken].sort(), [...diagram].sort())
    })

    // Two nodes, crashes, lost responses and people act in any order. After each step, each event has one delivery for
    // each webhook, in the expected state, with attempts 1, 2, 3… in the log, and in the queue exactly while work is
    // left. In the end, every delivery is over.
    test(
      'no interleaving loses an event, completes a delivery twice or skips an attempt number',
      LONG,
      async () => {
        const property = fc.asyncProperty(commands, async (planned) => {
          const setup = await begin(database)
          await fc.asyncModelRun(() => Promise.resolve(setup), planned)
          await drain(setup.model, setup.real)
          assertSettled(setup.model)
        })
        await fc.assert(property, { numRuns: RUNS[engine] })
      },
    )
  })
}
