import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'
import { EventTooLarge } from '../src/streams/errors.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import { closeNodes, endReading, newEvent, newReader, openNode } from './harness/streamed.ts'
import { until } from './harness/until.ts'

describe('events on one NATS server', { skip: natsMissing }, () => {
  let nats: NatsCluster
  before(async () => {
    nats = await startNats()
  })
  afterEach(() => closeNodes())
  after(async () => await nats?.stop())

  it('nodes that start at once create the streams, and read each event once, in the order of its organization', async () => {
    const nodes = await Promise.all([openNode(nats), openNode(nats), openNode(nats)])
    const [first] = nodes
    const readers = nodes.map(() => newReader())
    const readings = nodes.map((node, at) => node.read(readers[at]!))
    const sharesOf = async (): Promise<number[]> => {
      const { partitions } = await first.readState()
      const owned = Map.groupBy(partitions, ({ owner }) => owner)
      return [...owned].flatMap(([owner, { length }]) => (owner === undefined ? [] : [length]))
    }
    // Until then, one may read what another one goes on with.
    await until('equal shares', async () => {
      const shares = await sharesOf()
      return shares.length === 3 && Math.max(...shares) === 2
    })
    const organizations = Array.from({ length: 12 }, () => randomUUID())
    const published = Array.from({ length: 1_200 }, (_, at) =>
      newEvent({ organization_id: organizations[at % 12]!, data: `{"at": ${at}}` }),
    )
    for (let at = 0; at < published.length; at += 300) await first.publish(published.slice(at, at + 300))
    const readerOf = (organization: string) =>
      readers.find(({ events }) => events.some((event) => event.organization_id === organization))
    await until('all events', () => readers.flatMap(({ events }) => events).length >= published.length)
    for (const organization of organizations) {
      const isOwn = (event: { organization_id: string }): boolean => event.organization_id === organization
      assert.deepEqual(readerOf(organization)?.events.filter(isOwn), published.filter(isOwn))
    }
    await until('the streams to be empty', async () =>
      (await first.readState()).partitions.every(({ messages }) => messages === 0),
    )
    const shares = await sharesOf()
    assert.deepEqual([shares.length, Math.max(...shares)], [3, 2])
    await Promise.all(readings.map((reading, at) => endReading(reading, nodes[at]!)))
  })

  it('an event that is published twice is read once', async () => {
    const node = await openNode(nats)
    const events = [newEvent(), newEvent()]
    await node.publish(events)
    await node.publish(events, { isRepeated: true })
    const reader = newReader()
    const reading = node.read(reader)
    await until('the events', () => reader.events.length >= 2)
    const last = newEvent({ organization_id: events[1]!.organization_id })
    await node.publish([last])
    await until('the event behind them', () => reader.events.some(({ id }) => id === last.id))
    assert.equal(reader.events.length, 3)
    await endReading(reading, node)
  })

  it('a message says whether its events may have been processed, and whether their ids were given', async () => {
    const node = await openNode(nats)
    const reader = newReader()
    const reading = node.read(reader)
    await until('the partitions', async () =>
      (await node.readState()).partitions.every(({ owner }) => owner !== undefined),
    )
    const events = [newEvent(), newEvent(), newEvent()] as const
    await node.publish([events[0]])
    await node.publish([events[1]], { isRepeated: true })
    await node.publish([events[2]], { hasGivenIds: true })
    await until('the events', () => reader.taken.length === 3)
    const flags = events.map(({ id }) => {
      const message = reader.taken.find((taken) => taken.events[0]!.id === id)!
      return [message.isRepeated, message.hasGivenIds]
    })
    assert.deepEqual(flags, [
      [false, false],
      [true, false],
      [false, true],
    ])
    await endReading(reading, node)
  })

  it('an event that no message can hold is refused before anything is published', async () => {
    const node = await openNode(nats)
    const [small, large] = [newEvent(), newEvent({ data: `"${'x'.repeat(1_048_576)}"` })]
    await assert.rejects(
      node.publish([small, large]),
      (error) => error instanceof EventTooLarge && error.eventIds[0] === large.id,
    )
    const { partitions } = await node.readState()
    assert.ok(partitions.every(({ messages }) => messages === 0))
    await node.close()
  })

  it('a message that is given back comes again', async () => {
    const node = await openNode(nats)
    const reader = newReader((message) => (reader.taken.length === 1 ? message.giveBack() : message.done()))
    const reading = node.read(reader)
    await node.publish([newEvent()])
    await until('it to come again', () => reader.taken.length === 2)
    assert.deepEqual(reader.events[0], reader.events[1])
    assert.equal(reader.taken[1]!.isRepeated, true)
    await endReading(reading, node)
  })

  it('without room nothing is taken, and the partitions stay', async () => {
    const node = await openNode(nats)
    let open: () => void = () => {}
    const room = new Promise<void>((resolve) => {
      open = resolve
    })
    const reader = newReader(undefined, () => room)
    const reading = node.read(reader)
    await node.publish([newEvent()])
    await until('the partitions', async () =>
      (await node.readState()).partitions.every(({ owner }) => owner !== undefined),
    )
    assert.equal(reader.taken.length, 0)
    open()
    await until('the event', () => reader.taken.length === 1)
    await endReading(reading, node)
  })
})
