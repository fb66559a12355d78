import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import type { Database } from '../../database/database.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { newId, newToken } from '../../domain/ids.ts'
import type { EventStreams } from '../../streams/event-streams.ts'
import type { StreamedEvent } from '../../streams/event-message.ts'
import type { TakenMessage } from '../../streams/message-reader.ts'
import { Messages } from '../messages.ts'
import type { LeasedEvent, UnwrittenDelivery } from '../relay/leased-event.ts'
import { StreamEvents } from './stream-events.ts'

class Message implements TakenMessage {
  readonly partition: number
  readonly sequence = 1
  readonly events: readonly StreamedEvent[]
  readonly isRepeated = false
  readonly hasGivenIds = false
  said: string[] = []

  constructor(events: readonly StreamedEvent[], partition = 0) {
    this.events = events
    this.partition = partition
  }

  done = (): void => void this.said.push('done')
  extend = (): void => void this.said.push('extend')
  giveBack = (): void => void this.said.push('give back')
}

const ORGANIZATION = newId()

const newEvent = (): StreamedEvent => ({
  id: newId(),
  organization_id: ORGANIZATION,
  event: 'deal.created',
  data: '{"id":"1"}',
  previous: null,
  timestamp: '2026-11-29T12:00:00Z',
  source: 'api',
  origin: null,
  traceparent: null,
  created_ms: Date.now(),
})

for (const engine of ENGINES) {
  suite(`events that are held from streams (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    const createNode = (): StreamEvents =>
      new StreamEvents({
        database,
        // Nothing of these tests asks the servers.
        streams: {} as EventStreams,
        metrics: { repeated: () => {} },
        nodeId: newToken(),
        messages: new Messages(assert.ifError),
      })

    const eventOf = (node: StreamEvents, key: number): LeasedEvent => node.event(key)!

    /** Lets a delivery of the event be on its way. */
    function send(node: StreamEvents, key: number): UnwrittenDelivery {
      const unwritten: UnwrittenDelivery = {
        delivery: { id: newId(), lease: node.token } as LeasedDelivery,
        event: eventOf(node, key),
        createdAt: '',
        recordId: null,
        redact: null,
        shape: null,
        filtered: undefined,
        writer: undefined,
        writing: undefined,
      }
      node.add([unwritten])
      return unwritten
    }

    async function finish(node: StreamEvents, key: number): Promise<void> {
      const event = eventOf(node, key)
      await node.write([], [event])
      node.written([], [event])
    }

    async function countStored({ id }: StreamedEvent): Promise<number> {
      const { rows } = await database.query('select 1 from webhooks.webhook_events where id = $1', [id])
      return rows.length
    }

    test('a message is acknowledged when the last of its events is stored', async () => {
      const node = createNode()
      const message = new Message([newEvent(), newEvent()])
      const [first, second] = node.hold(message)
      await finish(node, first!.key)
      assert.deepEqual(message.said, [])
      await finish(node, second!.key)
      assert.deepEqual(message.said, ['done'])
      assert.equal(await countStored(message.events[0]!), 1)
    })

    test('what is stored from a stream does not go to the outbox', async () => {
      const node = createNode()
      const [taken] = node.hold(new Message([newEvent()]))
      await finish(node, taken!.key)
      const { rows } = await database.query('select 1 from webhooks_internal.outbox where event_id = $1', [
        taken!.id,
      ])
      assert.equal(rows.length, 0)
    })

    test('a second copy of an event that is held is acknowledged, and the first one stays', async () => {
      const node = createNode()
      const [first, copy] = [new Message([newEvent()]), new Message([])]
      const [taken] = node.hold(first)
      const second = new Message(first.events)
      assert.deepEqual(node.hold(second), [])
      assert.deepEqual([first.said, second.said], [[], ['done']])
      assert.deepEqual(node.hold(copy), [])
      await finish(node, taken!.key)
      assert.deepEqual(first.said, ['done'])
    })

    test('an event that is being sent when its partition is lost is not sent again when it comes back', async () => {
      const node = createNode()
      const lost = new Message([newEvent()])
      const [taken] = node.hold(lost)
      const delivery = send(node, taken!.key)
      node.lose(0)
      const again = new Message(lost.events)
      assert.deepEqual(node.hold(again), [])
      assert.deepEqual(again.said, [], 'it is acknowledged only when the event is done')
      node.written([delivery], [])
      await finish(node, taken!.key)
      assert.deepEqual(again.said, ['done'])
    })

    test('an event that is not on its way when its partition is lost is taken anew when it comes back', async () => {
      const node = createNode()
      const lost = new Message([newEvent()])
      const [taken] = node.hold(lost)
      node.lose(0)
      assert.equal(node.event(taken!.key), undefined)
      assert.equal(node.hold(new Message(lost.events)).length, 1)
    })

    test('the loss of a partition concerns no other', async () => {
      const node = createNode()
      const [kept] = node.hold(new Message([newEvent()], 1))
      node.lose(0)
      assert.ok(node.event(kept!.key))
    })

    test('two nodes that hold the same event store it once', async () => {
      const nodes = [createNode(), createNode()]
      const event = newEvent()
      const messages = nodes.map(() => new Message([event]))
      for (const [at, node] of nodes.entries()) {
        const [taken] = node.hold(messages[at]!)
        await finish(node, taken!.key)
      }
      assert.deepEqual(
        messages.map(({ said }) => said),
        [['done'], ['done']],
      )
      assert.equal(await countStored(event), 1)
    })
  })
}
