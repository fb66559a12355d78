import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { StreamedEvent } from '../src/streams/event-message.ts'
import type { EventStreams } from '../src/streams/event-streams.ts'
import type { TakenMessage } from '../src/streams/message-reader.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import type { TestReader } from './harness/streamed.ts'
import { killStreamsProcesses, startStreamsProcess } from './harness/start-streams-process.ts'
import { closeNodes, endReading, newEvent, newReader, openNode } from './harness/streamed.ts'
import { IS_FULL } from './harness/full-run.ts'
import { until } from './harness/until.ts'

const FLOOD = IS_FULL ? 20_000 : 4_000
const AT_ONCE = 1_000
/** Messages that a slow reader has open. */
const MAX_OPEN = 100

/** Publishes each event as a message of its own, in their order. */
async function publishEach(node: EventStreams, events: readonly StreamedEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += AT_ONCE)
    await Promise.all(events.slice(at, at + AT_ONCE).map((event) => node.publish([event])))
}

const eventsOf = (organization: string, count: number): StreamedEvent[] =>
  Array.from({ length: count }, () => newEvent({ organization_id: organization }))

const idsOf = (reader: TestReader, organization: string): string[] =>
  reader.events.filter((event) => event.organization_id === organization).map(({ id }) => id)

/** A reader that finishes some messages each millisecond, and has room for no more than it has open. */
function slowReader(perMs: number): TestReader & { stop(): void } {
  const open: TakenMessage[] = []
  let waiting: (() => void)[] = []
  const reader = newReader(
    (message) => open.push(message),
    async () => {
      if (open.length >= MAX_OPEN) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  )
  const timer = setInterval(() => {
    for (const message of open.splice(0, perMs)) message.done()
    if (open.length >= MAX_OPEN) return
    for (const resolve of waiting.splice(0)) resolve()
  }, 1)
  return {
    ...reader,
    stop() {
      clearInterval(timer)
      waiting = []
    },
  }
}

describe('organizations that share a partition', { skip: natsMissing }, () => {
  let nats: NatsCluster
  before(async () => {
    nats = await startNats()
  })
  after(async () => {
    await killStreamsProcesses()
    await closeNodes()
    await nats?.stop()
  })

  it('one with a long backlog does not delay the others, and each keeps its order', async (t) => {
    const node = await openNode(nats, { partitions: 1 })
    const [flooding, ...quiet] = Array.from({ length: 6 }, () => randomUUID())
    const flood = eventsOf(flooding!, FLOOD)
    await publishEach(node, flood)
    const own = quiet.map((organization) => eventsOf(organization, 30))
    const reader = slowReader(4)
    const reading = node.read(reader)
    await until('some of the flood', () => reader.events.length > 500)
    const taken = reader.events.length
    const startedAt = performance.now()
    await Promise.all(own.map((events) => publishEach(node, events)))
    await until('the others', () => quiet.every((organization) => idsOf(reader, organization).length === 30))
    const between = reader.events.length - taken - 150
    t.diagnostic(`${between} events of the flood, ${Math.round(performance.now() - startedAt)} ms`)
    assert.ok(between < FLOOD / 2)
    await until('all', () => reader.events.length >= FLOOD + 150)
    await until('the stream to be empty', async () => (await node.readState()).partitions[0]!.messages === 0)
    assert.deepEqual(
      idsOf(reader, flooding!),
      flood.map(({ id }) => id),
    )
    for (const [at, organization] of quiet.entries())
      assert.deepEqual(
        idsOf(reader, organization),
        own[at]!.map(({ id }) => id),
      )
    reader.stop()
    await endReading(reading, node)
  })

  it('when the owner is killed, nothing is lost, and each keeps its order', async () => {
    const node = await openNode(nats, { partitions: 1 })
    const [flooding, quiet] = [randomUUID(), randomUUID()]
    const flood = eventsOf(flooding, 3_000)
    const own = eventsOf(quiet, 40)
    await publishEach(node, flood)
    await publishEach(node, own)
    const killed = startStreamsProcess(nats, { id: 'killed', partitions: 1 })
    const taken = (): string[] => killed.told.flatMap((told) => (told.kind === 'taken' ? told.ids : []))
    await until('it to look ahead', () => taken().includes(own[0]!.id))
    await killed.kill()
    const reader = newReader()
    const reading = node.read(reader)
    await until('all', () => reader.events.length >= 3_040)
    assert.deepEqual(
      [idsOf(reader, flooding), idsOf(reader, quiet)],
      [flood, own].map((events) => events.map(({ id }) => id)),
    )
    assert.ok(reader.taken.every(({ isRepeated }) => isRepeated))
    await endReading(reading, node)
  })

  it('what was taken ahead and is given back comes again', async () => {
    const node = await openNode(nats, { partitions: 1 })
    const [flooding, quiet] = [randomUUID(), randomUUID()]
    await publishEach(node, eventsOf(flooding, 2_000))
    const [event] = eventsOf(quiet, 1)
    await node.publish([event!])
    const open: TakenMessage[] = []
    const isQuiet = (message: TakenMessage): boolean => message.events[0]!.organization_id === quiet
    const reader = newReader((message) => {
      if (isQuiet(message) && idsOf(reader, quiet).length === 1) message.giveBack()
      else open.push(message)
    })
    const reading = node.read(reader)
    await until('it to come again', () => idsOf(reader, quiet).length === 2)
    assert.equal(reader.taken.findLast(isQuiet)?.isRepeated, true)
    const timer = setInterval(() => {
      for (const message of open.splice(0)) message.done()
    }, 1)
    await until('all', () => reader.events.length === 2_002)
    await until('the stream to be empty', async () => (await node.readState()).partitions[0]!.messages === 0)
    clearInterval(timer)
    await endReading(reading, node)
  })
})
