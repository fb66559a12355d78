import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, afterEach, before, suite, test } from 'node:test'
import { EVERY_ENGINE, openMigrated } from '../../../test/harness/databases.ts'
import type { Queue } from '../../../test/harness/queue.ts'
import { createQueue } from '../../../test/harness/queue.ts'
import { systemClock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import { newToken } from '../../domain/ids.ts'
import { createSecretBox } from '../../secrets/secret-box.ts'
import { createTargetOpener } from '../../secrets/webhook-target.ts'
import { claimDue, nextClaimIn } from './claim-due.ts'
import type { EndpointLoad } from '../dispatch/endpoint-slots.ts'
import { recoverNodes, releaseDeliveries } from './leases.ts'

const TIMEOUT = 10_000
const MAX_IN_FLIGHT = 32
/** Deliveries that a claim brings for an endpoint that is not fast. */
const AHEAD = 2 * MAX_IN_FLIGHT
const openTarget = createTargetOpener(createSecretBox([randomBytes(32)]), {
  timeout: TIMEOUT,
  maxInFlight: MAX_IN_FLIGHT,
})

for (const engine of EVERY_ENGINE) {
  suite(`claims of due deliveries (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    let queue: Queue
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      queue = await createQueue(database)
    })
    after(() => close())
    afterEach(async () => {
      await database.query('delete from webhooks_internal.queue')
    })

    const claim = async (limit = 200, busy: EndpointLoad[] = [], nodeId = newToken()) =>
      await claimDue(database, limit, busy, {
        clock: systemClock,
        nodeId,
        openTarget,
        defaultTimeout: TIMEOUT,
        defaultMaxInFlight: MAX_IN_FLIGHT,
      })
    const ids = (claimed: readonly { id: string }[]): string[] => claimed.map(({ id }) => id).sort()

    /** A webhook whose endpoint is in that phase; `health` are columns of endpoint_health, as SQL. */
    async function parked(phase: string, health: Record<string, string>): Promise<string> {
      const shown = phase === 'held' ? 'held' : 'degraded'
      const webhook = await queue.webhook({ health: shown, is_parked: true })
      await database.query(
        `insert into webhooks_internal.endpoint_health (webhook_id, phase, ${Object.keys(health).join(', ')})
         values ($1, $2, ${Object.values(health).join(', ')})`,
        [webhook, phase],
      )
      return webhook
    }
    const heldUntil = (probe_at: string): Promise<string> => parked('held', { probe_at })
    const draining = (drained: number): Promise<string> =>
      parked('draining', { draining_since: `now() - interval '1 minute'`, drained: String(drained) })

    test('a claim gives an endpoint twice its maximum in flight, oldest first, minus its current load', async () => {
      const webhook = await queue.webhook({ max_in_flight: 3 })
      const due = await queue.due(webhook, 10)
      assert.deepEqual(ids(await claim(200, [{ webhook_id: webhook, load: 2, ahead: 6 }])), due.slice(0, 4))
      assert.equal((await claim(200, [{ webhook_id: webhook, load: 6, ahead: 6 }])).length, 0)
    })

    test('a claim gives a fast endpoint more deliveries, unless its rate limit allows fewer', async () => {
      const fast = await queue.webhook({ max_in_flight: 3 })
      const due = await queue.due(fast, 60)
      assert.deepEqual(ids(await claim(200, [{ webhook_id: fast, load: 2, ahead: 50 }])), due.slice(0, 48))
      await database.query('delete from webhooks_internal.queue')
      const limited = await queue.webhook({ rate_limit: 100, max_in_flight: 3 })
      await queue.due(limited, 60)
      assert.equal((await claim(200, [{ webhook_id: limited, load: 2, ahead: 50 }])).length, 1)
    })

    test('an endpoint on hold gets no deliveries until its probe is due, and then only the oldest', async () => {
      await queue.due(await heldUntil(`now() + interval '1 minute'`), 5)
      assert.deepEqual(await claim(), [])
      const due = await queue.due(await heldUntil(`now() - interval '1 second'`), 5)
      const [probe, ...others] = await claim()
      assert.deepEqual([probe?.id, probe?.attempt, probe?.target.isHeld, others], [due[0], 1, true, []])
      assert.deepEqual(await claim(), [])
    })

    test('only one of several concurrent nodes gets the probe', async () => {
      await queue.due(await heldUntil(`now() - interval '1 second'`), 20)
      const claims = await Promise.all(Array.from({ length: 4 }, () => claim()))
      assert.equal(claims.flat().length, 1)
    })

    test('another probe follows when the lease of a probe has expired', async () => {
      const webhook = await heldUntil('now()')
      await queue.due(webhook, 2)
      const [probe] = await claim()
      const { wait, probe_lease } = await queue.one<{ wait: number; probe_lease: string }>(
        `select extract(epoch from probe_at - now())::integer as wait, probe_lease
         from webhooks_internal.endpoint_health where webhook_id = $1`,
        [webhook],
      )
      assert.ok(wait >= 29 && wait <= 30, `${wait} s`)
      assert.equal(probe_lease, probe?.lease)
      await database.query(
        'update webhooks_internal.endpoint_health set probe_at = now() where webhook_id = $1',
        [webhook],
      )
      assert.equal((await claim()).length, 1)
    })

    test('an endpoint on hold without a free slot is not probed', async () => {
      const webhook = await heldUntil('now()')
      await queue.due(webhook, 2)
      assert.deepEqual(await claim(200, [{ webhook_id: webhook, load: MAX_IN_FLIGHT, ahead: AHEAD }]), [])
      assert.equal((await claim()).length, 1)
    })

    test('the window of a drain is limited by both its duration and its successes', async () => {
      for (const [seconds, drained, expected] of [
        [0.5, 50, 1],
        [1.5, 50, 2],
        [3.5, 50, 8],
        [3.5, 4, 5],
        [1e6, 5_000, 1_024],
      ] as const) {
        const { size } = await queue.one<{ size: number }>(
          `select webhooks_internal.drain_window(now() - $1::double precision * interval '1 second', $2) as size`,
          [seconds, drained],
        )
        assert.equal(size, expected, `${seconds} s, ${drained} drained`)
      }
    })

    test('a draining endpoint gets the rest of its window, and never more than any other endpoint', async () => {
      for (const [drained, load, expected] of [
        [0, 0, 1],
        [0, 1, 0],
        [9, 6, 4],
        [1_000, 0, 2 * MAX_IN_FLIGHT],
      ] as const) {
        const webhook = await draining(drained)
        const due = await queue.due(webhook, 100)
        assert.deepEqual(
          ids(await claim(200, [{ webhook_id: webhook, load, ahead: AHEAD }])),
          due.slice(0, expected),
        )
        await database.query('delete from webhooks_internal.queue where webhook_id = $1', [webhook])
      }
    })

    test('nothing is claimed for an endpoint before the end of its pause, by any node', async () => {
      const webhook = await draining(0)
      const due = await queue.due(webhook, 3)
      const pauseUntil = (sql: string): Promise<unknown> =>
        database.query(
          `update webhooks_internal.endpoint_health set draining_since = ${sql} where webhook_id = $1`,
          [webhook],
        )
      await pauseUntil(`now() + interval '1 minute'`)
      assert.deepEqual(await claim(), [])
      await pauseUntil(`now() + interval '100 years'`)
      assert.deepEqual(await claim(), [])
      await pauseUntil('now()')
      assert.deepEqual(ids(await claim()), due.slice(0, 1))
    })

    test('endpoints on hold take no share of a claim', async () => {
      for (let index = 0; index < 20; index += 1) {
        await queue.due(await heldUntil(`now() + interval '1 minute'`), 5)
      }
      const well = await queue.webhook()
      await queue.due(well, 50)
      assert.equal((await claim(40)).length, 40)
    })

    test('a rate limit allows one delivery plus those of 100 ms at once, even after a long pause', async () => {
      const webhook = await queue.webhook({ rate_limit: 50 })
      const due = await queue.due(webhook, 100)
      assert.deepEqual(ids(await claim()), due.slice(0, 6))
      await database.query(
        `update webhooks_internal.endpoint_health set rate_used_until = now() + interval '1 minute' where webhook_id = $1`,
        [webhook],
      )
      assert.deepEqual(await claim(), [])
      await database.query(
        `update webhooks_internal.endpoint_health set rate_used_until = now() - interval '1 hour' where webhook_id = $1`,
        [webhook],
      )
      assert.equal((await claim()).length, 6)
    })

    test('concurrent nodes share one rate limit', async () => {
      await queue.due(await queue.webhook({ rate_limit: 2 }), 100)
      const started = Date.now()
      const claims = await Promise.all(Array.from({ length: 4 }, () => claim()))
      const taken = claims.flat().length
      assert.ok(taken >= 1 && taken <= 2 * ((Date.now() - started) / 1_000 + 0.1) + 1, `${taken}`)
    })

    test('a rate limit is never exceeded by more than one burst', async () => {
      const webhook = await queue.webhook({ rate_limit: 20 })
      await queue.due(webhook, 300)
      const started = Date.now()
      let taken = (await claim(200)).length
      // Simulates time for the rate limit: 50 steps of 70 ms, plus the duration of the test.
      for (let step = 0; step < 50; step += 1) {
        await database.query(
          `update webhooks_internal.endpoint_health set rate_used_until = rate_used_until - interval '70 milliseconds'
           where webhook_id = $1`,
          [webhook],
        )
        const got = (await claim(200)).length
        assert.ok(got <= 3, `${got} at once`)
        taken += got
      }
      const seconds = 3.5 + (Date.now() - started) / 1_000
      assert.ok(taken <= 20 * seconds + 3, `${taken} in ${seconds} s`)
      assert.ok(taken >= 50, `${taken}`)
    })

    test('deliveries without a free slot do not use up the rate limit', async () => {
      const webhook = await queue.webhook({ rate_limit: 100, max_in_flight: 2 })
      await queue.due(webhook, 20)
      assert.equal((await claim()).length, 2)
      assert.equal((await claim(200, [{ webhook_id: webhook, load: 2, ahead: AHEAD }])).length, 0)
      assert.equal((await claim()).length, 2)
    })

    test('the time of the next claim depends on due deliveries, the probe and the rate limit', async () => {
      assert.equal(await nextClaimIn(database), undefined)
      const far = await queue.webhook()
      await queue.due(far, 1)
      await database.query(`update webhooks_internal.queue set due_at = now() + interval '1 hour'`)
      const isAbout = (ms: number | undefined, expected: number): void =>
        assert.ok(ms !== undefined && ms <= expected && ms > expected - 30_000, `${ms} ms`)
      isAbout(await nextClaimIn(database), 3_600_000)
      await queue.due(await heldUntil(`now() + interval '10 minutes'`), 1)
      // In the next whole second, when the probes of others go as well.
      isAbout(await nextClaimIn(database), 601_000)
      const rated = await queue.webhook({ rate_limit: 1 })
      await queue.due(rated, 1)
      await database.query(
        `update webhooks_internal.endpoint_health set rate_used_until = now() + interval '5 minutes' where webhook_id = $1`,
        [rated],
      )
      isAbout(await nextClaimIn(database), 300_000)
      const paused = await draining(0)
      await queue.due(paused, 1)
      await database.query(
        `update webhooks_internal.endpoint_health set draining_since = now() + interval '2 minutes' where webhook_id = $1`,
        [paused],
      )
      isAbout(await nextClaimIn(database), 120_000)
      await queue.due(await queue.webhook(), 1)
      assert.equal(await nextClaimIn(database), 0)
    })

    test('deliveries released unsent or recovered from a dead node keep their position in the queue', async () => {
      const webhook = await queue.webhook({ max_in_flight: 1 })
      const due = await queue.due(webhook, 6)
      const node = newToken()
      // All due at one time, as new deliveries are.
      await database.query('update webhooks_internal.queue set due_at = now()')
      const first = await claim(200, [], node)
      assert.deepEqual(ids(first), due.slice(0, 2))
      await releaseDeliveries(database, first)
      assert.deepEqual(ids(await claim(200, [], node)), due.slice(0, 2))
      await recoverNodes(database, [node])
      assert.deepEqual(ids(await claim()), due.slice(0, 2))
    })
  })
}
