import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { ENGINES } from '../../test/harness/databases.ts'
import { HOOK_A, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

/** Any text that PostgreSQL can store; most contain syntax of a layer on the way to the database. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...`,.:()"'\\{}[]%_*&=+#;-> $1ab`.split('')) }),
    fc.constantFrom('null', 'not.eq.a', 'in.(a)', ')', '"', '\\', '")', '$1', "'; drop table x; --", ''),
  )
  .filter((value) => !value.includes('\0'))

const quote = (value: string): string => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`

for (const engine of ENGINES) {
  describe(`values in filters (${engine})`, () => {
    let fixture: Fixture

    before(async () => {
      fixture = await openFixture(engine)
      await fixture.reset()
    })
    after(async () => await fixture.close())

    /** Stores each value and expects the filter for it to find exactly that row. */
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

    it('any text after eq is matched literally', async () => {
      await expectFound((value) => ['description', `eq.${value}`])
    })

    it('any quoted text in a list is matched literally', async () => {
      await expectFound((value) => ['description', `in.(x,${quote(value)},"y")`])
    })

    it('any quoted text in a tree of conditions is matched literally', async () => {
      await expectFound((value) => ['or', `(description.eq.${quote(value)},and(name.eq.x,name.eq.y))`])
    })

    it('any text after like is only a pattern, and matches literally when escaped', async () => {
      await expectFound((value) => ['description', `like.${value.replaceAll(/[\\%_]/g, String.raw`\$&`)}`])
    })

    const hook = 'webhook_configurations'

    /**
     * The same for a filter on an embedded resource: one of the five logs, all of which belong to the stored webhook.
     */
    async function expectEmbedded(toSearch: (value: string) => [string, string]): Promise<void> {
      const property = fc.asyncProperty(text, async (value) => {
        const body = { description: value }
        assert.equal((await fixture.ask('PATCH', `${hook}?id=eq.${HOOK_A}`, { body })).status, 204)
        const select = `attempt,hook:${hook}!inner(description)`
        const search = new URLSearchParams([['select', select], ['attempt', 'eq.1'], toSearch(value)])
        const found = await fixture.ask('GET', `webhook_logs?${search.toString()}`)
        assert.deepEqual([found.status, found.json], [200, [{ attempt: 1, hook: body }]])
      })
      await fc.assert(property, { numRuns: 60 })
    }

    it('any text in a filter on an embedded resource is matched literally', async () => {
      await expectEmbedded((value) => ['hook.description', `eq.${value}`])
      await expectEmbedded((value) => ['hook.description', `in.(x,${quote(value)})`])
      await expectEmbedded((value) => [
        'hook.or',
        `(description.eq.${quote(value)},and(name.eq.x,name.eq.y))`,
      ])
      await expectEmbedded((value) => [
        'hook.description',
        `like.${value.replaceAll(/[\\%_]/g, String.raw`\$&`)}`,
      ])
    })

    it('a negated filter excludes only the exact text', async () => {
      const property = fc.asyncProperty(text, text, async (stored, other) => {
        await fixture.ask('PATCH', `${hook}?id=eq.${HOOK_A}`, { body: { description: stored } })
        const search = new URLSearchParams([
          ['id', `eq.${HOOK_A}`],
          ['not.or', `(description.neq.${quote(stored)},description.in.("${'x'.repeat(50)}"))`],
          ['description', `not.eq.${other}`],
        ])
        const { json } = await fixture.ask('GET', `${hook}?${search.toString()}`)
        assert.equal((json as unknown[]).length, stored === other ? 0 : 1)
      })
      await fc.assert(property, { numRuns: 60 })
    })

    it('any quoted text can be a key in JSON and an alias in the response', async () => {
      // PostgreSQL truncates names after 63 bytes, and names cannot contain control characters.
      const name = text.filter(
        (value) => !/[\p{Cc}\p{Cs}]/u.test(value) && Buffer.byteLength(value) < 64 && value !== '',
      )
      const property = fc.asyncProperty(name, async (key) => {
        const body = { headers: JSON.parse(`{${JSON.stringify(key)}: "v"}`) as object }
        assert.equal((await fixture.ask('PATCH', `${hook}?id=eq.${HOOK_A}`, { body })).status, 204)
        const search = new URLSearchParams([
          ['select', `${quote(key)}:headers->>${quote(key)}`],
          [`headers->>${quote(key)}`, 'eq.v'],
        ])
        const { status, json, body: answer } = await fixture.ask('GET', `${hook}?${search.toString()}`)
        assert.equal(status, 200, answer)
        assert.deepEqual(Object.entries((json as object[])[0]!), [[key, 'v']])
      })
      await fc.assert(property, { numRuns: 60 })
    })

    it('any text in an array is matched literally', async () => {
      await expectFound((value) => ['description', `eq(any).{"",x,${quote(value)}}`.replace('"",', '')])
    })
  })
}
