import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import type { Database } from '../../database/database.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { newId, newToken } from '../../domain/ids.ts'
import { createHeartbeat, recoverNodes } from '../claim/leases.ts'
import { Messages } from '../messages.ts'
import type { LeasedEvent, UnwrittenDelivery } from '../relay/leased-event.ts'
import { OutboxEvents } from './outbox-events.ts'
import { ANY_EVENT } from './outbox.ts'

for (const engine of ENGINES) {
  suite(`leased events (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    async function emit(count: number): Promise<void> {
      await database.query(
        `insert into webhooks.webhook_events (organization_id, event, data)
         select $1, 'deal.created', '{}' from generate_series(1, $2::integer)`,
        [newId(), count],
      )
    }

    const createNode = (): OutboxEvents =>
      new OutboxEvents(database, newToken(), new Messages(assert.ifError))
    const leaseAll = async (node: OutboxEvents): Promise<number[]> =>
      (await node.lease(ANY_EVENT)).rows.map((row) => row.key)

    function addDelivery(node: OutboxEvents, event: LeasedEvent): UnwrittenDelivery {
      const delivery = { id: newId(), lease: node.token } as LeasedDelivery
      const rest = { createdAt: '', recordId: null, redact: null, shape: null, filtered: undefined }
      const unwritten = { delivery, event, ...rest, writer: undefined, writing: undefined }
      node.add([unwritten])
      return unwritten
    }

    test('two nodes that lease at the same time share the events and take none twice', async () => {
      await emit(20)
      const nodes = [createNode(), createNode()]
      const leased = (await Promise.all(nodes.map(leaseAll))).flat()
      assert.equal(leased.length, 20)
      assert.equal(new Set(leased).size, 20)
      await database.execute('delete from webhooks_internal.outbox')
    })

    test('an event whose last deliveries are written at the same time must still leave the outbox', async () => {
      await emit(1)
      const node = createNode()
      const [key] = await leaseAll(node)
      const event = node.event(key!)!
      const [first, second] = [addDelivery(node, event), addDelivery(node, event)]
      assert.deepEqual([node.lastOf([first]), node.lastOf([second])], [[], []])
      assert.deepEqual(node.lastOf([first, second]), [event])
      assert.deepEqual(node.written([first], []), [])
      assert.deepEqual(node.written([second], []), [event])
      await database.execute('delete from webhooks_internal.outbox')
    })

    test('a late answer about an earlier lease does not lose the current one', async () => {
      await emit(1)
      const node = createNode()
      await leaseAll(node)
      const earlier = node.token
      await createHeartbeat(database, { clock: { now: () => 0 }, nodeId: node.nodeId })()
      await recoverNodes(database, [node.nodeId])
      assert.deepEqual(await leaseAll(node), [])
      assert.equal((await leaseAll(node)).length, 1)
      node.lose(earlier)
      assert.equal(node.count, 1)
      assert.notEqual(node.token, earlier)
      await database.execute('delete from webhooks_internal.outbox')
    })

    test('an event that another node had leased is marked, so that its written deliveries are looked up', async () => {
      await emit(1)
      const node = createNode()
      await leaseAll(node)
      await recoverNodes(database, [node.nodeId])
      const { rows } = await createNode().lease(ANY_EVENT)
      assert.deepEqual(
        rows.map((row) => row.is_retaken),
        [true],
      )
      await database.execute('delete from webhooks_internal.outbox')
    })
  })
}
