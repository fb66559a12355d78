import { randomUUID } from 'node:crypto'
import { connect } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { pino } from 'pino'
import type { StreamedEvent } from '../../src/streams/event-message.ts'
import type { EventStreams, EventStreamsOptions } from '../../src/streams/event-streams.ts'
import { openEventStreams } from '../../src/streams/event-streams.ts'
import type { MessageReader, Reading, TakenMessage } from '../../src/streams/message-reader.ts'
import type { NatsCluster } from './nats-cluster.ts'

export interface LogLine {
  level: number
  msg: string
}

/** A node's streams; its log is kept. */
export interface StreamsNode extends EventStreams {
  readonly lines: readonly LogLine[]
}

const opened = new Set<EventStreams>()
const readings = new Set<Reading>()
const connections = new Set<NatsConnection>()

/** Closes what a failed test has left open, so that its process can end. */
export async function closeNodes(): Promise<void> {
  await Promise.all([...readings].map((reading) => reading.release()))
  await Promise.all([...opened, ...connections].map((one) => one.close()))
  for (const closed of [readings, opened, connections]) closed.clear()
}

/** A connection like that of any other client. */
export async function connectTo({ urls }: Pick<NatsCluster, 'urls'>): Promise<NatsConnection> {
  const connection = await connect({ servers: [...urls] })
  connections.add(connection)
  return connection
}

export async function openNode(
  { urls }: Pick<NatsCluster, 'urls'>,
  options: Partial<EventStreamsOptions> = {},
): Promise<StreamsNode> {
  const lines: LogLine[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) })
  const streams = await openEventStreams({
    url: urls.map((url) => new URL(url)),
    replicas: 'auto',
    partitions: 4,
    nodeId: randomUUID().slice(0, 8),
    waitMs: 20_000,
    log,
    ...options,
  })
  opened.add(streams)
  return {
    ...streams,
    read(reader) {
      const reading = streams.read(reader)
      readings.add(reading)
      return reading
    },
    lines,
  }
}

export function newEvent(more: Partial<StreamedEvent> = {}): StreamedEvent {
  return {
    id: randomUUID(),
    organization_id: randomUUID(),
    event: 'message.created',
    data: '{"a": 1}',
    previous: null,
    timestamp: '2026-01-02 03:04:05.123456+00',
    source: 'api',
    origin: null,
    traceparent: null,
    created_ms: Date.now(),
    ...more,
  }
}

export interface TestReader extends MessageReader {
  readonly taken: TakenMessage[]
  /** The events of the messages in the order in which they came. */
  readonly events: StreamedEvent[]
  readonly lost: number[]
}

/** @param act what is done with each message; default: it is done */
export function newReader(
  act: (message: TakenMessage) => void = (message) => message.done(),
  room: () => Promise<void> = async () => {},
): TestReader {
  const taken: TakenMessage[] = []
  const events: StreamedEvent[] = []
  const lost: number[] = []
  return {
    taken,
    events,
    lost,
    onMessage(message) {
      taken.push(message)
      events.push(...message.events)
      act(message)
    },
    room,
    onLost: (partition) => void lost.push(partition),
  }
}

export async function endReading(reading: Reading, node: EventStreams): Promise<void> {
  readings.delete(reading)
  await reading.release()
  await node.close()
}
