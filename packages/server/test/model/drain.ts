import type { Run, Ending } from './commands.ts'
import { claim, complete, crash, expireAll, redeliver, relayOn, sweep, takeOver } from './commands.ts'
import type { Expected } from './expected.ts'

/** Ends a run: all nodes crash, all times come, and from there on all deliveries succeed. Nothing may be left. */
export async function drain(expected: Expected, run: Run): Promise<void> {
  const { world } = run
  for (const at of [0, 1]) await crash(at).run(expected, run)
  for (const [place] of world.dead.entries()) await takeOver(0, place + 1).run(expected, run)
  await relayOn(expected, world, world.nodes[0], 0)
  await expireAll.run(expected, run)
  await sweep.run(expected, run)
  await redeliver.run(expected, run)
  while ([...expected.deliveries.values()].some((delivery) => expected.isClaimable(delivery))) {
    await claim(0, 100).run(expected, run)
    const held = world.nodes[0].held.map((): Ending => ({ at: 0, outcome: 'success' }))
    await complete(0, held).run(expected, run)
  }
}
