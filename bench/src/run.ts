import { writeFileSync } from 'node:fs'
import { createBench } from './bench.ts'
import type { Bench } from './bench.ts'
import { describeMachine } from './machine/describe.ts'
import type { Options, Part } from './options.ts'
import { openBenchPostgres } from './postgres.ts'
import { measureThroughput } from './scenarios/throughput.ts'
import type { Section } from './section.ts'
import { toGoalTable, toMarkdown } from './section.ts'

const SCENARIOS: Partial<Record<Part, (bench: Bench) => Promise<Section>>> = {
  throughput: measureThroughput,
}

/** Runs the parts that were asked for and prints what they found. */
export async function runBench(options: Options): Promise<void> {
  const postgres = await openBenchPostgres(options.postgresUrl)
  try {
    const machine = describeMachine(postgres.version)
    const bench = createBench(options, postgres)
    const sections: Section[] = []
    for (const part of options.parts) {
      const measure = SCENARIOS[part]
      if (measure === undefined) continue
      bench.say(`\n${part}`)
      sections.push(await measure(bench))
    }
    const report = toReport(machine, sections)
    process.stdout.write(`\n${report}`)
    if (options.out !== undefined) writeFileSync(options.out, report)
  } finally {
    await postgres.stop()
  }
}

function toReport(machine: readonly string[], sections: readonly Section[]): string {
  const goals = sections.flatMap((section) => section.goals)
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; [bench/README.md](../bench/README.md) says what is measured and how.',
    '',
    ...machine.map((line) => `- ${line}`),
    '',
    '## Goals',
    '',
    toGoalTable(goals),
    '',
    ...sections.flatMap((section) => [toMarkdown(section), '']),
  ].join('\n')
}
