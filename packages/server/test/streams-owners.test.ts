import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { EventStreams } from '../src/streams/event-streams.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import { killStreamsProcesses, startStreamsProcess } from './harness/start-streams-process.ts'
import type { StreamsProcess } from './harness/start-streams-process.ts'
import { closeNodes, connectTo, endReading, newEvent, newReader, openNode } from './harness/streamed.ts'
import { startTcpProxy } from './harness/tcp-proxy.ts'
import { until } from './harness/until.ts'

/** Much longer than a take-over takes on a machine with nothing else to do. */
const MAX_TAKE_OVER_MS = 20_000

const ownersOf = async (node: EventStreams): Promise<(string | undefined)[]> =>
  (await node.readState()).partitions.map(({ owner }) => owner)

const takenBy = (process: StreamsProcess): string[] =>
  process.told.flatMap((told) => (told.kind === 'taken' ? told.ids : []))

describe('owners of partitions', { skip: natsMissing }, () => {
  let nats: NatsCluster
  before(async () => {
    nats = await startNats()
  })
  afterEach(async () => {
    await killStreamsProcesses()
    await closeNodes()
  })
  after(async () => await nats?.stop())

  it('what a killed node has not done is read by another one within seconds', async () => {
    const node = await openNode(nats)
    const killed = startStreamsProcess(nats, { id: 'killed' })
    await until('its partitions', async () => (await ownersOf(node)).every((owner) => owner === 'killed'))
    const events = Array.from({ length: 40 }, () => newEvent())
    await node.publish(events)
    await until('it to take all', () => takenBy(killed).length === 40)
    const reader = newReader()
    const reading = node.read(reader)
    await killed.kill()
    const killedAt = performance.now()
    await until('the events', () => reader.events.length >= 40, MAX_TAKE_OVER_MS)
    assert.ok(performance.now() - killedAt < MAX_TAKE_OVER_MS)
    assert.deepEqual(reader.events.map(({ id }) => id).toSorted(), events.map(({ id }) => id).toSorted())
    assert.ok(reader.taken.every(({ isRepeated }) => isRepeated))
    await endReading(reading, node)
  })

  it('a node that stood still learns that others have taken its partitions', async () => {
    const node = await openNode(nats)
    const stopped = startStreamsProcess(nats, { id: 'stopped' })
    await until('its partitions', async () => (await ownersOf(node)).every((owner) => owner === 'stopped'))
    await node.publish([newEvent()])
    await until('it to take the event', () => takenBy(stopped).length === 1)
    stopped.signal('SIGSTOP')
    const reader = newReader()
    const reading = node.read(reader)
    await until('all partitions', async () => !(await ownersOf(node)).includes('stopped'))
    await until('the event', () => reader.events.length === 1)
    const organizations = Array.from({ length: 8 }, () => newEvent())
    await node.publish(organizations)
    await until('the others', () => reader.events.length === 9)
    stopped.signal('SIGCONT')
    // Of partitions without an open message it may hand some over before it knows.
    await until('it to know', () => stopped.told.some(({ kind }) => kind === 'lost'))
    assert.equal(takenBy(stopped).length, 1)
    await until(
      'equal shares',
      async () => (await ownersOf(node)).filter((owner) => owner === 'stopped').length === 2,
    )
    await stopped.kill()
    await endReading(reading, node)
  })

  it('a partition that is handed over is read on by the other node, and nothing comes twice', async () => {
    const first = await openNode(nats)
    const readers = [newReader(), newReader()] as const
    const reading = first.read(readers[0])
    await until('all partitions', async () => (await ownersOf(first)).every((owner) => owner !== undefined))
    const second = await openNode(nats)
    const other = second.read(readers[1])
    const events = Array.from({ length: 600 }, () => newEvent())
    for (let at = 0; at < events.length; at += 20) await first.publish(events.slice(at, at + 20))
    await until('equal shares', async () => new Set(await ownersOf(first)).size === 2)
    await until('all events', () => readers[0].events.length + readers[1].events.length >= 600)
    const ids = readers.flatMap((reader) => reader.events.map(({ id }) => id))
    assert.deepEqual(ids.toSorted(), events.map(({ id }) => id).toSorted())
    assert.deepEqual([readers[0].lost, readers[1].lost], [[], []])
    await endReading(other, second)
    await endReading(reading, first)
  })

  it('a consumer that someone deletes is noticed, and made again', async () => {
    const node = await openNode(nats)
    const reader = newReader((message) => reader.lost.length > 0 && message.done())
    const reading = node.read(reader)
    await node.publish([newEvent()])
    await until('the event', () => reader.events.length === 1)
    const connection = await connectTo(nats)
    const jsm = await jetstreamManager(connection)
    const { partition } = reader.taken[0]!
    const [consumer] = await jsm.consumers.list(`webhooks-${partition}`).next()
    await jsm.consumers.delete(`webhooks-${partition}`, consumer!.name)
    await until('it to be noticed', () => reader.lost.includes(partition))
    reader.taken[0]!.done()
    await until('the event again', () => reader.events.length === 2)
    assert.equal(reader.taken[1]!.isRepeated, true)
    await connection.close()
    await endReading(reading, node)
  })

  it('a node whose connection is cut reads on', async () => {
    const proxy = await startTcpProxy(Number(new URL(nats.urls[0]!).port))
    const node = await openNode({ ...nats, urls: [`nats://127.0.0.1:${proxy.port}`] })
    const reader = newReader()
    const reading = node.read(reader)
    for (let round = 1; round <= 3; round++) {
      const events = Array.from({ length: 10 }, () => newEvent())
      const publishing = node.publish(events)
      proxy.cut()
      await publishing
      await until('the events', () =>
        events.every(({ id }) => reader.events.some((event) => event.id === id)),
      )
    }
    await endReading(reading, node)
    await proxy.close()
  })

  it('what cannot be read is set aside, and what is behind it is read', async () => {
    const node = await openNode(nats)
    const reader = newReader()
    const reading = node.read(reader)
    const connection = await connectTo(nats)
    const js = jetstream(connection)
    await js.publish('webhooks.0.some-organization', 'no events')
    await js.publish('webhooks.0.some-organization', '')
    await until('both to be set aside', async () => (await node.readState()).refused?.messages === 2)
    const refused = await (
      await jetstreamManager(connection)
    ).streams.getMessage('webhooks-refused', { seq: 1 })
    assert.equal(refused?.string(), 'no events')
    assert.match(refused?.header.get('Webhooks-Reason') ?? '', /heads/)
    await node.refuse(newEvent(), 'no database takes it: äöü\r\n')
    assert.equal((await node.readState()).refused?.messages, 3)
    await until('the stream to be empty', async () =>
      (await node.readState()).partitions.every(({ messages }) => messages === 0),
    )
    assert.equal(node.lines.filter(({ level }) => level === 50).length, 3)
    await connection.close()
    await endReading(reading, node)
  })
})
