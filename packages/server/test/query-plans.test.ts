import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { createRecentReaders } from '../src/api/realtime/read-recent.ts'
import { createRest } from '../src/rest/rest.ts'
import { createLoopWatch } from '../src/loops/loop-watch.ts'
import { Recorder } from '../src/pipeline/record/recorder.ts'
import { systemClock } from '../src/domain/clock.ts'
import type { Database } from '../src/database/database.ts'
import { cancelDeliveries } from '../src/pipeline/claim/cancel-deliveries.ts'
import { claimDue } from '../src/pipeline/claim/claim-due.ts'
import { startRedelivery } from '../src/maintenance/bulk-retry/redeliveries.ts'
import { redeliverBatch } from '../src/maintenance/bulk-retry/redeliver-batch.ts'
import { nextRow as nextBulkRow } from '../src/maintenance/bulk-retry/next-row.ts'
import { leaseForManualRetry } from '../src/maintenance/bulk-retry/manual-retry.ts'
import { nextRow as nextErasedRow } from '../src/maintenance/erasure/next-row.ts'
import { makeAttempt } from '../src/sender/make-attempt.ts'
import { Messages } from '../src/pipeline/messages.ts'
import type { LeasedDelivery } from '../src/domain/delivery.ts'
import { createSubscriptions } from '../src/pipeline/match/subscriptions.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { ENGINE_SETTINGS } from '../src/server/open-databases.ts'
import { newToken } from '../src/domain/ids.ts'
import { ANY_EVENT } from '../src/pipeline/outbox/outbox.ts'
import { OutboxEvents } from '../src/pipeline/outbox/outbox-events.ts'
import { relayBatch } from '../src/pipeline/outbox/relay-batch.ts'
import { NO_TRACING } from '../src/observability/tracing.ts'
import { createSecretBox } from '../src/secrets/secret-box.ts'
import { createTargetOpener } from '../src/secrets/webhook-target.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import type { Explained } from './harness/explained.ts'
import { explainOn } from './harness/explained.ts'
import { fill, idOf } from './harness/many-rows.ts'
import { IS_FULL } from './harness/full-run.ts'
import { HEAVY } from './harness/full-run.ts'
import { LONG } from './harness/until.ts'

/** Rows of each of the events, deliveries, attempts and queue; 50 webhooks share them. */
const ROWS = { pglite: 30_000, postgresql: IS_FULL ? 1_000_000 : 200_000 }
/** No step of a plan may read more rows, however many there are: batches have 200 rows, pages 50. */
const MAX_BUFFERS = 3_000

/** The request of the settings page for a list of deliveries. */
const PAGE =
  `webhook_deliveries?webhook_id=eq.${idOf.webhook(5)}&order=created_at.desc,id.desc` +
  '&select=*,webhook_events(record:data->>id,title:data->>title),webhook_configurations(name)'
const HALF_A_MONTH_AGO = new Date(Date.now() - 15 * 86_400_000).toISOString()

const START = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' }
const TARGET = { timeout: 10_000, maxInFlight: 32 }
const openTarget = createTargetOpener(createSecretBox([Buffer.alloc(32, 7)]), TARGET)
const context = {
  clock: systemClock,
  nodeId: newToken(),
  openTarget,
  defaultTimeout: TARGET.timeout,
  defaultMaxInFlight: TARGET.maxInFlight,
}
const subscriptions = createSubscriptions(systemClock)

for (const engine of ENGINES) {
  suite(`query plans with ${ROWS[engine]} rows in each table (${engine})`, { ...LONG, ...HEAVY }, () => {
    let plain: Database
    let database: Database
    let requests: Database
    let engineSide: Database
    let close: () => Promise<void>
    const explained: Explained[] = []

    before(async () => {
      const opened = await openMigrated(engine)
      ;({ database: plain, close } = opened)
      await fill(plain, ROWS[engine])
      // As the program opens them: connections of the engine plan with other settings than those of requests.
      engineSide =
        opened.url === undefined
          ? plain
          : openPostgres({ url: opened.url, poolSize: 2, settings: ENGINE_SETTINGS })
      database = explainOn(engineSide, explained)
      requests = explainOn(plain, explained)
    })
    after(async () => {
      if (engineSide !== plain) await engineSide.close()
      await close()
    })

    /** Requires that every statement of `work` is cheap, and that one of them matches `statement`. */
    async function assertCheap<T>(statement: RegExp, work: () => Promise<T>): Promise<T> {
      explained.length = 0
      const result = await work()
      assert.ok(
        explained.some(({ text }) => statement.test(text)),
        'no statement matches',
      )
      for (const { text, steps } of explained) {
        const costly = steps.filter(({ rows }) => rows > MAX_BUFFERS)
        assert.deepEqual(costly, [], text.slice(0, 400))
      }
      return result
    }

    /** With a few thousand rows it can be cheapest to read them all. */
    const isLarge = { skip: engine === 'pglite' }
    const claim = (): Promise<LeasedDelivery[]> => claimDue(database, 200, [], context)

    test('claiming due deliveries reads few rows', async () => {
      const claimed = await assertCheap(/skip locked/, claim)
      assert.equal(claimed.length, 200)
    })

    test('matching a batch of events reads few rows', isLarge, async () => {
      await plain.query(
        `insert into webhooks.webhook_events (organization_id, event, data)
         select ($1::text || lpad(to_hex(n % 50), 12, '0'))::uuid, 'deal.updated', '{}' from generate_series(1, 200) as n`,
        [idOf.prefix],
      )
      const { events } = await assertCheap(/webhooks_internal.outbox/, () =>
        relayBatch(
          database,
          ANY_EVENT,
          { admit: () => true },
          {
            ...context,
            subscriptions,
            leasedEvents: new OutboxEvents(database, newToken(), new Messages(assert.ifError)),
          },
        ),
      )
      assert.equal(events.length, 200)
    })

    test('reading what is new for clients of realtime reads few rows', async () => {
      const readers = createRecentReaders(requests)
      const floor = Date.now() - 15_000
      for (const audience of [null, [idOf.organization(5)]]) {
        for (const read of [readers.attempts, readers.deliveries, readers.events]) {
          await assertCheap(/order by/, () => read(audience, floor, 5_000))
        }
      }
    })

    test('recording outcomes reads few rows', async () => {
      const held = await claimDue(plain, 200, [], context)
      const sender = {
        send: () =>
          Promise.resolve({
            kind: 'response' as const,
            statusCode: 500,
            headers: {},
            body: '',
            certificateEnds: undefined,
            tlsVersion: null,
            isReused: false,
            durationMs: 1,
          }),
      }
      const results = await Promise.all(
        held.map((delivery) =>
          makeAttempt(delivery, {
            clock: systemClock,
            sender,
            retrySchedule: [60_000],
            tracing: NO_TRACING,
          }),
        ),
      )
      const recorder = new Recorder({
        database,
        log: pino({ level: 'silent' }),
        messages: new Messages(assert.ifError),
        leasedEvents: new OutboxEvents(database, newToken(), new Messages(assert.ifError)),
        watch: createLoopWatch(systemClock),
      })
      await assertCheap(/webhooks_internal.queue/, () =>
        Promise.all(results.map((result) => recorder.write(result))),
      )
    })

    test('a manual retry reads few rows', async () => {
      // The newest, which no claim has reached yet.
      const newest = idOf.delivery(ROWS[engine] - 1)
      const leased = await assertCheap(/webhook_deliveries/, () =>
        leaseForManualRetry(database, newest, context),
      )
      assert.equal(leased?.id, newest)
    })

    test('a bulk retry reads few rows', async () => {
      const scope = { webhookId: idOf.webhook(3), since: null, until: '2100-01-01', event: null }
      await startRedelivery(plain, 'retry_failed', scope, null)
      await assertCheap(/webhook_redeliveries/, () => redeliverBatch(database))
    })

    for (const kind of ['retry_failed', 'replay_events'] as const) {
      test(`skipping a row that ${kind} cannot queue reads few rows`, isLarge, async () => {
        const scope = { webhookId: idOf.webhook(5), since: null, until: '2100-01-01', event: null }
        const bulkWork = { kind, organizationId: idOf.organization(5), scope, after: START }
        assert.ok(await assertCheap(/order by/, () => nextBulkRow(database, bulkWork)))
      })
    }

    for (const phase of ['events', 'tests']) {
      test(`skipping a row of ${phase} that cannot be erased reads few rows`, isLarge, async () => {
        const place = {
          phase,
          organization_id: idOf.organization(5),
          until: '2100-01-01',
          after_created_at: START.createdAt,
          after_id: START.id,
        }
        assert.ok(await assertCheap(/order by/, () => nextErasedRow(database, place)))
      })
    }

    test('cancelling the deliveries of a disabled webhook reads few rows', isLarge, async () => {
      await plain.query('update webhooks.webhook_configurations set is_active = false where id = $1', [
        idOf.webhook(0),
      ])
      await assertCheap(/webhooks_internal.cancellations/, () => cancelDeliveries(database))
    })

    for (const [what, search] of [
      ["a webhook's log", `webhook_logs?webhook_id=eq.${idOf.webhook(5)}&order=created_at.desc&limit=50`],
      ["an organization's log", 'webhook_logs?order=created_at.desc&limit=50'],
      ['the counts of faults', 'webhook_fault_counts?order=last_at.desc&limit=1000'],
      ['the attempts of a delivery', `webhook_logs?delivery_id=eq.${idOf.delivery(55)}&order=attempt`],
      [
        "a webhook's deliveries",
        `webhook_deliveries?webhook_id=eq.${idOf.webhook(5)}&order=created_at.desc&limit=50`,
      ],
      ["a record's deliveries", 'webhook_deliveries?record_id=eq.d-5&order=created_at.desc&limit=50'],
      ["an organization's deliveries", 'webhook_deliveries?order=created_at.desc&limit=50'],
      ["an organization's events", 'webhook_events?order=created_at.desc&limit=50'],
      [
        'the webhooks of the settings page, each with its last attempt',
        `webhook_configurations?organization_id=eq.${idOf.organization(5)}&select=*,webhook_logs(id,created_at,status,response_code,event)` +
          '&webhook_logs.order=created_at.desc&webhook_logs.limit=1&order=created_at.asc',
      ],
      ['a page of deliveries with their records', `${PAGE}&limit=50`],
      [
        'a later page of deliveries with their records',
        `${PAGE}&created_at=lte.${HALF_A_MONTH_AGO}&or=(created_at.lt."${HALF_A_MONTH_AGO}",and(created_at.eq."${HALF_A_MONTH_AGO}",id.lt.${idOf.delivery(55)}))&limit=50`,
      ],
    ] as const) {
      for (const role of ['webhooks_api', 'webhooks_service'] as const) {
        // The operator sees all organizations, so this would not list those of one.
        if (role === 'webhooks_service' && what.startsWith('an organization')) continue
        test(`listing ${what} as ${role} reads few rows`, async () => {
          const listing = await createRest({ database: requests })
          const [table, query] = search.split('?')
          const request = {
            method: 'GET',
            table: table!,
            search: query!,
            headers: {},
            body: '',
            principal: { role, organizationId: role === 'webhooks_api' ? idOf.organization(5) : null },
          }
          const { status, body } = await assertCheap(/webhook/, () => listing.handle(request))
          assert.equal(status, 200, body)
          assert.ok((JSON.parse(body) as unknown[]).length > 0)
        })
      }
    }

    for (const [what, search] of [
      ['deliveries of an organization', 'webhook_deliveries?status=eq.cancelled'],
      [
        'deliveries of a webhook',
        `webhook_deliveries?status=in.(filtered,cancelled)&webhook_id=eq.${idOf.webhook(5)}`,
      ],
      ['tests of an organization', 'webhook_logs?trigger=eq.test'],
    ] as const) {
      test(`finding that there are no ${what} with a rare outcome reads few rows`, isLarge, async () => {
        const listing = await createRest({ database: requests })
        const [table, query] = search.split('?')
        const request = {
          method: 'GET',
          table: table!,
          search: `${query!}&order=created_at.desc,id.desc&limit=50`,
          headers: {},
          body: '',
          principal: { role: 'webhooks_api' as const, organizationId: idOf.organization(5) },
        }
        const { status, body } = await assertCheap(/webhook/, () => listing.handle(request))
        assert.deepEqual([status, JSON.parse(body)], [200, []])
      })
    }
  })
}
