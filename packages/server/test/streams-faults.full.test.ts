import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { StreamsUnavailable } from '../src/streams/errors.ts'
import type { StreamedEvent } from '../src/streams/event-message.ts'
import type { EventStreams } from '../src/streams/event-streams.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import type { TestReader } from './harness/streamed.ts'
import { closeNodes, newEvent, newReader, openNode } from './harness/streamed.ts'
import { LONG, until } from './harness/until.ts'

const ORGANIZATIONS = Array.from({ length: 16 }, () => randomUUID())

interface Publishing {
  /** How many of an organization were accepted. */
  readonly counts: ReadonlyMap<string, number>
  stop(): Promise<{ accepted: StreamedEvent[]; failed: number }>
}

/** Publishes one event after the other for each of some organizations, until it is told to stop. */
function keepPublishing(node: EventStreams): Publishing {
  const accepted: StreamedEvent[] = []
  const counts = new Map<string, number>()
  let failed = 0
  const stopping = new AbortController()
  const publishing = ORGANIZATIONS.map(async (organization) => {
    while (!stopping.signal.aborted) {
      const event = newEvent({ organization_id: organization })
      await node.publish([event]).then(
        () => {
          accepted.push(event)
          counts.set(organization, (counts.get(organization) ?? 0) + 1)
        },
        (error: unknown) => {
          assert.ok(error instanceof StreamsUnavailable)
          failed += 1
        },
      )
    }
  })
  return {
    counts,
    async stop() {
      stopping.abort()
      await Promise.all(publishing)
      return { accepted, failed }
    },
  }
}

/** All that was accepted has come, and in the order of each organization, but for what came a second time. */
async function assertAllRead(reader: TestReader, accepted: readonly StreamedEvent[]): Promise<void> {
  const isRead = new Set<string>()
  let seen = 0
  const missing = (): string[] => {
    for (; seen < reader.events.length; seen++) isRead.add(reader.events[seen]!.id)
    return accepted.filter(({ id }) => !isRead.has(id)).map(({ id }) => id)
  }
  await until('all accepted events', () => missing().length === 0)
  const isAccepted = new Set(accepted.map(({ id }) => id))
  for (const organization of ORGANIZATIONS) {
    const ids = reader.events.filter((event) => event.organization_id === organization).map(({ id }) => id)
    const first = [...new Set(ids)].filter((id) => isAccepted.has(id))
    const own = accepted.filter((event) => event.organization_id === organization).map(({ id }) => id)
    const wrong = own.findIndex((id, at) => first[at] !== id)
    assert.equal(wrong, -1, `of ${own.length} events, number ${wrong} came out of order`)
  }
}

describe('events on three NATS servers', { skip: natsMissing, ...LONG }, () => {
  let nats: NatsCluster
  let node: EventStreams
  before(async () => {
    nats = await startNats({ servers: 3 })
    node = await openNode(nats)
  })
  after(async () => {
    await closeNodes()
    await nats?.stop()
  })

  const leaderOf = async (partition: number): Promise<number> =>
    nats.names.indexOf((await node.readState()).partitions[partition]!.leader ?? '')

  const untilWhole = async (): Promise<void> => {
    await nats.ready()
    await until('all replicas to be current', async () => {
      const state = await node.readState().catch(() => undefined)
      return state?.partitions.every(({ replicas }) => replicas.behind === 0 && replicas.current === 3)
    })
  }

  /** Publishes and reads while something happens to the servers. */
  async function survive(
    t: { diagnostic(text: string): void },
    happen: () => Promise<void>,
    repair: () => Promise<void> = async () => {},
  ): Promise<void> {
    const reader = newReader()
    const reading = node.read(reader)
    await until('all partitions', async () =>
      (await node.readState()).partitions.every(({ owner }) => owner !== undefined),
    )
    const publishing = keepPublishing(node)
    await until('some events', () => reader.events.length > 200)
    const startedAt = performance.now()
    await happen()
    // Each organization has one publish under way. When each had two more acknowledged, all streams work again.
    const counts = new Map(publishing.counts)
    const isServed = (organization: string): boolean =>
      (publishing.counts.get(organization) ?? 0) >= (counts.get(organization) ?? 0) + 2
    await until('events of each organization', () => ORGANIZATIONS.every(isServed))
    t.diagnostic(`all streams took events again within ${Math.round(performance.now() - startedAt)} ms`)
    const { accepted, failed } = await publishing.stop()
    await repair()
    await assertAllRead(reader, accepted)
    const twice = reader.events.length - new Set(reader.events.map(({ id }) => id)).size
    t.diagnostic(`${accepted.length} accepted, ${failed} refused, ${twice} came twice`)
    await reading.release()
    await untilWhole()
  }

  it('has three replicas of each stream', async () => {
    await untilWhole()
  })

  it('kill -9 of the leader of a stream loses nothing that was acknowledged', async (t) => {
    const leader = await leaderOf(0)
    await survive(
      t,
      () => nats.kill(leader),
      () => nats.restart(leader),
    )
  })

  it('a server that stands still loses nothing', async (t) => {
    const leader = await leaderOf(1)
    await survive(
      t,
      async () => nats.pause(leader),
      async () => nats.resume(leader),
    )
  })

  it('a restart of all servers loses nothing that was acknowledged', async (t) => {
    await survive(t, async () => {
      await Promise.all(nats.names.map((_, index) => nats.kill(index)))
      await Promise.all(nats.names.map((_, index) => nats.restart(index)))
    })
  })

  it('without a quorum nothing is accepted', async () => {
    await nats.kill(0)
    await nats.kill(1)
    await assert.rejects(
      node.publish(ORGANIZATIONS.map((organization) => newEvent({ organization_id: organization }))),
      StreamsUnavailable,
    )
    await nats.restart(0)
    await nats.restart(1)
    await untilWhole()
    const reader = newReader()
    const reading = node.read(reader)
    const event = newEvent()
    await node.publish([event])
    await until('the event', () => reader.events.some(({ id }) => id === event.id))
    await reading.release()
  })
})

describe('a NATS server with a full disk', { skip: natsMissing, ...LONG }, () => {
  it('refuses events, loses none, and takes more when there is room again', async (t) => {
    const nats = await startNats({ maxFileStore: { 0: '80MB' } })
    t.after(() => nats.stop())
    const node = await openNode(nats)
    t.after(closeNodes)
    const data = `"${'x'.repeat(200_000)}"`
    const accepted: StreamedEvent[] = []
    await assert.rejects(async () => {
      for (let at = 0; at < 1_000; at++) {
        const event = newEvent({ data, organization_id: ORGANIZATIONS[at % ORGANIZATIONS.length]! })
        await node.publish([event])
        accepted.push(event)
      }
    }, StreamsUnavailable)
    const reader = newReader()
    const reading = node.read(reader)
    await assertAllRead(reader, accepted)
    await until('room', () =>
      node.publish([newEvent({ data })]).then(
        () => true,
        () => false,
      ),
    )
    await reading.release()
  })
})
