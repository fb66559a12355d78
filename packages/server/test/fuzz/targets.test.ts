import { test } from 'node:test'
import * as fc from 'fast-check'
import { TARGETS } from './targets.ts'

for (const { name, input, check } of TARGETS) {
  test(`the ${name} stands a thousand inputs`, async () => {
    await fc.assert(
      fc.asyncProperty(input, async (given) => await check(given)),
      { numRuns: 1_000 },
    )
  })
}
