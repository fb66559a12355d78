import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { ENGINES } from '../../../test/harness/databases.ts'
import { HOOK_A, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

/** Any text that PostgreSQL can store, syntax of every layer on the way to it more often than not. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...`,.:()"'\\{}[]%_*&=+#;-> $1ab`.split('')) }),
    fc.constantFrom('null', 'not.eq.a', 'in.(a)', ')', '"', '\\', '")', '$1', "'; drop table x; --", ''),
  )
  .filter((value) => !value.includes('\0'))

const quote = (value: string): string => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`

for (const engine of ENGINES) {
  describe(`values on ${engine}`, () => {
    let fixture: Fixture

    before(async () => {
      fixture = await openFixture(engine)
      await fixture.reset()
    })
    after(async () => await fixture.close())

    /** Stores each value and expects the filter that is written with it to find it, and only it. */
    async function expectFound(toSearch: (value: string) => [string, string]): Promise<void> {
      const property = fc.asyncProperty(text, async (value) => {
        const stored = await fixture.ask('PATCH', `webhook_configurations?id=eq.${HOOK_A}`, {
          body: { description: value },
        })
        assert.equal(stored.status, 204, stored.body)
        const search = new URLSearchParams([['select', 'description'], toSearch(value)])
        const found = await fixture.ask('GET', `webhook_configurations?${search.toString()}`)
        assert.deepEqual([found.status, found.json], [200, [{ description: value }]])
      })
      await fc.assert(property, { numRuns: 100 })
    }

    it('takes any text after eq as it is', async () => {
      await expectFound((value) => ['description', `eq.${value}`])
    })

    it('takes any quoted text in a list as it is', async () => {
      await expectFound((value) => ['description', `in.(x,${quote(value)},"y")`])
    })

    it('takes any quoted text in a tree as it is', async () => {
      await expectFound((value) => ['or', `(description.eq.${quote(value)},and(name.eq.x,name.eq.y))`])
    })

    it('takes any text after like as a pattern and nothing more', async () => {
      await expectFound((value) => ['description', `like.${value.replaceAll(/[\\%_]/g, String.raw`\$&`)}`])
    })

    it('takes any text in an array as it is', async () => {
      await expectFound((value) => ['description', `eq(any).{"",x,${quote(value)}}`.replace('"",', '')])
    })
  })
}
