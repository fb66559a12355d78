import * as fc from 'fast-check'
import { parseArgs } from 'node:util'
import { TARGETS } from './targets.ts'

/** `npm run fuzz`: feeds random inputs to all code that reads untrusted input, for a while; exits 1 on the first defect. */
const USAGE = `Usage: npm run fuzz -- [--seconds 30] [--only <part of a target's name>] [--seed <number>]

Targets: ${TARGETS.map(({ name }) => name).join(', ')}
`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const chosen = TARGETS.filter(({ name }) => name.includes(values.only))
if (values.help || chosen.length === 0 || !(Number(values.seconds) > 0)) {
  process.stdout.write(USAGE)
  process.exit(values.help ? 0 : 2)
}

for (const { name, input, check } of chosen) {
  const seed = values.seed === undefined ? Date.now() : Number(values.seed)
  let runs = 0
  const property = fc.asyncProperty(input, async (given) => {
    runs += 1
    await check(given)
  })
  const details = await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: Number(values.seconds) * 1_000,
  })
  if (details.failed && !details.interrupted) {
    process.stdout.write(`${name}: a defect, seed ${seed}\n${await fc.asyncDefaultReportMessage(details)}\n`)
    process.exit(1)
  }
  process.stdout.write(`${name}: ${runs.toLocaleString('en')} inputs, no defect (seed ${seed})\n`)
}
