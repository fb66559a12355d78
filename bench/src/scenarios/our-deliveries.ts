import type { Bench } from '../bench.ts'
import { listBuilds } from '../builds/build.ts'
import type { DeliveryLoad, DeliveryRun } from '../delivery-run.ts'
import { measureDeliveries } from '../delivery-run.ts'
import { DELIVERY_NOTE, describeRun, toDeliveryTable } from '../delivery-table.ts'
import type { OurContestantOptions } from '../our-contestant.ts'
import { startOurs } from '../our-contestant.ts'
import type { Section } from '../section.ts'
import type { Entry } from '../turns.ts'
import { fullName, takeTurns } from '../turns.ts'

interface OurCase
  extends Omit<DeliveryLoad, 'start'>, Pick<OurContestantOptions, 'publication' | 'settings'> {
  name: string
}

/** Measures cases of ours on PostgreSQL, beside the version to compare with. */
export async function measureCases(
  bench: Bench,
  cases: readonly OurCase[],
  note: string,
): Promise<Pick<Section, 'notes' | 'columns' | 'rows'>> {
  const { options, against, say } = bench
  const entries = cases.flatMap((each) =>
    listBuilds(against).map((build): Entry<DeliveryRun> => ({
      name: each.name,
      build,
      measure: () =>
        measureDeliveries(bench, { ...each, start: startOurs({ ...each, engine: 'postgresql', build }) }),
    })),
  )
  const all = await takeTurns(entries, options.rounds, (entry, run) =>
    say(`${fullName(entry, against)}: ${describeRun(run)}`),
  )
  return {
    notes: [`${note} Median of ${options.rounds}. ${DELIVERY_NOTE}`],
    ...toDeliveryTable(all, against),
  }
}
