import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../src/database/database.ts'
import { EVERY_ENGINE, openMigrated } from './harness/databases.ts'
import { IS_FULL } from './harness/full-run.ts'
import { LONG } from './harness/until.ts'
import type { Run } from './model/commands.ts'
import { commands, drain } from './model/commands.ts'
import { Expected, isOver } from './model/expected.ts'
import { walks } from './model/walks.ts'
import { createWorld } from './model/world.ts'

/** Fewer where every statement is planned anew on this very thread. */
const RUNS = IS_FULL ? { pglite: 40, postgresql: 100 } : { pglite: 10, postgresql: 40 }

/** The arrows of a Mermaid state diagram, as `from --> to`. */
function readDiagram(file: string): string[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  const [diagram] = /stateDiagram-v2[^`/]*/.exec(text) ?? ['']
  return [...diagram.matchAll(/(\S+) --> (\w+)/g)].map(([, from, to]) => `${from} --> ${to}`)
}

const diagram = readDiagram('../src/domain/delivery.ts')

/** Three webhooks: two that take everything, one with a filter. */
async function begin(database: Database): Promise<{ model: Expected; real: Run }> {
  const world = await createWorld(database)
  const model = new Expected()
  for (const kind of [undefined, undefined, 'a']) {
    const id = await world.createWebhook(kind === undefined ? undefined : { 'data.kind': kind })
    model.webhooks.set(id, { isActive: true, isDeleted: false, kind })
  }
  return { model, real: { world, recorded: [] } }
}

/** Nothing is left to do, and nothing has happened that the diagram does not show. */
function assertSettled({ deliveries, outbox, transitions }: Expected): void {
  for (const { status, queued } of deliveries.values()) {
    assert.ok(isOver(status), `a delivery ended as ${status}`)
    assert.equal(queued, undefined)
  }
  assert.deepEqual(outbox, [])
  for (const transition of transitions) assert.ok(diagram.includes(transition), transition)
}

test('the diagram of the states is the same in the code and in the documentation', () => {
  assert.ok(diagram.length > 10)
  assert.deepEqual(readDiagram('../../../docs/architecture.md'), diagram)
})

for (const engine of EVERY_ENGINE) {
  suite(`the state machine of a delivery (${engine})`, LONG, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    test('goes along every arrow of its diagram', async () => {
      const gone = new Set<string>()
      for (const walk of walks) {
        const { model, real } = await begin(database)
        for (const step of walk) await step.run(model, real)
        await drain(model, real)
        assertSettled(model)
        for (const transition of model.transitions) gone.add(transition)
      }
      assert.deepEqual([...gone].sort(), [...diagram].sort())
    })

    // Whatever two nodes, their crashes, lost answers and people do in whatever order: after each step each event has
    // one delivery for each webhook, in the state that it should be in, with attempts 1, 2, 3… in the log, in the queue
    // exactly while there is something to do; and in the end every delivery is over.
    test(
      'loses nothing, completes nothing twice and counts on without a gap in any interleaving',
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
