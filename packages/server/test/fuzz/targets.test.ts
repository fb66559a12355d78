import { test } from 'node:test'
import * as fc from 'fast-check'
import { TARGETS } from './targets.ts'

for (const { name, input, check } of TARGETS) {
  test(`a thousand random inputs find no defect in the target "${name}"`, async () => {
    await fc.assert(
      fc.asyncProperty(input, async (given) => await check(given)),
      { numRuns: 1_000 },
    )
  })
}
