import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import {
  HOOK_A,
  HOOK_B,
  HOOK_THEIRS,
  OURS,
  THEIRS,
  expectError,
  openFixture,
  operator,
} from './rest-fixture.ts'
import type { Ask, Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const L = 'webhook_logs'
const D = 'webhook_deliveries'
const E = 'webhook_events'
const DELIVERY = '0190d000-0000-7000-8000-000000000001'
const EVENT = '0190e000-0000-7000-8000-000000000001'

const numbered = (...attempts: number[]): { attempt: number }[] => attempts.map((attempt) => ({ attempt }))

/**
 * The event and the delivery of webhook a's five logs, and for each organization a log that refers to the other's
 * webhook.
 */
const MORE = `
  insert into webhooks.webhook_events (id, organization_id, event, data)
  values ('${EVENT}', '${OURS}', 'deal.created', '{"id": 1}');
  insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, attempts)
  values ('${DELIVERY}', '${OURS}', '${HOOK_A}', '${EVENT}', 'deal.created', 5);
  insert into webhooks_internal.attempts
    (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, trigger, duration_ms,
     request_headers, created_at)
  select gen_random_uuid(), organization::uuid, webhook::uuid, '${DELIVERY}', '${EVENT}', 'deal.created', 'https://x.example/',
    'failed', 77, 'event', 1, '{}', now()
  from (values ('${OURS}', '${HOOK_THEIRS}'), ('${THEIRS}', '${HOOK_A}')) as crossed (organization, webhook);
`

for (const engine of ENGINES) {
  describe(`embedding (${engine})`, () => {
    let fixture: Fixture
    const ask: Fixture['ask'] = async (...parameters) => await fixture.ask(...parameters)
    const rows = async (path: string, more: Ask = {}): Promise<unknown> => {
      const { status, json, body } = await ask('GET', path, more)
      assert.equal(status, 200, body)
      return json
    }

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => {
      await fixture.reset()
      await fixture.database.execute(`truncate webhooks.webhook_deliveries; ${MORE}`)
    })
    after(async () => await fixture.close())

    it('a view embeds related rows, and related tables embed the rows of the view', async () => {
      assert.deepEqual(await rows(`${L}?select=attempt,${E}(event),${D}(attempts)&attempt=eq.5`), [
        { attempt: 5, [E]: { event: 'deal.created' }, [D]: { attempts: 5 } },
      ])
      const [delivery] = (await rows(`${D}?select=${L}(attempt),${W}(name),${E}(data)`)) as [
        Record<string, unknown>,
      ]
      assert.deepEqual([delivery[W], delivery[E]], [{ name: 'a' }, { data: { id: 1 } }])
      assert.equal((delivery[L] as unknown[]).length, 6)
    })

    it("an organization sees none of another organization's rows in embedded resources", async () => {
      const path = `${W}?select=name,${L}(attempt)&${L}.attempt=eq.77`
      assert.deepEqual(await rows(`${path}&id=eq.${HOOK_A}`), [{ name: 'a', [L]: [] }])
      assert.deepEqual(await rows(`${L}?select=attempt,${W}(name)&attempt=eq.77`), [
        { attempt: 77, [W]: null },
      ])
      assert.deepEqual(await rows(`${L}?select=attempt,${W}!inner(name)&attempt=eq.77`), [])
      assert.deepEqual(await rows(`${L}?select=attempt,...${W}(name)&attempt=eq.77`), [
        { attempt: 77, name: null },
      ])
      assert.deepEqual(await rows(`${W}?select=${L}(count)&id=eq.${HOOK_A}`), [{ [L]: [{ count: 5 }] }])
      const seen = await rows(`${path}&id=eq.${HOOK_A}`, { principal: operator })
      assert.deepEqual(seen, [{ name: 'a', [L]: numbered(77) }])
    })

    it('a resource can be embedded by the name of a foreign key or of its column', async () => {
      assert.deepEqual(await rows(`${D}?select=webhook_id(name),hook:${D}_webhook_id_fkey(name)`), [
        { webhook_id: { name: 'a' }, hook: { name: 'a' } },
      ])
      for (const hint of ['webhook_id', `${D}_webhook_id_fkey`]) {
        assert.deepEqual(await rows(`${D}?select=${W}!${hint}(name)`), [{ [W]: { name: 'a' } }])
        assert.deepEqual(await rows(`${W}?select=${D}!${hint}(attempts)&name=eq.a`), [
          { [D]: [{ attempts: 5 }] },
        ])
      }
    })

    it('filters, orders and limits on an embedded resource apply only to its rows', async () => {
      const path = `${W}?select=name,${L}(attempt)&order=name&limit=2&${L}.order=attempt.desc`
      const embeddedIn = async (search: string): Promise<unknown> =>
        ((await rows(`${path}&${search}`)) as Record<string, unknown>[]).map((row) => row[L])
      assert.deepEqual(await embeddedIn(`${L}.attempt=gt.3`), [numbered(5, 4), []])
      assert.deepEqual(await embeddedIn(`${L}.limit=2&${L}.offset=1`), [numbered(4, 3), []])
      assert.deepEqual(await embeddedIn(`${L}.limit=0`), [[], []])
      assert.deepEqual(await embeddedIn(`${L}.or=(attempt.eq.1,and(attempt.gt.1,attempt.lt.3))`), [
        numbered(2, 1),
        [],
      ])
      assert.deepEqual(await embeddedIn(`${L}.not.or=(attempt.gt.2,status.eq.success)`), [numbered(2, 1), []])
      assert.deepEqual(await embeddedIn(`${L}.request_headers->>x-webhook-attempt=in.("2",5)`), [
        numbered(5, 2),
        [],
      ])
      assert.deepEqual(await embeddedIn(`${L}.status=success`), [numbered(5), []])
      assert.deepEqual(await embeddedIn(`${L}.created_at=2025-01-15`), [numbered(1), []])
    })

    it('a single embedded row that does not match its filter becomes null', async () => {
      assert.deepEqual(await rows(`${D}?select=attempts,${W}(name)&${W}.name=eq.z`), [
        { attempts: 5, [W]: null },
      ])
    })

    it('each level of embedding can have its own alias, filters and order', async () => {
      const path =
        `${E}?select=event,sent:${D}(attempts,hook:${W}(name,${L}(attempt,...${D}(tries:attempts))))` +
        `&sent.hook.${L}.attempt=lte.2&sent.hook.${L}.order=attempt`
      const logs = [
        { attempt: 1, tries: 5 },
        { attempt: 2, tries: 5 },
      ]
      assert.deepEqual(await rows(path), [
        { event: 'deal.created', sent: [{ attempts: 5, hook: { name: 'a', [L]: logs } }] },
      ])
    })

    it('a resource can be embedded several times under different aliases', async () => {
      const path = `${W}?select=bad:${L}(attempt),good:${L}(attempt)&bad.status=eq.failed&good.status=eq.success`
      assert.deepEqual(await rows(`${path}&bad.order=attempt&name=eq.a`), [
        { bad: numbered(1, 2, 3, 4), good: numbered(5) },
      ])
      const twice = await ask('GET', `${W}?select=${L}(attempt),${L}(status)`)
      assert.match(expectError(twice, 400, 'PGRST100')['hint'] ?? '', /its own alias/)
    })

    it('a single embedded row can be spread into the columns', async () => {
      const path = `${L}?select=attempt,...${W}(hook:name,headers->>x,${D}(count))&attempt=eq.1`
      assert.deepEqual(await rows(path), [{ attempt: 1, hook: 'a', x: '1', [D]: [{ count: 1 }] }])
      const [all] = (await rows(`${L}?select=...${W}(*)&limit=1&attempt=eq.1`)) as Record<string, unknown>[]
      assert.equal(all?.['name'], 'a')
      assert.ok(!Object.keys(all ?? {}).includes('secret'))
    })

    it('CSV contains spread columns as values and embedded rows as JSON', async () => {
      const path = `${L}?select=attempt,...${W}(hook:name),${D}(attempts)&attempt=eq.1`
      const { body } = await ask('GET', path, { headers: { accept: 'text/csv' } })
      assert.equal(body, `attempt,hook,${D}\n1,a,"{""attempts"":5}"`)
    })

    it('rows can be filtered by whether they have embedded rows', async () => {
      const named = async (search: string): Promise<unknown> =>
        ((await rows(`${W}?order=name&${search}`)) as { name: string }[]).map(({ name }) => name)
      assert.deepEqual(await named(`select=name,${L}()&${L}=is.null`), ['b', 'c'])
      assert.deepEqual(await named(`select=name,${L}()&${L}=not.is.null`), ['a'])
      assert.deepEqual(await named(`select=name,${L}()&${L}=is.not_null`), ['a'])
      assert.deepEqual(await named(`select=name,${L}(attempt)&${L}.attempt=gt.99&${L}=not.is.null`), [])
      assert.deepEqual(await named(`select=name,${L}(),${D}()&or=(${L}.not.is.null,name.eq.c)`), ['a', 'c'])
      assert.deepEqual(await named(`select=name,${L}!inner()`), ['a'])
      const answer = await ask('GET', `${W}?select=name,${L}()&${L}=is.null&limit=1`, {
        headers: { prefer: 'count=exact' },
      })
      assert.equal(answer.headers['content-range'], '0-0/2')
    })

    it('an embedded resource cannot be compared with a value', async () => {
      expectError(await ask('GET', `${W}?select=name,${L}(attempt)&${L}=eq.1`), 400, 'PGRST120')
    })

    it('a filter applies to the column if an embedded resource has the same name', async () => {
      const path = `${D}?select=webhook_id(name)&webhook_id=eq.`
      assert.deepEqual(await rows(path + HOOK_A), [{ webhook_id: { name: 'a' } }])
      assert.deepEqual(await rows(path + HOOK_B), [])
    })

    it('rows without an inner embedded row are left out at every level', async () => {
      const nested = `${E}?select=event,${D}!inner(attempts,${W}!inner(name))&${D}.${W}.name=eq.`
      assert.equal(((await rows(`${nested}a`)) as unknown[]).length, 1)
      assert.deepEqual(await rows(`${nested}b`), [])
    })

    it('rows can be ordered by a column of a single embedded row', async () => {
      await fixture.database.query(
        `insert into webhooks.webhook_deliveries (organization_id, webhook_id, event_id, event, attempts)
         values ($1, $2, $3, 'deal.created', 1)`,
        [OURS, HOOK_B, EVENT],
      )
      const attempts = async (search: string): Promise<unknown> =>
        ((await rows(`${D}?select=attempts,${search}`)) as { attempts: number }[]).map((row) => row.attempts)
      assert.deepEqual(await attempts(`${W}(url)&order=${W}(name).desc`), [1, 5])
      assert.deepEqual(await attempts(`hook:${W}()&order=hook(name),attempts`), [5, 1])
      assert.deepEqual(await attempts(`...${W}(name)&order=${W}(headers->>x).desc.nullslast`), [1, 5])
      const nested = `${E}?select=${D}(attempts,${W}(name))&${D}.order=${W}(name).desc`
      assert.deepEqual(await rows(nested), [
        {
          [D]: [
            { attempts: 1, [W]: { name: 'b' } },
            { attempts: 5, [W]: { name: 'a' } },
          ],
        },
      ])
    })

    it('ordering by a list of embedded rows, or by a resource that is not embedded, is refused', async () => {
      expectError(await ask('GET', `${W}?select=${L}(attempt)&order=${L}(attempt)`), 400, 'PGRST118')
      expectError(await ask('GET', `${L}?select=attempt&order=${W}(name)`), 400, 'PGRST108')
    })

    it('filters, orders and limits are refused for a resource that is not embedded under that name', async () => {
      for (const search of [
        `select=name&${L}.attempt=eq.1`,
        `select=name&${L}.order=attempt`,
        `select=name&${L}.limit=1`,
        `select=name,${L}(attempt)&${L}.${D}.attempts=eq.1`,
      ]) {
        expectError(await ask('GET', `${W}?${search}`), 400, 'PGRST108')
      }
    })

    it('the error for an unknown relationship suggests related resources', async () => {
      const near = expectError(await ask('GET', `${W}?select=webhook_log(attempt)`), 400, 'PGRST200')
      assert.equal(near['hint'], "Perhaps you meant 'webhook_logs' instead of 'webhook_log'.")
      assert.equal(
        near['message'],
        `Could not find a relationship between '${W}' and 'webhook_log' in the schema cache`,
      )
      const far = expectError(await ask('GET', `contacts?select=${L}(attempt)`), 400, 'PGRST200')
      assert.match(far['hint'] ?? '', /Embeddable resources: 'organizations', 'conversations', 'deals'/)
      expectError(await ask('GET', `${L}?select=${W}!nope(name)`), 400, 'PGRST200')
    })

    it('embedding does not reveal columns or tables that the role cannot read', async () => {
      expectError(await ask('GET', `${L}?select=${W}(secret)`), 400, '42703')
      expectError(await ask('GET', `${L}?select=${W}(name)&${W}.secret=is.null`), 400, '42703')
      expectError(await ask('GET', `${W}?select=organizations(name)`), 403, '42501')
      const seen = await rows(`${W}?select=organizations(name)&name=eq.a`, { principal: operator })
      assert.deepEqual(seen, [{ organizations: { name: 'Ours' } }])
    })

    it('embedded rows can be counted, with their filters', async () => {
      assert.deepEqual(await rows(`${W}?select=name,${L}(count)&name=eq.a&${L}.status=eq.failed`), [
        { name: 'a', [L]: [{ count: 4 }] },
      ])
    })

    it('nulls are left out at every level if the media type asks for it', async () => {
      const accept = 'application/vnd.pgrst.array+json;nulls=stripped'
      const path = `${L}?select=attempt,error_message,${W}(name,description)&attempt=eq.5`
      assert.deepEqual(await rows(path, { headers: { accept } }), [{ attempt: 5, [W]: { name: 'a' } }])
    })
  })
}
